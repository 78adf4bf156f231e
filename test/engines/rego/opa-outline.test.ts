import test from "ava";
import type { PlainTest } from "../../../src/engines/policy-outline.ts";
import { createOpaProgram } from "../../../src/engines/rego/opa/start-opa-program.ts";
import type { OutlinedExpression, OutlinedRule } from "../../../src/engines/rego/rego-unit.ts";
import { found, opaTest } from "../../support/opa.ts";
import { dataFile, regoEngine, regoFile, shippedSources } from "../../support/rego-sets.ts";
import { regoUnit } from "../../support/shipped-rego.ts";

const opa = createOpaProgram();
const data = { egress: { hosts: ["a.example", "b.example"], limits: { "c.example": 7 } }, pattern: "^a" };

/** The expressions of a forbid with this body, in a file with these further rules. */
async function outlined(body: string, rules = ""): Promise<OutlinedRule> {
  const text = `package yoi.policy.a\n\n${imports(body)}\nforbid contains {"id": "one"} if {\n${body}\n}\n\n${rules}\n`;
  const unit = regoUnit({ "a.rego": text, "data.json": JSON.stringify(data) });
  const [outline] = found(await opa.compile(unit)).outlines;
  if (outline === undefined) throw new Error("there is no outline");
  return outline;
}

function imports(body: string): string {
  const libraries = ["action", "domain", "url"].filter((name) => body.includes(`${name}.within`));
  return libraries.map((name) => `import data.yoi.${name}\n`).join("");
}

async function last(body: string, rules = ""): Promise<OutlinedExpression> {
  const expression = (await outlined(body, rules)).expressions.at(-1);
  if (expression === undefined) throw new Error("there is no expression");
  return expression;
}

const reads: readonly (readonly [title: string, body: string, reads: readonly string[], rules?: string])[] = [
  ["a part of the input", 'input.context.method == "GET"', ["context.method"]],
  ["a list of the input, by what is in it", 'input.context.secrets[_] == "x"', ["context.secrets"]],
  ["a variable that stands for a part", 'url := input.resource\nurl.host == "x"', ["resource.host"]],
  ["a variable of a part's members", 'some secret in input.context.secrets\nsecret == "x"', ["context.secrets"]],
  ["a variable that is computed", 'text := lower(input.resource.host)\ntext == "x"', ["resource.host"]],
  ["what is under `every`", 'every name in input.context.secrets { name != "x" }', ["context.secrets"]],
  ["what is in a comprehension", "count([name | some name in input.context.secrets]) > 1", ["context.secrets"]],
  ["what a function is given", 'domain.within(input.resource, "a.example")', ["resource"]],
  ["what a rule that it leans on reads", "not is_open", ["context.now.hour"], "is_open if input.context.now.hour > 8"],
  ["nothing where it asks data alone", 'some host in data.egress.hosts\nhost != "x"', []],
];

for (const [title, body, expected, rules] of reads) {
  opaTest(`an expression reads ${title}`, async (t) => {
    t.deepEqual((await last(body, rules)).reads, expected);
  });
}

const literals: readonly (readonly [title: string, body: string, literals: readonly unknown[], rules?: string])[] = [
  ["its own", 'input.context.method in {"GET", "HEAD"}', ["GET", "HEAD"]],
  ["numbers and truths", "[input.context.hop, input.context.declared] == [3, true]", [3, true]],
  ["those of the data that it names", "input.resource.host in data.egress.hosts", ["a.example", "b.example"]],
  ["names in the data, too", "data.egress.limits[input.resource.host] > 1", ["c.example", 7, 1].toSorted()],
  [
    "those of the data that a variable comes from",
    "some host in data.egress.hosts\ndomain.within(input.resource, host)",
    ["a.example", "b.example"],
  ],
  ["those of a rule that is a constant", "input.resource.host in known", ["d.example"], 'known := {"d.example"}'],
  [
    "those of a function that it calls",
    "is_short(input.context.method)",
    [4, "PROPFIND"],
    'is_short(method) if count(method) < 4\n\nis_short("PROPFIND")',
  ],
  ["none of what ships", 'domain.within(input.resource, "a.example")', ["a.example"]],
  ["no number that a request cannot have", "input.context.hop != 9007199254740993", []],
];

for (const [title, body, expected, rules] of literals) {
  opaTest(`the constants of an expression are ${title}`, async (t) => {
    t.deepEqual((await last(body, rules)).literals.toSorted(), expected.toSorted());
  });
}

const isGet: PlainTest = { path: "context.method", op: "==", values: ["GET"], not: false, orAbsent: false };
const tests: readonly (readonly [body: string, test: PlainTest | undefined])[] = [
  ['input.context.method == "GET"', isGet],
  ['"GET" == input.context.method', isGet],
  ['input.context.method != "GET"', { ...isGet, not: true }],
  ['not input.context.method == "GET"', { ...isGet, not: true, orAbsent: true }],
  ['input.context.method in {"GET", "HEAD"}', { ...isGet, values: ["GET", "HEAD"] }],
  ['input.context.method in {"GET", input.action}', undefined],
  ["10 < input.context.bodyBytes", { ...isGet, path: "context.bodyBytes", op: ">", values: [10] }],
  ['not input.context.method in {"GET"}', { ...isGet, not: true }],
  ["input.context.declared", { ...isGet, path: "context.declared", values: [true] }],
  [
    "not input.context.via.agent",
    { ...isGet, path: "context.via.agent", op: "has", values: [], not: true, orAbsent: true },
  ],
  ['"k" in input.context.secrets', { ...isGet, path: "context.secrets", op: "contains", values: ["k"] }],
  ['"a.example" in input.resource.within', { ...isGet, path: "resource", op: "in", values: ["a.example"] }],
  ['domain.within(input.resource, "a.example")', { ...isGet, path: "resource", op: "in", values: ["a.example"] }],
  ['method := input.context.method\nmethod == "GET"', isGet],
  ['some secret in input.context.secrets\nsecret == "x"', undefined],
  ['startswith(input.context.method, "G")', undefined],
  ['lower(input.context.method) == "get"', undefined],
];

for (const [body, expected] of tests) {
  opaTest(
    `\`${body.replace("\n", "; ")}\` is ${expected === undefined ? "no plain test" : "a plain test"}`,
    async (t) => {
      t.deepEqual((await last(body)).test, expected);
    },
  );
}

const failing: readonly (readonly [body: string, canErr: boolean])[] = [
  ["to_number(input.context.input.size) > 1", true],
  ["to_number(input.resource.port) > 1", false],
  ['regex.match("^a", input.resource.host)', false],
  ["regex.match(data.pattern, input.resource.host)", false],
  ["regex.match(input.context.input.pattern, input.resource.host)", true],
  ["json.unmarshal(input.context.input.text).x == 1", true],
  ["input.context.bodyBytes / 10 > 1", false],
  ["10 / input.context.bodyBytes > 1", true],
  ["time.parse_rfc3339_ns(input.context.now.at) > 1", false],
  ["time.parse_rfc3339_ns(input.context.input.at) > 1", true],
  ["count([x | some x in input.context.secrets; to_number(x) > 1]) > 1", true],
];

for (const [body, canErr] of failing) {
  opaTest(`\`${body}\` ${canErr ? "can" : "cannot"} be without an answer`, async (t) => {
    t.is((await last(body)).canErr, canErr);
  });
}

const negations: readonly (readonly [body: string, needs: readonly string[]])[] = [
  ['not input.context.via.agent == "x"', []],
  ["not input.context.via.agent", []],
  ['not input.context.via.agent in {"x"}', ["context.via.agent"]],
  ['not startswith(input.context.via.agent, "x")', ["context.via.agent"]],
  ['not lower(input.context.via.agent) == "x"', ["context.via.agent"]],
  ["not is_known(input.context.via.agent)", ["context.via.agent"]],
];

for (const [body, needs] of negations) {
  opaTest(
    `\`${body}\` ${needs.length > 0 ? "does not hold" : "holds"} without what it reads, and says so`,
    async (t) => {
      const rules = 'is_known("x")';
      t.deepEqual((await last(body, rules)).needs ?? [], needs);
      const text = `package yoi.policy.a\n\nforbid contains {"id": "one"} if ${body}\n\n${rules}\n`;
      const { rules: traced } = found(await opa.trace(regoUnit({ "a.rego": text }), '{"context":{"via":{}}}'));
      t.is(traced[0]?.value, needs.length > 0 ? "false" : "true");
    },
  );
}

opaTest("the rules that an expression leans on are below it, those that ship are not", async (t) => {
  const rules = "is_open if is_late\n\nis_late if input.context.now.hour > 8";
  const expression = await last('domain.within(input.resource, "a.example")\nnot is_open', rules);
  const names = (one: OutlinedExpression): unknown =>
    one.below.map((rule) => [rule.name, ...rule.expressions.map(names)]);
  t.deepEqual(names(expression), [["data.yoi.policy.a.is_open", [["data.yoi.policy.a.is_late", []]]]]);
  t.deepEqual(expression.below[0]?.line, 10);
});

const module = `package yoi.policy.egress

import data.yoi.action

# METADATA
# title: Business hosts
permit contains {"id": "hosts", "because": "known"} if {
	action.within(input.action, "files")
	input.action != "fs.remove"
	input.context.mount in data.mounts
}

oblige contains {"id": "short", "timeout": "5s"}

forbid contains {"id": "never"} if false
`;

opaTest("an engine has an outline for each policy, with its text, its actions and its conditions", async (t) => {
  const engine = regoEngine();
  t.teardown(() => engine.close());
  const set = await engine.prepare({
    policies: [...shippedSources, regoFile(module)],
    data: [dataFile({ mounts: ["notes"] })],
  });
  const [permit, oblige, forbid, ...rest] = set.outline();
  t.deepEqual(rest, []);
  t.is(permit?.policy.name, "egress/hosts");
  t.true(permit?.text.startsWith("# METADATA\n# title: Business hosts\npermit contains"));
  t.true(permit?.text.endsWith("}"));
  t.true(permit?.actions.includes("fs.read"));
  t.false(permit?.actions.includes("fs.remove"));
  t.false(permit?.actions.includes("https.request"));
  t.deepEqual(permit?.conditions[2]?.place, { file: ".yoi/policies/test.rego", line: 10, column: 2 });
  t.deepEqual(permit?.conditions[2]?.literals, ["notes"]);
  t.like(oblige, { policy: { effect: "oblige", name: "egress/short" }, conditions: [] });
  t.is(forbid?.conditions[0]?.constant, false);
});

opaTest("a trace tells what each expression reads and the constants that it is held against", async (t) => {
  const text =
    'package yoi.policy.a\n\npermit contains {"id": "one"} if {\n\tinput.resource.host in data.egress.hosts\n\tnot late\n}\n\nlate if input.context.now.hour > 20\n';
  const unit = regoUnit({ "a.rego": text, "data.json": JSON.stringify(data) });
  const input = JSON.stringify({ resource: { host: "x" }, context: { now: { hour: 3 } } });
  const [rule] = found(await opa.trace(unit, input)).rules;
  t.deepEqual(
    rule?.expressions.map((each) => [each.reads, each.literals]),
    [
      [["resource.host"], ["a.example", "b.example"]],
      [["context.now.hour"], [20]],
    ],
  );
});

test.after.always(() => opa.close());
