import type { Flaw } from "./description.ts";
import type { PluginRef, Source } from "./identifiers.ts";
import type { JsonObject } from "./json.ts";

/** What a tool may do to the world; a host call that they do not cover counts as undeclared. */
export const toolEffects = ["read", "network", "external-write"] as const;
export type ToolEffect = (typeof toolEffects)[number];

/** What is known of one tool of a plugin. */
export interface ToolStanding {
  readonly effects: readonly ToolEffect[];
  /** What is wrong with an input under the tool's schema; nothing when it fits. */
  inputFlaw(input: JsonObject): Flaw | undefined;
}

/** What policy is told of an installed plugin, as of one revision. */
export interface PluginStanding {
  readonly ref: PluginRef;
  readonly source: Source;
  readonly version: string;
  readonly digest: string;
  /** The operator's entry exists and is whole. */
  readonly enabled: boolean;
  /** Its pins name exactly this id, version and digest. */
  readonly pinned: boolean;
  /** What its tools may be registered with. */
  readonly grantedEffects: readonly ToolEffect[];
  /** Tools by their own (not aliased) name. */
  readonly tools: ReadonlyMap<string, ToolStanding>;
  /** What the manifest asks for: operations by the manifest's name of a mount. */
  readonly declaredMounts: ReadonlyMap<string, readonly string[]>;
  /** The manifest's name of a mount → the workspace's. */
  readonly boundMounts: ReadonlyMap<string, string>;
}

/** What is installed and how it is enabled, frozen at one moment. The fact source of every decision. */
export interface Inventory {
  readonly trusted: boolean;
  /** IANA zone for `context.now`. */
  readonly zone: string;
  plugin(ref: PluginRef): PluginStanding | undefined;
  /** The folder of a workspace's mount: a real, absolute path. */
  mountFolder(mount: string): string | undefined;
}
