import test from "ava";
import type { VerdictEffect } from "../../../src/decisions/verdict.ts";
import { executeRequest, readRequest } from "../../support/cedar-sets.ts";
import { opaTest } from "../../support/opa.ts";
import { dataFile, refusals, regoEngine, regoFile, shippedSources } from "../../support/rego-sets.ts";

// What is known to go wrong around compiled Rego, each with the whole engine. Traps, missing builtins and memory have
// tables of their own: `hostile-modules`, `builtins`, `evaluator`.

const engine = regoEngine();
test.after.always(() => engine.close());

const asked = (toolInput: unknown) => ({ ...executeRequest(), toolInput });
const ofInput = (condition: string) => `forbid contains {"id": "x"} if ${condition}`;

const rows = [
  [
    "pitfall 14: what is undefined is not false",
    ofInput(`input.context.via.tool != "project:example.notes/search"`),
    readRequest({ via: { command: false, depth: 1 } }),
    "abstain",
  ],
  [
    "pitfall 14: a default is its own rule's and no other's",
    `default known := false\n\n${ofInput("known == false")}`,
    readRequest(),
    "forbid",
  ],
  [
    "pitfall 15: `not` of what is undefined holds",
    ofInput("not input.context.via.tool"),
    readRequest({ via: { command: false, depth: 1 } }),
    "forbid",
  ],
  [
    "pitfall 16: a false in a tool's input is there",
    ofInput("input.context.input.sure == false"),
    asked({ sure: false }),
    "forbid",
  ],
  ["pitfall 16: an empty input is there", ofInput("input.context.input == {}"), asked({}), "forbid"],
  [
    "pitfall 18: a builtin that fails is undefined, and ends nothing",
    `${ofInput("to_number(input.context.input.n) > 1")}\n\nforbid contains {"id": "y"} if input.action == "tool.execute"`,
    asked({ n: "many" }),
    "forbid",
  ],
  [
    "pitfalls 19 and 20: two answers where there is one are an error",
    `twice(x) := 1 if x.n\n\ntwice(x) := 2 if x.n\n\n${ofInput("twice(input.context.input) == 3")}`,
    asked({ n: 1 }),
    "error",
  ],
  ["pitfall 22: 64 bits are exact", ofInput("data.large == 9223372036854775807"), readRequest(), "forbid"],
  ["pitfall 22: 64 bits are no double", ofInput("data.large == 9223372036854775806"), readRequest(), "abstain"],
  [
    "pitfall 23: a pattern that backtracks elsewhere answers",
    ofInput('regex.match("^(a+)+$", input.context.input.text)'),
    asked({ text: `${"a".repeat(4_000)}!` }),
    "abstain",
  ],
  [
    "pitfall 23: what RE2 does not have matches nothing",
    ofInput('regex.match("a(?=b)", input.context.input.text)'),
    asked({ text: "ab" }),
    "abstain",
  ],
  [
    "pitfall 25: the import of today's Rego is taken",
    `import rego.v1\n\n${ofInput('input.action == "fs.read"')}`,
    readRequest(),
    "forbid",
  ],
] as const satisfies readonly (readonly [string, string, ReturnType<typeof readRequest>, VerdictEffect])[];

for (const [title, text, request, effect] of rows) {
  opaTest(title, async (t) => {
    const large = { ...dataFile({}), text: '{ "large": 9223372036854775807 }' };
    const policies = [...shippedSources, regoFile(`package yoi.policy.a\n\n${text}\n`)];
    const set = await engine.prepare({ policies, data: [large] });
    t.is((await set.evaluate(request)).effect, effect);
    set.dispose();
  });
}

opaTest("pitfall 24: two entries of a set are two policies, in one order", async (t) => {
  const rule = (id: string) => `forbid contains {"id": "${id}"} if input.action == "fs.read"`;
  const set = await engine.prepare({
    policies: [...shippedSources, regoFile(`package yoi.policy.a\n\n${rule("b")}\n\n${rule("a")}\n`)],
  });
  const { determining } = await set.evaluate(readRequest());
  t.deepEqual(
    determining.map(({ name }) => name),
    ["a/a", "a/b"],
  );
  set.dispose();
});

opaTest("pitfall 25: yesterday's Rego is refused, and not read as something else", async (t) => {
  const [finding] = await refusals(engine, [
    regoFile('package yoi.policy.a\n\nforbid[{"id": "x"}] { input.action == "fs.read" }\n'),
  ]);
  t.like(finding?.place, { file: ".yoi/policies/test.rego", line: 3 });
});

opaTest("pitfall 26: two sets that are loaded at once have each their own data", async (t) => {
  const policies = [...shippedSources, regoFile(`package yoi.policy.a\n\n${ofInput("data.closed")}\n`)];
  const [open, closed] = await Promise.all([
    engine.prepare({ policies, data: [dataFile({ closed: false })] }),
    engine.prepare({ policies, data: [dataFile({ closed: true })] }),
  ]);
  for (let round = 0; round < 3; round++) {
    t.is((await open.evaluate(readRequest())).effect, "abstain");
    t.is((await closed.evaluate(readRequest())).effect, "forbid");
  }
  open.dispose();
  closed.dispose();
});
