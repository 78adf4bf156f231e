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
    /** Of the package that was decided on; nothing else may be run in its place. */
    readonly digest: string;
  };
  /** `askedMount` is the manifest's name of the mount, `mount` the workspace's. `folder` is absent where nothing is bound to the mount: such a call is never allowed. */
  "fs.read": {
    readonly askedMount: string;
    readonly mount: string;
    readonly folder?: string;
    readonly segments: readonly string[];
  };
}

/** Why a call can be described but never allowed, whatever policy says of it. */
export interface Flaw {
  readonly cause: "schema-invalid" | "limit";
  readonly message: string;
}

/** A call as policy sees it: who, what, on what; with the canonical value that will be used. */
export type Description<A extends Action = Action> = {
  readonly [K in A]: {
    readonly action: K;
    readonly principal: EntityRef;
    readonly resource: EntityRef;
    /** The plugin concerned: the principal, or the owner of the resource. */
    readonly plugin: PluginRef;
    readonly target: Targets[K];
    readonly flaw?: Flaw;
  };
}[A];
