import test from "ava";
import type { PluginRef } from "../../src/calls/identifiers.ts";
import { compileGrants } from "../../src/config/compile-grants.ts";
import { readEntities } from "../../src/engines/cedar/read-entities.ts";
import { prepareCedar } from "../support/cedar-sets.ts";

// ATTACK: threats 38: a text below every bound of size must cost no more than its size.
test("entities that are nested a hundred thousand levels deep are a finding", (t) => {
  const text = "[".repeat(100_000) + "]".repeat(100_000);
  t.true(readEntities([{ file: "entities.json", layer: "workspace", text }]).findings.length > 0);
});

test("a policy with a set of two hundred thousand elements is prepared or refused, and breaks nothing", async (t) => {
  const elements = Array.from({ length: 200_000 }, () => "1").join(",");
  const text = `forbid (principal, action, resource) when { [${elements}].contains(context.via.depth) };`;
  await t.notThrowsAsync(
    prepareCedar(text).then(
      (set) => set.dispose(),
      (error: unknown) => t.like(error, { code: "YOI_POLICY_INVALID" }),
    ),
  );
});

test("the longest id and the longest agent compile to grants that load", async (t) => {
  const ref: PluginRef = `project:${"p".repeat(128)}`;
  const entry = {
    layer: "workspace",
    place: { file: ".yoi/yoi.toml", line: 1, column: 1 },
    grants: [],
    placeOf: () => ({ file: ".yoi/yoi.toml" }),
  } as const;
  const { sources } = compileGrants(new Map([[ref, { ...entry, enablement: { agents: ["a".repeat(128)] } }]]));
  const set = await prepareCedar(sources.map((source) => source.text).join("\n"));
  t.is(set.policies.length, 3);
  set.dispose();
});
