import type { Call } from "./call.ts";
import type { PluginRef, ToolId } from "./identifiers.ts";
import type { JsonObject } from "./json.ts";
import type { Action } from "./powers.ts";
import type { EntityRef } from "./value.ts";

/** The values that were described, and that effectors use: nothing is parsed twice. */
export interface Targets {
  "tool.register": { readonly plugin: PluginRef; readonly tool: string; readonly toolId: ToolId };
  "plugin.prepare": { readonly plugin: PluginRef };
  "tool.execute": {
    readonly plugin: PluginRef;
    readonly tool: string;
    readonly toolId: ToolId;
    readonly input: JsonObject;
  };
  /** `folder` is absent where nothing is bound to the mount: such a call is never allowed. */
  "fs.read": { readonly mount: string; readonly folder?: string; readonly segments: readonly string[] };
}

/** A call as policy sees it: who, what, on what; with the canonical value that will be used. */
export interface Description<A extends Action = Action> {
  readonly principal: EntityRef;
  readonly action: A;
  readonly resource: EntityRef;
  readonly target: Targets[A];
}

/** A call of one action with its description. */
export interface DescribedCall<A extends Action = Action> {
  readonly call: Call<A>;
  readonly description: Description<A>;
}
