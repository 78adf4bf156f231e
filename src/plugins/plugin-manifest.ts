import type { ToolEffect, UrlPattern } from "../calls/inventory.ts";
import type { JsonObject } from "../calls/json.ts";
import type { FsOperation } from "../calls/powers.ts";

/** The world that a tool plugin is built for. */
export const toolPluginWorld = "yoi:plugin/tool-plugin@2.0.0";

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
  readonly capabilities: {
    readonly https: readonly HttpsCapability[];
    readonly fs: readonly FsCapability[];
    readonly secret: readonly SecretCapability[];
  };
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

/** Requests that a manifest asks for: `url` as it was written, `pattern` what it means, with its methods. */
export interface HttpsCapability {
  readonly url: string;
  readonly pattern: UrlPattern;
  readonly reason: string;
}

/** One file power that a manifest asks for; the operator maps `mount` to a mount of the workspace. */
export interface FsCapability {
  readonly mount: string;
  readonly operations: readonly FsOperation[];
  readonly reason: string;
}

/** A secret that a manifest asks for by name; the operator defines it, and no guest sees its value. */
export interface SecretCapability {
  readonly name: string;
  readonly reason: string;
}
