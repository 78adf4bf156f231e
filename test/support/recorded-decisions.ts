import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { createBroker } from "../../src/broker/broker.ts";
import { createRevisionHolder } from "../../src/broker/policy-revision.ts";
import { type Call, callOf } from "../../src/calls/call.ts";
import type { Inventory } from "../../src/calls/inventory.ts";
import type { Effectors } from "../../src/effectors/effector.ts";
import type { PreparedPolicies } from "../../src/engines/policy-engine.ts";
import { type JournalReader, readJournal } from "../../src/journal/read-journal.ts";
import { openJournal } from "../../src/journal/sqlite-journal.ts";
import { inventoryOf, noonish, notesPlugin, weatherPlugin } from "./broker-parts.ts";
import { executeCall, notesCaller, readCall, requestCall, weatherCaller } from "./calls.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const performed = async () => {
  throw new TypeError("what is decided here is not performed");
};

/** Whatever the plugins of `variedCalls` may declare: everything that a policy could allow them. */
export const generousInventory: Inventory = inventoryOf([
  {
    ...notesPlugin,
    grantedEffects: ["read", "network", "external-write"],
    tools: new Map([
      [
        "read_note",
        {
          effects: ["read", "network", "external-write"],
          inputFlaw: (input) =>
            "path" in input ? undefined : { cause: "schema-invalid", message: "`path` is missing" },
        },
      ],
    ]),
    declaredMounts: new Map([["notes", ["read", "list", "stat", "write", "append", "make-directory", "remove"]]]),
  },
  {
    ...weatherPlugin,
    grantedEffects: ["network", "external-write"],
    tools: new Map([["get_weather", { effects: ["network", "external-write"], inputFlaw: () => undefined }]]),
  },
]);

/** Calls of every kind: declared and not, flawed, of agents and of plugins. */
export function variedCalls(): readonly Call[] {
  const bytes = new Uint8Array(10);
  const url = "https://api.example.com/v1/now";
  const host = { kind: "agent", id: "host" } as const;
  const prepare = callOf(notesCaller, "fs.read", { path: "notes/x" }, noonish);
  return [
    ...["notes/a.md", "notes/2026/plan.md", "notes-old/a.md", "elsewhere/a", "notes/../a", "/etc/passwd"].map(readCall),
    callOf(notesCaller, "fs.list", { path: "notes" }, noonish),
    callOf(notesCaller, "fs.stat", { path: "notes/a.md" }, noonish),
    callOf(notesCaller, "fs.write", { path: "notes/a.md", mode: "create", bytes }, noonish),
    callOf(notesCaller, "fs.append", { path: "notes/2026/plan.md", bytes }, noonish),
    callOf(notesCaller, "fs.make-directory", { path: "notes/b" }, noonish),
    callOf(notesCaller, "fs.remove", { path: "notes/a.md" }, noonish),
    ...[
      url,
      "https://api.example.com/v2",
      "https://evil.example/v1",
      "http://api.example.com/v1",
      "ftp://x",
      "no url",
    ].map((asked) => requestCall({ url: asked })),
    requestCall({ method: "POST" }),
    requestCall({ hop: 1 }),
    requestCall({ body: new Uint8Array(300_000) }),
    ...["203.0.113.9", "10.0.0.1"].map((address) =>
      callOf(weatherCaller, "network.connect", { url, address, answer: [address], behalf: "https.request" }, noonish),
    ),
    callOf(weatherCaller, "secret.use", { secret: "weather-key", url }, noonish),
    callOf(weatherCaller, "secret.use", { secret: "other-key", url: "https://evil.example" }, noonish),
    executeCall(),
    executeCall({ ask: { plugin: "project:example.notes", tool: "read_note", input: {} } }),
    executeCall({ ask: { plugin: "project:example.notes", tool: "nothing", input: {} } }),
    callOf(
      { ...weatherCaller, principal: weatherCaller.principal },
      "tool.register",
      {
        plugin: "project:example.weather",
        tool: "get_weather",
      },
      noonish,
    ),
    { ...prepare, action: "plugin.prepare", principal: host, ask: { plugin: "project:example.notes" } } as Call,
  ];
}

/** Has a broker with a journal of its own decide these calls under these sets, and gives the journal to read. */
export async function recordDecisions(
  t: ExecutionContext,
  sets: readonly PreparedPolicies[],
  calls: readonly Call[],
  parts: { readonly inventory?: Inventory; readonly digest?: string; readonly acts?: boolean } = {},
): Promise<JournalReader> {
  const file = join(temporaryFolder(t), "journal.db");
  const journal = await openJournal({ file });
  let nowMs = noonish;
  const effectors: Effectors =
    parts.acts === false
      ? {}
      : Object.fromEntries([...new Set(calls.map(({ action }) => action))].map((action) => [action, performed]));
  const broker = createBroker({
    revisions: createRevisionHolder({ digest: parts.digest ?? "sha256:test", sets, versions: new Map() }),
    inventory: () => parts.inventory ?? generousInventory,
    effectors,
    journal,
    nowMs: () => nowMs++,
  });
  for (const call of calls) await broker.submit(call);
  await broker.close();
  journal.close();
  return readJournal(file);
}
