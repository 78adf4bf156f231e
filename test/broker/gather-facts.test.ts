import test from "ava";
import { gatherFacts } from "../../src/broker/gather-facts.ts";
import type { Call } from "../../src/calls/call.ts";
import { describeCall } from "../../src/calls/describe-call.ts";
import type { Inventory } from "../../src/calls/inventory.ts";
import { inventoryOf, noonish, notesPlugin } from "../support/broker-parts.ts";
import { executeCall, readCall } from "../support/calls.ts";

function requestOf(call: Call, inventory: Inventory = inventoryOf()) {
  return gatherFacts(call, describeCall(call, inventory), inventory, noonish);
}

test("a read of a declared, bound mount is declared, mounted and covered", (t) => {
  const { context, resource } = requestOf(readCall("notes/2026/plan.md"));
  t.like(context, { declared: true, mounted: true, covered: true, mount: "notes" });
  t.deepEqual(resource, { type: "Path", id: "notes/2026/plan.md" });
});

test("a mount goes by the workspace's name of it", (t) => {
  const plugin = {
    ...notesPlugin,
    declaredMounts: new Map([["cache", ["read" as const]]]),
    boundMounts: new Map([["cache", "notes"]]),
  };
  const request = requestOf(readCall("cache/x"), inventoryOf([plugin]));
  t.is(request.resource.id, "notes/x");
  t.like(request.context, { declared: true, mounted: true, mount: "notes" });
});

test("a mount that the manifest does not ask for is undeclared, though the workspace has it", (t) => {
  const plugin = { ...notesPlugin, declaredMounts: new Map(), boundMounts: new Map() };
  t.like(requestOf(readCall("notes/x"), inventoryOf([plugin])).context, { declared: false, mounted: false });
});

test("effects of the running tool that lack `read` do not cover a read", (t) => {
  const tools = new Map([["read_note", { effects: ["network" as const], inputFlaw: () => undefined }]]);
  t.like(requestOf(readCall("notes/x"), inventoryOf([{ ...notesPlugin, tools }])).context, { covered: false });
});

// ATTACK: threats 36: a tool of another plugin never covers this plugin's host call.
test("a running tool of another plugin covers nothing", (t) => {
  const via = { agent: "cli", tool: "project:other/read_note", command: false, depth: 1 } as const;
  t.like(requestOf({ ...readCall("notes/x"), via }).context, { covered: false });
});

test("a plugin that nobody knows is not enabled, not pinned and declares nothing", (t) => {
  const call = executeCall({ ask: { plugin: "user:unknown", tool: "x", input: {} } });
  const { context } = requestOf(call);
  t.is(context["declared"], false);
  const plugin = context["plugin"];
  const facts = typeof plugin === "object" && "record" in plugin ? plugin.record : {};
  t.like(facts, { enabled: false, pinned: false });
});

test("every entity that a request names is passed, with all its ancestors", (t) => {
  const { entities } = requestOf(readCall("notes/2026/plan.md"));
  const byId = new Map(entities.map((entity) => [`${entity.uid.type} ${entity.uid.id}`, entity]));
  t.deepEqual([...byId.keys()].sort(), [
    "Agent cli",
    "Path notes/2026/plan.md",
    "Plugin project:example.notes",
    "Tool project:example.notes/read_note",
  ]);
  t.deepEqual(
    byId.get("Path notes/2026/plan.md")?.ancestors.map((ancestor) => ancestor.id),
    ["notes/2026", "notes"],
  );
  t.deepEqual(
    byId.get("Tool project:example.notes/read_note")?.ancestors.map((ancestor) => ancestor.type),
    ["Plugin", "Source"],
  );
});

test("the moment is that of the zone, with the weekday counted from Monday", (t) => {
  const { context } = requestOf(readCall("notes/x"), inventoryOf(undefined, { zone: "Pacific/Auckland" }));
  const now = context["now"];
  t.like(typeof now === "object" && "record" in now ? now.record : {}, {
    weekday: 1,
    hour: 3,
    minute: 3,
    zone: "Pacific/Auckland",
  });
});
