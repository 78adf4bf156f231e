import { createOpaProgram } from "../../../src/engines/rego/opa/start-opa-program.ts";
import { findingsIn, found, opaTest } from "../../support/opa.ts";
import { regoUnit } from "../../support/shipped-rego.ts";

const opa = createOpaProgram();

const policy = `package yoi.policy.a

permit contains {"id": "read"} if input.action == "fs.read"

permit contains {"id": "list"} if {
	input.action == "fs.list"
	input.resource.host == "example.com"
}
`;
const tests = {
  file: "a_test.rego",
  text: `package yoi.policy.a_test

import data.yoi.policy.a

test_read if {
	print("seen by nobody")
	count(a.permit) == 1 with input.action as "fs.read"
}

test_wrong if count(a.permit) == 1 with input as {"action": "fs.write"}

todo_test_later if false

test_conflict if level == 1

level := 1

level := data.level
`,
};
const unit = regoUnit({ "a.rego": policy, "data.json": '{"level": 2}' });

opaTest("tests come out as passed, failed, skipped or with an error, in the order of the file", async (t) => {
  const { results } = found(await opa.test(unit, [tests]));
  const place = { file: "a_test.rego", package: "yoi.policy.a_test" };
  t.deepEqual(results, [
    { ...place, line: 5, name: "test_read", outcome: "passed" },
    { ...place, line: 10, name: "test_wrong", outcome: "failed" },
    { ...place, line: 12, name: "todo_test_later", outcome: "skipped" },
    {
      ...place,
      line: 14,
      name: "test_conflict",
      outcome: "error",
      message: "rule data.yoi.policy.a_test.level produced conflicting values: a_test.rego:18",
    },
  ]);
});

opaTest("what of the policies ran is told by line, and nothing of tests or of what ships", async (t) => {
  const { coverage } = found(await opa.test(unit, [tests], "test_read"));
  t.deepEqual(coverage, [{ file: "a.rego", covered: [3], notCovered: [5, 6, 7] }]);
});

opaTest("tests are chosen by a regular expression on their names", async (t) => {
  const { results } = found(await opa.test(unit, [tests], "_(read|later)$"));
  t.deepEqual(
    results.map(({ name }) => name),
    ["test_read", "todo_test_later"],
  );
});

opaTest("a choice of tests that is no regular expression is a finding", async (t) => {
  const [finding] = findingsIn(await opa.test(unit, [tests], "("));
  t.regex(finding?.message ?? "", /^the choice of tests is no regular expression: /);
});

opaTest("a policy that leans on its tests does not pass them", async (t) => {
  const leaning =
    'package yoi.policy.b\n\nimport data.yoi.policy.a_test\n\npermit contains {"id": "b"} if a_test.helps(1)\n';
  const helping = { file: "a_test.rego", text: "package yoi.policy.a_test\n\nhelps(x) if x == 1\n" };
  const [finding] = findingsIn(await opa.test(regoUnit({ "b.rego": leaning }), [helping]));
  t.like(finding, {
    message: "there is no function `data.yoi.policy.a_test.helps`",
    place: { file: "b.rego", line: 5 },
  });
});

const nowhere: { readonly [title: string]: readonly [text: string, place: string, message: string, remedy: string] } = {
  "a rule that is misspelt": [
    "package a_test\n\nimport data.yoi.policy.a\n\ntest_x if not a.permitt with input as {}\n",
    "5:15",
    "`data.yoi.policy.a` has no `permitt`",
    "did you mean `permit`?",
  ],
  "a policy that is not there": [
    "package a_test\n\nimport data.yoi.policy.other\n\ntest_x if not other.forbid with input as {}\n",
    "5:15",
    "`data.yoi.policy` has no `other`",
    "it has ",
  ],
  "what is put in the place of nothing": [
    "package a_test\n\nimport data.yoi.policy.a\n\ntest_x if count(a.permit) == 0 with data.yoi.policy.a.most as 1\n",
    "5:37",
    "`data.yoi.policy.a` has no `most`",
    "",
  ],
  "a rule of its own package": [
    "package a_test\n\nhelps := 1\n\ntest_x if not data.a_test.help\n",
    "5:15",
    "`data.a_test` has no `help`",
    "did you mean `helps`?",
  ],
};
for (const [title, [text, place, message, remedy]] of Object.entries(nowhere)) {
  opaTest(`a test that leans on a rule that is nowhere could not fail, and is refused: ${title}`, async (t) => {
    const [finding, ...more] = findingsIn(await opa.test(unit, [{ file: "x_test.rego", text }]));
    t.deepEqual(more, []);
    t.is(`${finding?.place?.line}:${finding?.place?.column}`, place);
    t.is(finding?.message, message);
    t.true(finding?.remedy?.startsWith(remedy), finding?.remedy);
  });
}

opaTest("a policy that leans on a rule that is nowhere is refused, and data may be anywhere else", async (t) => {
  const leaning = (reference: string) =>
    regoUnit({
      "a.rego": `package yoi.policy.a\n\nforbid contains {"id": "b"} if not ${reference}\n`,
      "lib.rego": 'package lib.hosts\n\nknown := {"a"}\n\nby_name[name] := name if some name in known\n',
    });
  for (const [reference, message] of [
    ["data.yoi.policy.a.permits", "`data.yoi.policy.a` has no `permits`"],
    ["data.lib.hosts.know", "`data.lib.hosts` has no `know`"],
    ["data.yoi.polcy.a.forbid", "`data.yoi` has no `polcy`"],
  ] as const) {
    const [finding] = findingsIn(await opa.test(leaning(reference), []));
    t.is(finding?.message, message);
  }
  for (const reference of [
    "data.lib.other",
    "data.hosts.known",
    "data.lib.hosts.known.a",
    "data.lib.hosts.by_name.x",
    "data.lib.hosts[input.action]",
    "data.lib[input.action].known",
  ])
    t.deepEqual(found(await opa.test(leaning(reference), [])).results, [], reference);
});

const mistakes: readonly (readonly [title: string, text: string, place: string, message: RegExp])[] = [
  ["text that is no Rego", "package a\n\ntest_x if {", "x_test.rego:3:11", /./],
  ["the clock", "package a\n\ntest_x if time.now_ns() > 1\n", "x_test.rego:3:11", /^`time\.now_ns` cannot be used/],
  ["Yoi's own package", "package yoi.path\n\ntest_x if true\n", "x_test.rego:1:1", /not an operator's to write in$/],
];

for (const [title, text, place, message] of mistakes) {
  opaTest(`a mistake in a test has its place: ${title}`, async (t) => {
    const [finding] = findingsIn(await opa.test(unit, [{ file: "x_test.rego", text }]));
    const { file, line, column } = finding?.place ?? { file: "" };
    t.is(`${file}:${line}:${column}`, place, finding?.message);
    t.regex(finding?.message ?? "", message);
  });
}

opaTest("a module is formatted as `opa fmt` does, and formatting it again changes nothing", async (t) => {
  const text = 'package   a\nx:=1\n# said\nallow if {input.x==1;input.y   == "z"}\n';
  const formatted = found(await opa.format({ file: "a.rego", text }));
  t.is(formatted.text, 'package a\n\nx := 1\n\n# said\nallow if {\n\tinput.x == 1\n\tinput.y == "z"\n}\n');
  t.deepEqual(found(await opa.format({ file: "a.rego", text: formatted.text })), formatted);
});

opaTest("text that is no Rego is not formatted", async (t) => {
  const [finding] = findingsIn(await opa.format({ file: "a.rego", text: "package a\n\nx := {\n" }));
  t.like(finding?.place, { file: "a.rego" });
});
