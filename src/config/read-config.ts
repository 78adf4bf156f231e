// Station: what the operator wrote → settings. In: the user's own yoi.toml, the workspace's, and its private overlay.
// Out: one configuration in which every entry knows its file and line, or the findings that refuse it.
// It must never act on what it reads: mounts are resolved, packages found and policies compiled elsewhere.
import { z } from "zod";
import { isMountName } from "../calls/guest-path.ts";
import { isPluginRef, type PluginRef } from "../calls/identifiers.ts";
import { limits } from "../calls/limits.ts";
import { isTimeZone } from "../calls/local-time.ts";
import type { Finding, Place } from "../errors/error-details.ts";
import { escapeText } from "../errors/escape-text.ts";
import { suggestName } from "../errors/suggest-name.ts";
import type { TomlPath } from "../toml/locate-key.ts";
import { readToml, type TomlValue } from "../toml/read-toml.ts";
import { type Enablement, enablementSchema, type Grant, grantSchema } from "./enablement.ts";
import { networkSchema } from "./network-settings.ts";
import {
  noOwnSettings,
  type OwnSettings,
  openSchema,
  ownKeys,
  readOwnSettings,
  secretsSchema,
} from "./own-settings.ts";
import { type Places, showPath } from "./places.ts";
import { readBoundedFile } from "./read-bounded-file.ts";

/** Which file a setting stands in: the user's own may do more than a workspace's. */
export type ConfigLayer = "user" | "workspace";

/** A mount as it was written. */
export interface MountSetting {
  readonly path: string;
  readonly layer: ConfigLayer;
  readonly place: Place;
}

/** One grant of an entry, or why it is left out. */
export type EntryGrant = { readonly grant: Grant } | { readonly findings: readonly Finding[] };

/** One plugin's entry: whole and typed, or with what is wrong with it. */
export type PluginEntry = { readonly layer: ConfigLayer; readonly place: Place } & (
  | {
      readonly enablement: Enablement;
      /** In their order: each whole and typed, or with what is wrong with it. */
      readonly grants: readonly EntryGrant[];
      /** Where a key of the entry stands, or the entry itself. */
      placeOf(path: TomlPath): Place;
    }
  | { readonly findings: readonly Finding[] }
);

/** All layers together: the overlay replaces whole keys of the workspace's file, and that those of the user's own. */
export interface Config extends OwnSettings {
  readonly zone: string;
  readonly durability: "normal" | "full";
  /** Query keys whose values the journal may keep. */
  readonly plainQuery: readonly string[];
  readonly mounts: ReadonlyMap<string, MountSetting>;
  readonly plugins: ReadonlyMap<PluginRef, PluginEntry>;
  /** Tables whose names are no source-qualified ids: they enable nothing. */
  readonly misnamed: readonly Finding[];
}

export type ConfigReading = { readonly config: Config } | { readonly findings: readonly Finding[] };

/** A whole file, strictly but for its entries, of which a bad one spoils nothing but itself. */
export const fileSchema = z.strictObject({
  zone: z.string().superRefine(requireTimeZone).optional(),
  journal: z
    .strictObject({
      durability: z.enum(["normal", "full"]).optional(),
      plain_query: z.array(z.string().min(1).max(limits.pathBytesMax)).max(limits.queryKeysMax).optional(),
    })
    .optional(),
  mounts: z
    .record(
      z.string().refine(isMountName, "a mount's name is lower-case letters, digits and `-`, at most 64"),
      z.strictObject({ path: z.string().min(1).max(limits.pathBytesMax) }),
    )
    .optional(),
  plugins: z
    .record(z.string(), z.unknown())
    .refine(
      (entries) => Object.keys(entries).length <= limits.packagesPerStoreMax,
      `more than ${limits.packagesPerStoreMax} plugins`,
    )
    .optional(),
  secrets: secretsSchema.optional(),
  open: openSchema.optional(),
  network: networkSchema.optional(),
});

// A misspelt value is led to by the name that was meant, for no finding quotes a value.
function requireTimeZone(zone: string, context: z.RefinementCtx): void {
  if (isTimeZone(zone)) return;
  const meant = suggestName(zone, Intl.supportedValuesOf("timeZone"));
  const hint = meant === undefined ? "such as `Europe/Oslo` or `UTC`" : `did you mean \`${meant}\`?`;
  context.addIssue({ code: "custom", message: `is not a time zone that is known here; ${hint}` });
}

/** What holds where no file says anything. */
export const emptyConfig: Config = {
  zone: "UTC",
  durability: "normal",
  plainQuery: [],
  mounts: new Map(),
  plugins: new Map(),
  misnamed: [],
  ...noOwnSettings,
};

/** Reads and merges all layers. A file that is not there is empty; a file with a finding refuses the whole configuration. */
export async function readConfig(places: Places): Promise<ConfigReading> {
  const layers: readonly { readonly path: string; readonly layer: ConfigLayer }[] = [
    { path: places.userConfig, layer: "user" },
    { path: places.workspaceConfig, layer: "workspace" },
    { path: places.localConfig, layer: "workspace" },
  ];
  const findings: Finding[] = [];
  const mounts = new Map<string, MountSetting>();
  const plugins = new Map<PluginRef, PluginEntry>();
  const misnamed: Finding[] = [];
  let { zone, durability, plainQuery } = emptyConfig;
  let own: OwnSettings = noOwnSettings;

  for (const { path, layer } of layers) {
    const read = await readLayer(path, layer, places);
    if (read === undefined) continue;
    if ("findings" in read) {
      findings.push(...read.findings);
      continue;
    }
    zone = read.value.zone ?? zone;
    durability = read.value.journal?.durability ?? durability;
    plainQuery = read.value.journal?.plain_query ?? plainQuery;
    if (layer === "user") {
      const settings = readOwnSettings(read.value, read.placeOf, places);
      if ("findings" in settings) findings.push(...settings.findings);
      else own = settings;
    }
    for (const [name, mount] of Object.entries(read.value.mounts ?? {})) {
      mounts.set(name, { path: mount.path, layer, place: read.placeOf(["mounts", name, "path"]) });
    }
    for (const ref of Object.keys(read.value.plugins ?? {})) {
      // What the agent's own program brings needs no entry, and no file can claim to be it.
      if (isPluginRef(ref) && !ref.startsWith("builtin:")) plugins.set(ref, readEntry(read, ref, layer));
      else misnamed.push(misnamedTable(ref, read.placeOf(["plugins", ref])));
    }
  }
  if (findings.length > 0) return { findings };
  return { config: { zone, durability, plainQuery, mounts, plugins, misnamed, ...own } };
}

type Layer = TomlValue<z.infer<typeof fileSchema>>;

async function readLayer(
  path: string,
  layer: ConfigLayer,
  places: Places,
): Promise<Layer | { readonly findings: readonly Finding[] } | undefined> {
  const file = showPath(path, places);
  const read = await readBoundedFile(path, limits.configFileBytesMax);
  if ("absent" in read) return undefined;
  if ("problem" in read) return { findings: [{ message: `cannot be read: ${read.problem}`, place: { file } }] };
  const whole = readToml(read.text, { file, schema: z.looseObject({}) });
  if ("findings" in whole) return whole;
  const usurped = layer === "user" ? [] : ownKeys.filter((key) => Object.hasOwn(whole.value, key));
  if (usurped.length === 0) return whole.part([], fileSchema);
  // ATTACK: a workspace that names its own secrets or opens an address would be let in by itself (threats 44).
  const remedy = `move it to \`${showPath(places.userConfig, places)}\``;
  const findings = usurped.map((key) => ({
    message: `\`${key}\` belongs in your own yoi.toml: no workspace can bring it`,
    place: whole.placeOf([key]),
    remedy,
  }));
  return { findings };
}

function misnamedTable(name: string, place: Place): Finding {
  const shown = escapeText(name, 80);
  return {
    message: `\`${shown}\` is no source-qualified id`,
    place,
    remedy: `write it with its source, as in \`[plugins."project:${shown}"]\``,
  };
}

// A bad entry spoils nothing but itself: an entry only adds authority, so leaving it out denies.
function readEntry(read: Layer, ref: PluginRef, layer: ConfigLayer): PluginEntry {
  const place = read.placeOf(["plugins", ref]);
  const entry = read.part(["plugins", ref], enablementSchema);
  if ("findings" in entry) return { layer, place, findings: entry.findings };
  return {
    layer,
    place,
    enablement: entry.value,
    grants: (entry.value.grants ?? []).map((_, index) => {
      const grant = read.part(["plugins", ref, "grants", index], grantSchema);
      return "findings" in grant ? grant : { grant: grant.value };
    }),
    placeOf: (path) => read.placeOf(["plugins", ref, ...path]),
  };
}
