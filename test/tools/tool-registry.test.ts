import test from "ava";
import { createToolRegistry, type ToolOffer } from "../../src/tools/tool-registry.ts";

const offer = (plugin: string, name: string): ToolOffer => ({
  id: `project:${plugin}/${name}`,
  plugin: `project:${plugin}`,
  tool: name,
  name,
  description: "",
  inputSchema: {},
  effects: [],
  origin: { kind: "plugin", plugin: `project:${plugin}`, version: "1.0.0", digest: "sha256:x" },
});

test("the first one keeps a name, until it goes", (t) => {
  const registry = createToolRegistry();
  t.is(registry.register(offer("a", "tool")), undefined);
  t.is(registry.register(offer("b", "tool"))?.id, "project:a/tool");
  t.is(registry.find("tool")?.plugin, "project:a");
  registry.unregister("project:b/tool");
  t.is(registry.find("tool")?.plugin, "project:a");
  registry.unregister("project:a/tool");
  t.is(registry.register(offer("b", "tool")), undefined);
  t.true(registry.has("project:b/tool"));
});

test("tools are listed by name, whatever the order that they came in", (t) => {
  const registry = createToolRegistry();
  for (const name of ["b", "a", "c", "B"]) registry.register(offer("p", name));
  t.deepEqual(
    registry.list().map(({ name }) => name),
    ["B", "a", "b", "c"],
  );
});
