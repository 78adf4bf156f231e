import test from "ava";
import { cedar, invariants, policyFile, prepareCedar } from "../support/cedar-sets.ts";

const read = 'principal, action == Yoi::Action::"fs.read", resource';

test("policies of one file in several sources get ids of their own", async (t) => {
  const grants = [1, 2].map((line) =>
    policyFile(`permit(${read});`, { file: "yoi.toml", origin: { file: "yoi.toml", line, column: 1 } }),
  );
  const set = await prepareCedar(grants);
  t.deepEqual(
    set.policies.map(({ id }) => id),
    ["yoi.toml#1", "yoi.toml#2"],
  );
  set.dispose();
});

test("what ships with Yoi loads, forbids and one permit, each with its name and its reason", async (t) => {
  const set = await prepareCedar([invariants]);
  for (const { name, annotations } of set.policies) {
    t.is(annotations["id"], name);
    t.truthy(annotations["reason"], name);
  }
  t.deepEqual(
    set.policies.flatMap(({ effect, name }) => (effect === "permit" ? [name] : [])),
    ["connect-for-an-allowed-request"],
  );
  set.dispose();
});

test("the digest covers all that a set is made from, and no order of files", async (t) => {
  const one = policyFile(`permit(${read});`, { file: "a.cedar" });
  const other = policyFile(`forbid(${read});`, { file: "b.cedar" });
  const digestOf = async (sources: readonly (typeof one)[], entities?: string) => {
    const set = await prepareCedar(sources, entities);
    set.dispose();
    return set.digest;
  };
  const digest = await digestOf([one, other]);
  t.regex(digest, /^sha256:[0-9a-f]{64}$/);
  t.is(await digestOf([other, one]), digest);
  const changed = [
    await digestOf([one]),
    await digestOf([one, { ...other, text: `${other.text} ` }]),
    await digestOf([one, { ...other, layer: "user" }]),
    await digestOf([one, { ...other, file: "c.cedar" }]),
    await digestOf([one, other], "[]"),
  ];
  t.is(new Set([digest, ...changed]).size, 6);
});

test("the engine names its version", (t) => {
  t.is(cedar.name, "cedar");
  t.regex(cedar.version, /^\d+\.\d+\.\d+$/);
});
