import type { PluginRef } from "./identifiers.ts";
import type { JsonObject } from "./json.ts";

/** What a tool gives back: a line for the history, and content that pruning may drop. */
export interface ToolOutput {
  readonly summary: string;
  readonly content?: string;
  readonly isError: boolean;
}

// Who asks. The parent process knows it; nothing that a guest says is believed about it.

export interface AgentPrincipal {
  readonly kind: "agent";
  readonly id: string;
}

export interface PluginPrincipal {
  readonly kind: "plugin";
  readonly id: PluginRef;
}

/** What may be asked for, by whom, and what it yields. One row per power; nothing else exists. */
export interface Powers {
  "tool.register": {
    readonly by: PluginPrincipal;
    readonly ask: { readonly plugin: PluginRef; readonly tool: string };
    readonly yields: undefined;
  };
  "plugin.prepare": {
    readonly by: AgentPrincipal;
    readonly ask: { readonly plugin: PluginRef };
    readonly yields: undefined;
  };
  "tool.execute": {
    readonly by: AgentPrincipal;
    readonly ask: { readonly plugin: PluginRef; readonly tool: string; readonly input: JsonObject };
    readonly yields: ToolOutput;
  };
  /** `path` is as the guest wrote it: `mount/relative/path`, with the manifest's name of the mount. */
  "fs.read": {
    readonly by: PluginPrincipal;
    readonly ask: { readonly path: string };
    readonly yields: Uint8Array;
  };
}

export type Action = keyof Powers;

/** Every action with its groups; the schema in `policies/` says the same, and a test holds them together. */
export const actionGroups = {
  "tool.register": ["register"],
  "plugin.prepare": ["execute"],
  "tool.execute": ["execute"],
  "fs.read": ["files", "host"],
} as const satisfies Record<Action, readonly string[]>;

export const actions = Object.keys(actionGroups) as readonly Action[];

/** Narrows text to an action that exists. */
export function isAction(text: string): text is Action {
  return Object.hasOwn(actionGroups, text);
}
