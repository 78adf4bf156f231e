import { createBroker } from "../../src/broker/broker.ts";
import { createRevisionHolder } from "../../src/broker/policy-revision.ts";
import { prepareRevision } from "../../src/broker/prepare-revision.ts";
import { putQuestion } from "../../src/broker/put-question.ts";
import type { Call } from "../../src/calls/call.ts";
import { newId } from "../../src/calls/identifiers.ts";
import type { Inventory, PluginStanding } from "../../src/calls/inventory.ts";
import { type Action, actions, fsOperations, type Powers } from "../../src/calls/powers.ts";
import type { Decision } from "../../src/decisions/decision.ts";
import type { Effectors } from "../../src/effectors/effector.ts";
import type { PolicyEngine, PolicySource } from "../../src/engines/policy-engine.ts";
import { applyEdit } from "../../src/explain/apply-edit.ts";
import { explainCall } from "../../src/explain/explain-call.ts";
import type { ExplainedPolicies } from "../../src/explain/explained-policies.ts";
import type { Explanation, PolicyEdit } from "../../src/explain/explanation.ts";
import { explainable } from "../../src/host/explain-in-host.ts";
import type { Journal } from "../../src/journal/journal.ts";
import { inventoryOf, noonish, notesPlugin, weatherKey } from "./broker-parts.ts";
import { cedar, invariants } from "./cedar-sets.ts";
import { createMemoryJournal } from "./memory-journal.ts";
import { shippedSources } from "./rego-sets.ts";

const plugin = "project:example.all";
const tool = `${plugin}/everything` as const;

/** A plugin that declares, and is bound to, all that calls of the tests ask for. */
export const broadStanding: PluginStanding = {
  ...notesPlugin,
  ref: plugin,
  grantedEffects: ["read", "network", "external-write"],
  tools: new Map([
    ["everything", { effects: ["read", "network", "external-write"], inputFlaw: () => undefined }],
    ["nothing", { effects: ["read"], inputFlaw: () => undefined }],
  ]),
  declaredMounts: new Map([["notes", fsOperations]]),
  declaredUrls: [
    {
      scheme: "https",
      host: { kind: "exact", name: "api.example.com" },
      port: 443,
      segments: [],
      methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    },
  ],
  declaredSecrets: new Set([weatherKey.name]),
};

/** An inventory of plugins that differ in nothing but their ids. */
export function broadInventory(standing: Partial<PluginStanding> = {}, parts: Partial<Inventory> = {}): Inventory {
  const own = { ...broadStanding, ...standing };
  return inventoryOf([own, { ...own, ref: "project:example.other" }], parts);
}

const byPlugin = {
  principal: { kind: "plugin", id: plugin },
  via: { agent: "cli", tool, command: false, depth: 2 },
} as const;
const byAgent = { principal: { kind: "agent", id: "cli" }, via: { agent: "cli", command: false, depth: 2 } } as const;

/** What one call of each action asks for. */
const asks: { readonly [A in Action]: Powers[A]["ask"] } = {
  "tool.register": { plugin, tool: "everything" },
  "plugin.prepare": { plugin },
  "tool.execute": { plugin, tool: "everything", input: { city: "Oslo" } },
  "https.request": { method: "GET", url: "https://api.example.com/v2/now", headers: [], secrets: [], hop: 0 },
  "network.connect": {
    url: "https://api.example.com/v2/now",
    address: "93.184.215.14",
    answer: ["93.184.215.14"],
    behalf: "https.request",
  },
  "secret.use": { secret: weatherKey.name, url: "https://api.example.com/v2/now" },
  "fs.read": { path: "notes/2026/plan.md" },
  "fs.list": { path: "notes/2026/plan.md" },
  "fs.stat": { path: "notes/2026/plan.md" },
  "fs.write": { path: "notes/2026/plan.md", mode: "create", bytes: new Uint8Array(100) },
  "fs.append": { path: "notes/2026/plan.md", bytes: new Uint8Array(100) },
  "fs.make-directory": { path: "notes/2026/plan.md" },
  "fs.remove": { path: "notes/2026/plan.md" },
};

/** A call of the action, with some of its ask, its principal or its chain replaced. */
export function broadCall(action: Action, ask: object = {}, parts: object = {}): Call {
  const id = newId(noonish);
  const by = action === "plugin.prepare" || action === "tool.execute" ? byAgent : byPlugin;
  // Each action's own ask, which the types cannot see through the table.
  return { id, root: id, action, ...by, ...parts, ask: { ...asks[action], ...ask } } as unknown as Call;
}

/** What a call is explained in. */
export interface Explaining {
  readonly explain: (call: Call) => Promise<Explanation>;
  readonly judge: (call: Call) => Promise<Decision>;
  readonly policies: ExplainedPolicies;
  readonly inventory: Inventory;
  dispose(): void;
}

const never = async (): Promise<never> => {
  throw new Error("an explanation performs nothing");
};

/** A whole set with what ships, ready to be asked. */
export async function explaining(
  engines: readonly PolicyEngine[],
  own: readonly PolicySource[],
  parts: {
    readonly inventory?: Inventory;
    readonly journal?: Journal;
    readonly effectors?: Effectors;
    readonly denials?: ExplainedPolicies["denials"];
  } = {},
): Promise<Explaining> {
  const sources = { policies: [invariants, ...shippedSources, ...own] };
  const revision = await prepareRevision(engines, sources);
  const inventory = parts.inventory ?? broadInventory();
  const broker = createBroker({
    revisions: createRevisionHolder(revision),
    inventory: () => inventory,
    effectors: parts.effectors ?? Object.fromEntries(actions.map((action) => [action, never])),
    journal: parts.journal ?? createMemoryJournal(),
    nowMs: () => noonish,
  });
  const policies: ExplainedPolicies = {
    ...explainable(revision, sources, engines),
    put: (call, atMs) => {
      const { description, request } = putQuestion(call, inventory, atMs);
      return { request, ...(description.flaw !== undefined && { flaw: description.flaw }) };
    },
    ...(parts.denials !== undefined && { denials: parts.denials }),
  };
  return {
    explain: (call) => explainCall(call, { judge: broker.judge, policies, openings: [], answer: [] }),
    judge: async (call) => (await broker.judge(call)).decision,
    policies,
    inventory,
    dispose: () => revision.sets.forEach((set) => void set.dispose()),
  };
}

/** The files of a set after edits. */
export function edited(own: readonly PolicySource[], edits: readonly PolicyEdit[]): readonly PolicySource[] {
  const changed = own.map((source) => ({
    ...source,
    text: edits.filter((edit) => edit.kind === "replace" && edit.file === source.file).reduce(applyEdit, source.text),
  }));
  const added = edits
    .filter(({ kind }) => kind === "add")
    .map(
      (edit): PolicySource => ({ file: edit.file, layer: "workspace", language: "cedar", text: applyEdit("", edit) }),
    );
  return [...changed, ...added];
}

/** The engine of Cedar alone. */
export const cedarAlone: readonly PolicyEngine[] = [cedar];
