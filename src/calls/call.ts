import type { CallId, ToolId } from "./identifiers.ts";
import type { Action, Powers } from "./powers.ts";

/** On whose behalf: the chain that led to the call, kept by the host. */
export interface Via {
  readonly agent?: string;
  readonly tool?: ToolId;
  readonly command: boolean;
  readonly depth: number;
}

/** One request for one power, by one principal. `id` ties its journal entries together. */
export type Call<A extends Action = Action> = {
  readonly [K in A]: {
    readonly id: CallId;
    readonly parent?: CallId;
    readonly root: CallId;
    readonly action: K;
    readonly principal: Powers[K]["by"];
    readonly via: Via;
    readonly ask: Powers[K]["ask"];
  };
}[A];
