import type { BrokerParts } from "../../src/broker/broker-parts.ts";
import { createRevisionHolder } from "../../src/broker/policy-revision.ts";
import type { Inventory, PluginStanding, SecretStanding } from "../../src/calls/inventory.ts";
import type { Verdict } from "../../src/decisions/verdict.ts";
import type { Effectors } from "../../src/effectors/effector.ts";
import type { PreparedPolicies } from "../../src/engines/policy-engine.ts";
import type { Journal } from "../../src/journal/journal.ts";
import { fakeSet } from "./fake-engine.ts";
import { createMemoryJournal } from "./memory-journal.ts";

/** 2026-11-22 14:03:22 UTC, a Sunday. */
export const noonish = Date.UTC(2026, 10, 22, 14, 3, 22);

/** A plugin that is enabled, pinned, and may read the mount `notes`. */
export const notesPlugin: PluginStanding = {
  ref: "project:example.notes",
  source: "project",
  version: "0.1.0",
  digest: `sha256:${"a".repeat(64)}`,
  enabled: true,
  pinned: true,
  grantedEffects: ["read"],
  tools: new Map([["read_note", { effects: ["read"], inputFlaw: () => undefined }]]),
  declaredMounts: new Map([["notes", ["read"]]]),
  boundMounts: new Map([["notes", "notes"]]),
  declaredUrls: [],
  declaredSecrets: new Set(),
  revealedHeaders: [],
};

/** A plugin that is enabled, pinned, and may ask for the forecast with a key. */
export const weatherPlugin: PluginStanding = {
  ...notesPlugin,
  ref: "project:example.weather",
  grantedEffects: ["network"],
  tools: new Map([["get_weather", { effects: ["network"], inputFlaw: () => undefined }]]),
  declaredMounts: new Map(),
  boundMounts: new Map(),
  declaredUrls: [
    {
      scheme: "https",
      host: { kind: "exact", name: "api.example.com" },
      port: 443,
      segments: ["v1"],
      methods: ["GET", "POST"],
    },
  ],
  declaredSecrets: new Set(["weather-key"]),
};

/** A secret for the forecast's server, in a header. */
export const weatherKey: SecretStanding = {
  name: "weather-key",
  from: { env: "WEATHER_KEY" },
  place: { header: "x-weather-key" },
  origins: ["https://api.example.com"],
};

/** An inventory of the given plugins, trusted and in UTC. */
export function inventoryOf(
  plugins: readonly PluginStanding[] = [notesPlugin, weatherPlugin],
  parts: Partial<Inventory> = {},
): Inventory {
  const byRef = new Map(plugins.map((plugin) => [plugin.ref, plugin]));
  return {
    trusted: true,
    zone: "UTC",
    plugin: (ref) => byRef.get(ref),
    mountFolder: (mount) => (mount === "notes" ? "/workspace/notes" : undefined),
    secret: (name) => (name === weatherKey.name ? weatherKey : undefined),
    openings: [],
    plainQuery: [],
    ...parts,
  };
}

/** Broker parts around fake sets and spy effectors; `effects` lists what was done. */
export function brokerParts(options: {
  readonly sets?: readonly PreparedPolicies[];
  readonly answer?: () => Verdict | Promise<Verdict>;
  readonly effectors?: Effectors;
  readonly journal?: Journal;
  readonly inventory?: () => Inventory;
}) {
  const effects: string[] = [];
  const memory = createMemoryJournal();
  const sets = options.sets ?? (options.answer === undefined ? [] : [fakeSet(options.answer).set]);
  const spies: Effectors = {
    "fs.read": async (warrant) => {
      effects.push(`fs.read ${warrant.target.segments.join("/")}`);
      return new TextEncoder().encode("hello");
    },
    "tool.execute": async () => {
      effects.push("tool.execute");
      return { summary: "ran", isError: false };
    },
  };
  const parts: BrokerParts = {
    revisions: createRevisionHolder({ digest: "sha256:test", sets, versions: new Map([["fake", "1"]]) }),
    inventory: options.inventory ?? (() => inventoryOf()),
    effectors: options.effectors ?? spies,
    journal: options.journal ?? memory,
    nowMs: () => noonish,
  };
  return { parts, effects, memory };
}
