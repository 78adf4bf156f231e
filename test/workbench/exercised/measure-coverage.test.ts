import test from "ava";
import { plain } from "../../../src/terminal/paint.ts";
import type { CoverageReport } from "../../../src/workbench/exercised/measure-coverage.ts";
import { renderCoverage } from "../../../src/workbench/exercised/render-coverage.ts";
import { opaTest } from "../../support/opa.ts";
import { policyWorkspace, runIn } from "../../support/suites.ts";

const cedar = `@id("day")
permit (principal, action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes")
when { context.now.hour >= 8 && (context.now.hour < 18
  || context.now.weekday == 7) }
unless { context.via.command };

@id("sized")
forbid (principal, action == Yoi::Action::"fs.append", resource)
when {
  if   context . mounted // a comment: context.bytes > 10
  then context.bytes > 10
  else false
};

@id("plain")
permit (principal, action == Yoi::Action::"fs.list", resource);
`;

const read = (at: string, command = false) => `[[case]]
call = { action = "fs.read", principal = { kind = "plugin", id = "project:a" }, ask = { path = "notes/x" }, via = { command = ${command} } }
at = ${at}
expect = "deny"
`;
const append = (bytes: number) => `[[case]]
call = { action = "fs.append", principal = { kind = "plugin", id = "project:a" }, ask = { path = "notes/x", bytes = ${bytes} } }
expect = "deny"
`;
const list = '[[case]]\ncall = "a fs.list notes"\nexpect = "allow"\n';

const noon = "2026-11-23T12:00:00Z";
const night = "2026-11-23T03:00:00Z";
const evening = "2026-11-23T20:00:00Z";
const sundayEvening = "2026-11-22T20:00:00Z";

async function coverageOf(t: Parameters<typeof policyWorkspace>[0], files: { readonly [name: string]: string }) {
  const { coverage } = await runIn(await policyWorkspace(t, files), { coverage: true });
  if (coverage === undefined) throw new Error("coverage was not measured");
  return coverage;
}

/** What was never seen, as `line:column never: text`. */
function unseen({ unexercised }: CoverageReport): readonly string[] {
  return unexercised.map(({ place, never, text }) => `${place.line}:${place.column} ${never}: ${text}`);
}

const rows: readonly (readonly [name: string, cases: string, unseen: readonly string[]])[] = [
  [
    "a call that goes through shows each condition on its way one way",
    read(noon),
    [
      "3:8 false: context.now.hour >= 8",
      "3:34 false: context.now.hour < 18",
      "4:6 evaluated: context.now.weekday == 7",
      "5:10 true: context.via.command",
    ],
  ],
  [
    "what short-circuiting never reached was not evaluated",
    read(night),
    [
      "1:1 applied: permit day",
      "3:8 true: context.now.hour >= 8",
      "3:34 evaluated: context.now.hour < 18",
      "4:6 evaluated: context.now.weekday == 7",
      "5:10 evaluated: context.via.command",
    ],
  ],
  [
    "all ways through leave nothing",
    [read(noon), read(night), read(evening), read(sundayEvening), read(noon, true)].join(""),
    [],
  ],
];
for (const [name, cases, expected] of rows) {
  test(`of a Cedar policy, ${name}`, async (t) => {
    const coverage = await coverageOf(t, { "day.cedar": cedar, "a.test.toml": cases });
    t.deepEqual(
      unseen(coverage).filter((line) => Number(line.split(":")[0]) < 7),
      expected,
    );
  });
}

test("a branch is evaluated where its test chooses it, and its constant is no condition", async (t) => {
  const first = await coverageOf(t, { "day.cedar": cedar, "a.test.toml": append(11) });
  t.deepEqual(
    unseen(first).filter((line) => Number(line.split(":")[0]) > 6),
    ["10:8 false: context.mounted", "11:8 false: context.bytes > 10", "15:1 applied: permit plain"],
  );
  const unmounted = `${append(3)}given = { mounted = false }\n`;
  const all = await coverageOf(t, { "day.cedar": cedar, "a.test.toml": append(11) + append(3) + unmounted + list });
  t.deepEqual(
    unseen(all).filter((line) => Number(line.split(":")[0]) > 6),
    [],
  );
});

test("a share is of outcomes, each condition's two and each policy's one, and 100 is all of them", async (t) => {
  const policy = '@id("a")\npermit (principal, action == Yoi::Action::"fs.list", resource) when { context.mounted };\n';
  const half = await coverageOf(t, { "a.cedar": policy, "a.test.toml": list });
  t.like(half, { percent: 66, outcomes: { seen: 2, total: 3 }, policies: { applied: 1, total: 1 } });
  const unmounted = '[[case]]\ncall = "a fs.list notes"\ngiven = { mounted = false }\nexpect = "deny"\n';
  const all = await coverageOf(t, { "a.cedar": policy, "a.test.toml": list + unmounted });
  t.like(all, { percent: 100, outcomes: { seen: 3, total: 3 }, unexercised: [] });
});

test("grants count as an operator's own, by their line, and what ships does not count", async (t) => {
  const workspace = await policyWorkspace(t, { "a.test.toml": list.replace("allow", "deny") });
  const pins = `version = "1.0.0"\ndigest = "sha256:${"a".repeat(64)}"\n`;
  workspace.configure(
    `[plugins."project:a"]\n${pins}[[plugins."project:a".grants]]\naction = "https.request"\nurl = "https://b.example"\nmethods = ["GET"]\n`,
  );
  const { coverage } = await runIn(workspace, { coverage: true });
  t.true((coverage?.unexercised.length ?? 0) > 0);
  t.deepEqual([...new Set(coverage?.unexercised.map(({ place }) => place.file))], [".yoi/yoi.toml"]);
});

const egress = `package yoi.policy.egress

permit contains {"id": "logs", "because": "logs are appended"} if {
	input.action == "fs.append"
	path := input.resource.id
	count(path) > 7
	small
}

small if {
	input.context.bytes < 10
}
`;
const rego = (path: string, bytes: number) => append(bytes).replace("notes/x", path);

opaTest("of a policy in Rego, an assignment counts once, and the rules that it leans on count, too", async (t) => {
  const one = await coverageOf(t, {
    "egress.rego": egress,
    "a.test.toml": rego("logs/notes.log", 3).replace('"deny"', '"allow"'),
  });
  t.deepEqual(unseen(one), ["6:2 false: count(path) > 7", "7:2 false: small", "11:2 false: input.context.bytes < 10"]);
  const cases = [rego("logs/notes.log", 3), rego("n/x", 3), rego("logs/notes.log", 30)].join("");
  t.like(await coverageOf(t, { "egress.rego": egress, "a.test.toml": cases }), { percent: 100, unexercised: [] });
});

const regoTest = (name: string, path: string, bytes: number, count: number) => `
test_${name} if {
	count(egress.permit) == ${count} with input as {"action": "fs.append", "resource": {"id": "${path}"}, "context": {"bytes": ${bytes}}}
}
`;
const head = "package yoi.policy.egress_test\n\nimport data.yoi.policy.egress\n";

opaTest(
  "tests in Rego exercise what their lines say: a condition before one that was evaluated was true",
  async (t) => {
    const one = await coverageOf(t, {
      "egress.rego": egress,
      "egress_test.rego": head + regoTest("a", "logs/notes.log", 3, 1),
    });
    t.deepEqual(unseen(one), [
      "6:2 false: count(path) > 7",
      "7:2 false: small",
      "11:2 false: input.context.bytes < 10",
    ]);
    const more =
      regoTest("a", "logs/notes.log", 3, 1) + regoTest("b", "x", 3, 0) + regoTest("c", "logs/notes.log", 30, 0);
    t.deepEqual(unseen(await coverageOf(t, { "egress.rego": egress, "egress_test.rego": head + more })), []);
  },
);

opaTest("what cases and tests in Rego exercise is one coverage", async (t) => {
  const files = {
    "egress.rego": egress,
    "egress_test.rego": head + regoTest("c", "logs/notes.log", 30, 0),
    "a.test.toml": rego("logs/notes.log", 3).replace('"deny"', '"allow"'),
  };
  t.deepEqual(unseen(await coverageOf(t, files)), ["6:2 false: count(path) > 7"]);
});

opaTest("what obliges is exercised like any policy, by calls that are allowed and by others", async (t) => {
  const obliging = `${egress}
oblige contains {"id": "slow", "rate": "10/1m"} if {
	input.action == "fs.append"
	input.context.bytes > 5
}
`;
  const coverage = async (...bytes: readonly number[]) => {
    const cases = bytes.map((each) => rego("logs/notes.log", each).replace('"deny"', '"allow"')).join("");
    const all = await coverageOf(t, { "egress.rego": obliging, "a.test.toml": cases });
    return unseen(all).filter((line) => /slow|> 5/.test(line));
  };
  t.deepEqual(await coverage(3), ["14:1 applied: oblige egress/slow", "16:2 true: input.context.bytes > 5"]);
  t.deepEqual(await coverage(3, 7), []);
});

opaTest("a call of another action teaches nothing of a policy in Rego", async (t) => {
  const one = await coverageOf(t, { "egress.rego": egress, "a.test.toml": list.replace("allow", "deny") });
  t.is(one.outcomes.seen, 0);
  t.deepEqual(unseen(one)[0], "3:1 applied: permit egress/logs");
});

test("a person reads the share, then each place with what it never came to", async (t) => {
  const coverage = await coverageOf(t, { "day.cedar": cedar, "a.test.toml": read(noon) + list });
  t.deepEqual(renderCoverage(coverage, plain, 3), [
    "coverage  33 % of conditions, 2 of 3 policies applied. Not exercised:",
    "  .yoi/policies/day.cedar:3:8   never false",
    "      context.now.hour >= 8",
    "  .yoi/policies/day.cedar:3:34  never false",
    "      context.now.hour < 18",
    "  .yoi/policies/day.cedar:4:6   never evaluated",
    "      context.now.weekday == 7",
    "  and 2 more: --json has them all",
  ]);
});
