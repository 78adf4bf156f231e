import test from "ava";
import fc from "fast-check";
import type { PreparedPolicies } from "../../../src/engines/policy-engine.ts";
import type { JournalReader } from "../../../src/journal/read-journal.ts";
import { recordedCalls } from "../../../src/workbench/recorded-calls.ts";
import { type Change, replayDecisions } from "../../../src/workbench/replay/replay-decisions.ts";
import { readCall } from "../../support/calls.ts";
import { entities, policy } from "../../support/cedar-arbitraries.ts";
import { findingsOf, invariants, policyFile, prepareCedar } from "../../support/cedar-sets.ts";
import { fakeSet, permitWith } from "../../support/fake-engine.ts";
import { opaTest } from "../../support/opa.ts";
import { recordDecisions, variedCalls } from "../../support/recorded-decisions.ts";
import { regoEngine, regoFile, shippedSources } from "../../support/rego-sets.ts";
import { notesWorkspace } from "../../support/workspaces.ts";

const replay = (reader: JournalReader, sets: readonly PreparedPolicies[]) =>
  replayDecisions(recordedCalls(reader, { last: 10_000 }), sets);

test("what a set decided it decides again, whatever the set says and whatever was asked", async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(policy, { minLength: 1, maxLength: 12 }), fc.boolean(), async (texts, isWhole) => {
      const valid: string[] = [];
      for (const text of texts) if ((await findingsOf(text, entities)).length === 0) valid.push(text);
      const files = [...(isWhole ? [invariants] : []), policyFile(valid.join("\n"))];
      const made = await prepareCedar(files, entities);
      const again = await prepareCedar(files, entities);
      const calls = variedCalls();
      const report = await replay(await recordDecisions(t, [made], [...calls, ...variedCalls()]), [again]);
      t.deepEqual(report.flips, []);
      t.is(report.same, calls.length * 2);
      made.dispose();
      again.dispose();
    }),
    { numRuns: 15 },
  );
});

const gates = `@rate("1/1h") @id("few")
permit (principal, action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes");`;

test("a rate that was used up, a flaw and a missing effector are settled as they were", async (t) => {
  const set = await prepareCedar([invariants, policyFile(gates)]);
  for (const acts of [true, false]) {
    const reader = await recordDecisions(t, [set], [...variedCalls(), ...variedCalls()], { acts });
    const report = await replay(reader, [set]);
    t.deepEqual(report.flips, []);
    const causes = new Set(reader.decisions({ last: 1_000 }).map(({ entry }) => entry.cause));
    t.true(causes.has(acts ? "limit" : "no-effector"));
    t.true(causes.has("schema-invalid"));
  }
});

test("an obligation that nobody could discharge denies again", async (t) => {
  const unknown = permitWith({ kind: "unknown", name: "approval", policy: "fake.cedar#fake" });
  const { set } = fakeSet(() => unknown);
  const { set: plain } = fakeSet(() => permitWith());
  const reader = await recordDecisions(t, [set], [readCall("notes/a.md")]);
  t.is((await replay(reader, [set])).same, 1);
  t.like((await replay(reader, [plain])).flips, { length: 1, 0: { change: "deny-to-allow" } });
  const allowed = await recordDecisions(t, [plain], [readCall("notes/a.md")]);
  t.like((await replay(allowed, [set])).flips, {
    length: 1,
    0: { change: "allow-to-deny", after: { causes: ["obligation-unknown"] } },
  });
});

const permit = (rest: string, annotations = '@id("notes")') =>
  `${annotations}\npermit (principal, action == Yoi::Action::"fs.read", resource in Yoi::Path::"${rest}");`;
const forbid = '@id("never") forbid (principal, action == Yoi::Action::"fs.read", resource);';
const rows: readonly {
  readonly what: string;
  readonly from: string;
  readonly to: string;
  readonly change?: Change;
  readonly path?: string;
  readonly times?: number;
}[] = [
  { what: "a permit that is wider", from: permit("notes/2026"), to: permit("notes"), change: "deny-to-allow" },
  { what: "a permit that is narrower", from: permit("notes"), to: permit("notes/2026"), change: "allow-to-deny" },
  { what: "a new forbid", from: permit("notes"), to: permit("notes") + forbid, change: "allow-to-deny" },
  { what: "a forbid that is gone", from: permit("notes") + forbid, to: permit("notes"), change: "deny-to-allow" },
  { what: "a forbid beside no permit", from: "", to: forbid, change: "reason" },
  {
    what: "a permit with another name",
    from: permit("notes"),
    to: permit("notes", '@id("other")'),
    change: "reason",
  },
  {
    what: "a permit with a looser bound",
    from: permit("notes", '@id("notes") @timeout("1s")'),
    to: permit("notes", '@id("notes") @timeout("2s")'),
    change: "less-limited",
  },
  {
    what: "a permit with a bound less",
    from: permit("notes", '@id("notes") @timeout("1s") @max_response_bytes("9")'),
    to: permit("notes", '@id("notes") @timeout("1s")'),
    change: "less-limited",
  },
  {
    what: "a permit with a tighter bound",
    from: permit("notes", '@id("notes") @timeout("2s")'),
    to: permit("notes", '@id("notes") @timeout("1s")'),
    change: "reason",
  },
  { what: "another reason in words", from: permit("notes"), to: permit("notes", '@id("notes") @reason("x")') },
  { what: "a permit of other paths", from: permit("notes"), to: permit("notes") + permit("kept", '@id("kept")') },
  {
    what: "a rate that is lifted",
    from: permit("notes", '@id("notes") @rate("1/1h")'),
    to: permit("notes"),
    change: "deny-to-allow",
    times: 2,
  },
  // What a policy now says of a call that has a flaw cannot let it pass.
  { what: "a permit for a call with a flaw", from: "", to: permit("notes"), path: "notes/../a", change: "reason" },
];

for (const { what, from, to, change, path = "notes/a.md", times = 1 } of rows) {
  test(`${what} makes ${change === undefined ? "no flip" : `a flip of the kind ${change}`}`, async (t) => {
    const calls = Array.from({ length: times }, () => readCall(path));
    const reader = await recordDecisions(t, [await prepareCedar(from)], calls);
    const { flips, decisions } = await replay(reader, [await prepareCedar(to)]);
    t.is(decisions, times);
    t.is(flips.at(-1)?.change, change);
  });
}

test("what has no evidence, or was decided without policies, counts as neither the same nor another", async (t) => {
  const set = await prepareCedar(permit("notes"));
  const reader = await recordDecisions(t, [set], [readCall("notes/a.md"), readCall("notes/b.md")]);
  const without = [...recordedCalls(reader, { last: 10 })].map(({ entry }) => ({ entry }));
  t.like(await replayDecisions(without, [set]), {
    same: 0,
    flips: [],
    notReplayable: { evidenceGone: 2, noPolicies: 0 },
  });
  const refused = await recordDecisions(t, [], [readCall("notes/a.md")]);
  t.like(await replay(refused, [set]), { same: 0, flips: [], notReplayable: { evidenceGone: 0, noPolicies: 1 } });
});

test("an engine that fails now denies what was allowed", async (t) => {
  const { set } = fakeSet(() => permitWith());
  const reader = await recordDecisions(t, [set], [readCall("notes/a.md")]);
  const { set: broken } = fakeSet(() => {
    throw new Error("out of order");
  });
  t.like((await replay(reader, [broken])).flips, {
    length: 1,
    0: { change: "allow-to-deny", after: { causes: ["engine-error"] } },
  });
  t.like((await replay(reader, [])).flips, { length: 1, 0: { change: "allow-to-deny" } });
});

const rego = `package yoi.policy.notes

permit contains {"id": "reads"} if {
	input.action == "fs.read"
	"notes" in input.resource.within
}

forbid contains {"id": "plans", "because": "plans are kept back"} if {
	input.resource.id == "notes/2026/plan.md"
}

oblige contains {"id": "slowly", "rate": "2/1h"} if input.action == "fs.read"
`;

opaTest("what both engines decided together they decide again", async (t) => {
  const engine = regoEngine();
  const cedar = await prepareCedar([invariants, policyFile(gates)]);
  const unit = await engine.prepare({ policies: [...shippedSources, regoFile(rego)] });
  const calls = Array.from({ length: 4 }, variedCalls).flat();
  const reader = await recordDecisions(t, [cedar, unit], calls);
  const report = await replay(reader, [cedar, unit]);
  t.deepEqual(report.flips, []);
  t.is(report.same, calls.length);
  // Without the Rego, its forbid is gone.
  const { flips } = await replay(reader, [cedar]);
  t.true(flips.some(({ before }) => before.policies.some((id) => id.endsWith("#notes/plans"))));
  await engine.close();
});

opaTest("what a whole host decided, it decides again", async (t) => {
  const workspace = await notesWorkspace(t);
  workspace.write(".yoi/policies/notes.rego", rego);
  workspace.write("notes/2026/plan.md", "plan");
  const yoi = await workspace.open();
  for (const path of [
    "notes/today.md",
    "notes/2026/plan.md",
    "notes/../x",
    "elsewhere/x",
    "notes/today.md",
    "notes/today.md",
  ])
    await yoi.tools.call("read_note", { path }, { agent: "cli" });
  await yoi.tools.call("read_note", { nonsense: 1 }, { agent: "cli" });
  await yoi.close();
  const ran = await workspace.yoi("policy", "replay");
  t.is(ran.code, 0, ran.stdout + ran.stderr);
  t.regex(ran.stdout, /^ {2}same {2}\d+$/m);
  t.notRegex(ran.stdout, /deny|reason|replayable/);
});
