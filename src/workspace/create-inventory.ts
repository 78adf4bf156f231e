import type { Flaw } from "../calls/flaw.ts";
import { type PluginRef, parsePluginRef } from "../calls/identifiers.ts";
import {
  type Inventory,
  type PluginStanding,
  type ToolEffect,
  type ToolStanding,
  toolEffects,
} from "../calls/inventory.ts";
import type { JsonObject } from "../calls/json.ts";
import type { Config } from "../config/read-config.ts";
import type { ResolvedMounts } from "../config/resolve-mounts.ts";
import { validateInput } from "../plugins/validate-input.ts";
import type { PluginState } from "./plugin-state.ts";

/** Tools that the agent's own program brings: enabled and pinned by being there. */
export interface BuiltinPlugin {
  readonly ref: PluginRef;
  readonly version: string;
  readonly digest: string;
  readonly tools: ReadonlyMap<string, { readonly effects: readonly ToolEffect[]; readonly inputSchema: JsonObject }>;
}

/** What an inventory is made of: the workspace as it was read, at one moment. */
export interface InventoryParts {
  readonly trusted: boolean;
  readonly config: Pick<Config, "zone" | "secrets" | "openings" | "plainQuery">;
  readonly mounts: ResolvedMounts;
  readonly plugins: ReadonlyMap<PluginRef, PluginState>;
  readonly builtin: readonly BuiltinPlugin[];
}

/** Freezes what is known of every plugin into the fact source of decisions. */
export function createInventory({ trusted, config, mounts, plugins, builtin }: InventoryParts): Inventory {
  const standings = new Map<PluginRef, PluginStanding>();
  for (const state of plugins.values()) standings.set(state.ref, standingOf(state));
  for (const own of builtin) standings.set(own.ref, builtinStanding(own));
  return {
    trusted,
    zone: config.zone,
    plugin: (ref) => standings.get(ref),
    mountFolder: (mount) => mounts.folders.get(mount),
    secret: (name) => config.secrets.get(name),
    openings: config.openings,
    plainQuery: config.plainQuery,
  };
}

function standingOf(state: PluginState): PluginStanding {
  const { ref, package: used, enablement, pinned } = state;
  const manifest = used?.manifest;
  return {
    ref,
    source: parsePluginRef(ref)?.source ?? "project",
    version: manifest?.version ?? "",
    digest: used?.digest ?? "",
    enabled: enablement !== undefined,
    pinned,
    grantedEffects: enablement?.effects ?? [],
    tools: new Map(state.tools.map((tool) => [tool.name, toolStanding(tool.effects, tool.inputSchema)])),
    declaredMounts: new Map(manifest?.capabilities.fs.map(({ mount, operations }) => [mount, operations])),
    declaredUrls: manifest?.capabilities.https.map(({ pattern }) => pattern) ?? [],
    declaredSecrets: new Set(manifest?.capabilities.secret.map(({ name }) => name)),
    revealedHeaders: enablement?.reveal_headers ?? [],
    boundMounts: new Map(Object.entries(enablement?.mounts ?? {})),
  };
}

function builtinStanding({ ref, version, digest, tools }: BuiltinPlugin): PluginStanding {
  return {
    ref,
    source: "builtin",
    version,
    digest,
    enabled: true,
    pinned: true,
    grantedEffects: toolEffects,
    tools: new Map([...tools].map(([name, tool]) => [name, toolStanding(tool.effects, tool.inputSchema)])),
    declaredMounts: new Map(),
    declaredUrls: [],
    declaredSecrets: new Set(),
    revealedHeaders: [],
    boundMounts: new Map(),
  };
}

function toolStanding(effects: readonly ToolEffect[], inputSchema: JsonObject): ToolStanding {
  return { effects, inputFlaw: (input) => inputFlaw(inputSchema, input) };
}

function inputFlaw(schema: JsonObject, input: JsonObject): Flaw | undefined {
  const [first] = validateInput(schema, input);
  return first === undefined
    ? undefined
    : { cause: "schema-invalid", message: `the input at \`${first.path}\` ${first.message}` };
}
