import { readdirSync, readFileSync } from "node:fs";
import test from "ava";
import { invariants, judge, policyFile, prepareCedar } from "../support/cedar-sets.ts";
import { workedEntities, workedFolder, workedPolicies } from "../support/worked-policies.ts";

test("every worked policy has a row, and every row a file in each language", (t) => {
  t.deepEqual(
    readdirSync(workedFolder)
      .filter((name) => !name.endsWith(".test.toml"))
      .sort(),
    workedPolicies.flatMap(({ name }) => [`${name}.cedar`, `${name}.rego`]),
  );
});

for (const { name, allows, denies, obliges = [] } of workedPolicies) {
  const file = `${name}.cedar`;
  const text = readFileSync(new URL(file, workedFolder), "utf8");

  test(`${file} allows what it says, denies what it does not, and names every policy`, async (t) => {
    const set = await prepareCedar([invariants, policyFile(text, { file })], workedEntities);
    for (const request of allows) {
      const verdict = judge(set, request);
      t.is(verdict.effect, "permit");
      t.deepEqual(
        verdict.obligations.map(({ kind }) => kind),
        obliges,
      );
    }
    for (const request of denies) t.not(judge(set, request).effect, "permit");
    for (const policy of set.policies) {
      t.truthy(policy.annotations["id"]);
      t.truthy(policy.annotations["reason"]);
    }
    set.dispose();
  });

  test(`${file} allows nothing of a plugin that is not pinned`, async (t) => {
    const set = await prepareCedar([invariants, policyFile(text, { file })], workedEntities);
    for (const request of allows) {
      const plugin = { record: { enabled: true, pinned: false } };
      const verdict = judge(set, { ...request, context: { ...request.context, plugin } });
      t.is(verdict.effect, "forbid");
      t.true(verdict.determining.some((policy) => policy.name === "plugin-is-pinned"));
    }
    set.dispose();
  });
}
