import { type CallId, newId, type ToolId } from "./identifiers.ts";
import type { Action, PluginPrincipal, Powers } from "./powers.ts";

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

/** The actions that a plugin is the one to ask for. */
export type PluginAction = { [A in Action]: Powers[A]["by"] extends PluginPrincipal ? A : never }[Action];

/** Who makes a call and what led to it, as the host knows it: the same for every call of one running tool. */
export type Caller = Pick<Call<"fs.read">, "parent" | "root" | "principal" | "via">;

/** A new call of a plugin, with an id of its own. */
export function callOf<A extends PluginAction>(
  caller: Caller,
  action: A,
  ask: Powers[A]["ask"],
  atMs: number,
): Call<A> {
  // An action and its ask belong together, which the types cannot see once they are spread.
  return { ...caller, id: newId(atMs), action, ask } as Call<A>;
}
