import type { BrokerParts } from "../../src/broker/broker-parts.ts";
import { createRevisionHolder } from "../../src/broker/policy-revision.ts";
import type { Call } from "../../src/calls/call.ts";
import { newId } from "../../src/calls/identifiers.ts";
import type { Inventory, PluginStanding } from "../../src/calls/inventory.ts";
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
};

/** An inventory of the given plugins, trusted and in UTC. */
export function inventoryOf(
  plugins: readonly PluginStanding[] = [notesPlugin],
  parts: Partial<Inventory> = {},
): Inventory {
  const byRef = new Map(plugins.map((plugin) => [plugin.ref, plugin]));
  return {
    trusted: true,
    zone: "UTC",
    plugin: (ref) => byRef.get(ref),
    mountFolder: (mount) => (mount === "notes" ? "/workspace/notes" : undefined),
    ...parts,
  };
}

/** A host call to read `path`, made by a running tool of the notes plugin. */
export function readCall(path: string, parts: Partial<Call<"fs.read">> = {}): Call<"fs.read"> {
  const id = newId(noonish);
  return {
    id,
    root: id,
    action: "fs.read",
    principal: { kind: "plugin", id: "project:example.notes" },
    via: { agent: "cli", tool: "project:example.notes/read_note", command: false, depth: 1 },
    ask: { path },
    ...parts,
  };
}

/** An agent's call of the notes plugin's tool. */
export function executeCall(parts: Partial<Call<"tool.execute">> = {}): Call<"tool.execute"> {
  const id = newId(noonish);
  return {
    id,
    root: id,
    action: "tool.execute",
    principal: { kind: "agent", id: "cli" },
    via: { agent: "cli", command: false, depth: 0 },
    ask: { plugin: "project:example.notes", tool: "read_note", input: { path: "x" } },
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
