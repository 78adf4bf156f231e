import type { ToolEffect } from "../calls/inventory.ts";
import type { JsonObject } from "../calls/json.ts";

/** The world that a tool plugin is built for. */
export const toolPluginWorld = "yoi:plugin/tool-plugin@2.0.0";

/** What a plugin can do with a mount. Only what this version can do is accepted. */
export const fsOperations = ["read"] as const;
export type FsOperation = (typeof fsOperations)[number];

/** A `plugin.toml` that was read, checked and bounded. */
export interface PluginManifest {
  readonly schemaVersion: 1;
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly runtime: {
    readonly kind: "wasm-component";
    readonly component: string;
    readonly world: typeof toolPluginWorld;
  };
  readonly tools: readonly ToolDeclaration[];
  readonly capabilities: { readonly fs: readonly FsCapability[] };
  /** Further files of the package, archive-relative. */
  readonly files: readonly string[];
  readonly configSchema?: JsonObject;
}

export interface ToolDeclaration {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
  readonly effects: readonly ToolEffect[];
}

/** One file power that a manifest asks for; the operator maps `mount` to a mount of the workspace. */
export interface FsCapability {
  readonly mount: string;
  readonly operations: readonly FsOperation[];
  readonly reason: string;
}
