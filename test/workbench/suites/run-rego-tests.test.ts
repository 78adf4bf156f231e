import test from "ava";
import { opaTest } from "../../support/opa.ts";
import { complaintsOf, policyWorkspace, runIn, testsIn } from "../../support/suites.ts";

const egress = `package yoi.policy.egress

permit contains {"id": "logs", "because": "logs are appended"} if {
	input.action == "fs.append"
	small
}

small if input.context.bytes < data.bytes_max
`;
const egressTest = (bytes: number) => `package yoi.policy.egress_test

import data.yoi.policy.egress

test_small if {
	count(egress.permit) == 1 with input as {"action": "fs.append", "context": {"bytes": ${bytes}}}
}

todo_test_later if false
`;

opaTest("tests in Rego are run by OPA's own tester over the policies and data of their layer", async (t) => {
  const workspace = await policyWorkspace(t, {
    "egress.rego": egress,
    "data.json": '{"bytes_max": 10}',
    "egress_test.rego": egressTest(3),
  });
  const good = await runIn(workspace);
  t.deepEqual(complaintsOf(good), []);
  t.true(good.passed);
  t.is(testsIn(good)["yoi.policy.egress_test.todo_test_later"]?.outcome, "skipped");
  workspace.write(".yoi/policies/egress_test.rego", egressTest(30));
  const bad = await runIn(workspace);
  t.false(bad.passed);
  t.deepEqual(complaintsOf(bad), ["yoi.policy.egress_test.test_small: got undefined or false"]);
  t.like(testsIn(bad)["yoi.policy.egress_test.test_small"]?.place, { file: ".yoi/policies/egress_test.rego", line: 5 });
  t.is((await runIn(workspace, { rego: false })).suites.length, 0);
});

const brokenTests: readonly (readonly [name: string, text: string, complaint: RegExp])[] = [
  ["does not parse", "package yoi.policy.egress_test\n\ntest_a if {", /^\.yoi\/policies\/egress_test\.rego:\d+/],
  [
    "has no test",
    "package yoi.policy.egress_test\n\nother := 1\n",
    /^\.yoi\/policies\/egress_test\.rego no rule in it begins with `test_`$/,
  ],
  [
    "has a test without a case",
    "package yoi.policy.egress_test\n\ntest_a[name] if {\n\tsome name, one in data.nothing\n\tone == 1\n}\n",
    /test_a: got an error: it has no case$/,
  ],
  [
    "has a test of which one case fails",
    'package yoi.policy.egress_test\n\ntest_a[name] if {\n\tsome name, one in {"x": 1, "y": 2}\n\tone == 1\n}\n',
    /test_a: got undefined or false$/,
  ],
];
opaTest("a test whose every case holds has passed", async (t) => {
  const text =
    'package yoi.policy.egress_test\n\ntest_a[name] if {\n\tsome name, one in {"x": 1, "y": 1}\n\tone == 1\n}\n';
  const report = await runIn(
    await policyWorkspace(t, { "egress.rego": egress, "data.json": "{}", "egress_test.rego": text }),
  );
  t.true(report.passed);
});

opaTest("a rule that is only called like a test keeps no test from being run", async (t) => {
  const text = `${egress}\ntest_hosts := {"a.example"}\n`;
  const report = await runIn(
    await policyWorkspace(t, {
      "egress.rego": text,
      "data.json": '{"bytes_max": 10}',
      "egress_test.rego": egressTest(3),
    }),
  );
  t.true(report.passed);
});

opaTest("a test that stands among policies is not run, and nothing has passed", async (t) => {
  const misplaced = `${egress}\ntest_small if false\n`;
  const report = await runIn(await policyWorkspace(t, { "egress.rego": misplaced, "data.json": "{}" }));
  t.false(report.passed);
  t.like(report.findings[0], {
    message: "a test among policies is not run",
    place: { file: ".yoi/policies/egress.rego", line: 10 },
  });
});

for (const [name, text, complaint] of brokenTests) {
  opaTest(`a file of tests in Rego that ${name} has not passed`, async (t) => {
    const report = await runIn(
      await policyWorkspace(t, { "egress.rego": egress, "data.json": "{}", "egress_test.rego": text }),
    );
    t.false(report.passed);
    t.regex(complaintsOf(report)[0] ?? "", complaint);
  });
}

test("tests in Rego without a policy in Rego beside them have not passed", async (t) => {
  const report = await runIn(
    await policyWorkspace(t, {
      "notes.cedar": "permit (principal, action, resource);",
      "egress_test.rego": egressTest(3),
    }),
  );
  t.false(report.passed);
  t.deepEqual(complaintsOf(report), [".yoi/policies/egress_test.rego there is no Rego policy beside it to test"]);
});

opaTest("a case is judged by both engines", async (t) => {
  const suite =
    '[[case]]\ncall = { action = "fs.append", principal = { kind = "plugin", id = "project:a" }, ask = { path = "logs/x", bytes = 3 } }\nexpect = "allow"\nbecause = ["egress/logs"]\n';
  const files = { "egress.rego": egress, "data.json": '{"bytes_max": 10}', "a.test.toml": suite };
  const workspace = await policyWorkspace(t, files);
  t.deepEqual(complaintsOf(await runIn(workspace)), []);
  workspace.write(".yoi/policies/no.cedar", '@id("no") forbid (principal, action, resource in Yoi::Path::"logs");');
  t.deepEqual(complaintsOf(await runIn(workspace)), ["project:a fs.append logs/x: got deny (explicit-forbid) by no"]);
});
