import type { TracedExpression, TracedRule } from "../../../src/engines/rego/opa/opa-program.ts";
import { createOpaProgram } from "../../../src/engines/rego/opa/start-opa-program.ts";
import { found, opaTest } from "../../support/opa.ts";
import { regoUnit } from "../../support/shipped-rego.ts";

const opa = createOpaProgram();

const input = JSON.stringify({
  principal: { type: "Plugin", id: "notes", within: ["notes"] },
  action: "https.request",
  resource: { type: "Url", id: "https://c.example/v1", host: "c.example", within: ["one", "two"] },
  context: { method: "GET", now: { hour: 3 }, input: { big: "x".repeat(1_000) } },
});

async function trace(rules: string, files: { readonly [file: string]: string } = {}) {
  const unit = regoUnit({ "a.rego": `package yoi.policy.a\n\n${rules}\n`, ...files });
  return found(await opa.trace(unit, input));
}

/** `value text — actual ! error`, as much of it as there is. */
function line({ value, text, actual, error }: TracedExpression): string {
  return `${value} ${text}${actual === undefined ? "" : ` — ${actual}`}${error === undefined ? "" : ` ! ${error}`}`;
}

/** A rule as a list: its value, its expressions, and what is below it, indented. */
function outline({ name, value, expressions, below, line: row }: TracedRule): readonly string[] {
  const lines = [...expressions.map(line), ...below.flatMap(outline)];
  return [`${value} ${name}:${row}`, ...lines.map((each) => `  ${each}`)];
}

const permit = 'permit contains {"id": "one"} if';
const method = 'input.context.method = "GET"';
const host = 'input.resource.host = "c.example"';

const rows: readonly { readonly title: string; readonly rules: string; readonly traced: readonly string[] }[] = [
  {
    title: "without a body",
    rules: 'permit contains {"id": "one"}',
    traced: ["true data.yoi.policy.a.permit:3"],
  },
  {
    title: "whose expressions all pass",
    rules: `${permit} {\n\tinput.context.method == "GET"\n\tinput.resource.host == "c.example"\n}`,
    traced: [
      "true data.yoi.policy.a.permit:3",
      `  true input.context.method == "GET" — ${method}`,
      `  true input.resource.host == "c.example" — ${host}`,
    ],
  },
  {
    title: "that stops at its first false expression",
    rules: `${permit} {\n\tinput.context.method == "POST"\n\tinput.resource.host == "c.example"\n}`,
    traced: [
      "false data.yoi.policy.a.permit:3",
      `  false input.context.method == "POST" — ${method}`,
      '  unreached input.resource.host == "c.example"',
    ],
  },
  {
    title: "that reads what is not there",
    rules: `${permit} input.resource.port == 443`,
    traced: [
      "false data.yoi.policy.a.permit:3",
      "  false input.resource.port == 443 — input.resource.port = undefined",
    ],
  },
  {
    title: "whose negation fails because what it reads is not there, and so passes",
    rules: `${permit} not input.resource.port == 443`,
    traced: [
      "true data.yoi.policy.a.permit:3",
      "  true not input.resource.port == 443 — input.resource.port = undefined",
    ],
  },
  {
    title: "with variables",
    rules: `${permit} {\n\thost := input.resource.host\n\thost == "d.example"\n}`,
    traced: [
      "false data.yoi.policy.a.permit:3",
      `  true host := input.resource.host — ${host}`,
      '  false host == "d.example" — host = "c.example"',
    ],
  },
  {
    title: "that tries one value after the other, told by the first that passed",
    rules: `${permit} {\n\tsome place in input.resource.within\n\tendswith(place, "wo")\n}`,
    traced: [
      "true data.yoi.policy.a.permit:3",
      '  true some place in input.resource.within — input.resource.within = ["one","two"]',
      '  true endswith(place, "wo") — place = "two"',
    ],
  },
  {
    title: "that tries one value after the other in vain, told by the first",
    rules: `${permit} {\n\tsome place in input.resource.within\n\tendswith(place, "x")\n}`,
    traced: [
      "false data.yoi.policy.a.permit:3",
      '  true some place in input.resource.within — input.resource.within = ["one","two"]',
      '  false endswith(place, "x") — place = "one"',
    ],
  },
  {
    title: "with an expression that compiles to several, over two lines",
    rules: `${permit} lower(concat("/", [\n\tinput.context.method, input.resource.host])) == "get/d.example"`,
    traced: [
      "false data.yoi.policy.a.permit:3",
      `  false lower(concat("/", [ input.context.method, input.resource.host])) == "get/d.example" — ${method}, ${host}`,
    ],
  },
  {
    title: "with `every`, whose own body is not told apart",
    rules: `${permit} {\n\tevery place in input.resource.within { place != "two" }\n}`,
    traced: [
      "false data.yoi.policy.a.permit:3",
      '  false every place in input.resource.within { place != "two" } — input.resource.within = ["one","two"]',
    ],
  },
  {
    title: "whose builtin fails",
    rules: `${permit} json.unmarshal(input.context.method).x == 1`,
    traced: [
      "error data.yoi.policy.a.permit:3",
      `  error json.unmarshal(input.context.method).x == 1 — ${method} ! json.unmarshal: invalid character 'G' looking for beginning of value`,
    ],
  },
  {
    title: "whose entry cannot be made",
    rules: `permit contains {"id": "one", "because": input.resource.name} if input.context.method == "GET"`,
    traced: [
      "false data.yoi.policy.a.permit:3",
      `  true input.context.method == "GET" — ${method}`,
      '  false permit contains {"id": "one", "because": input.resource.name} — input.resource.name = undefined',
    ],
  },
  {
    title: "that leans on another, which leans on a third",
    rules: `${permit} {\n\tquiet\n}\n\nquiet if early(input.context.now.hour)\n\nearly(hour) if hour > 22\n\nearly(hour) if hour < 6`,
    traced: [
      "true data.yoi.policy.a.permit:3",
      "  true quiet — data.yoi.policy.a.quiet = true",
      "  true data.yoi.policy.a.quiet:7",
      "    true early(input.context.now.hour) — input.context.now.hour = 3",
      "    false data.yoi.policy.a.early:9",
      "      false hour > 22 — hour = 3",
      "    true data.yoi.policy.a.early:11",
      "      true hour < 6 — hour = 3",
    ],
  },
  {
    title: "that leans on two of one name, of which either would do",
    rules: `${permit} quiet\n\nquiet if input.context.now.hour < 6\n\nquiet if input.context.method == "GET"`,
    traced: [
      "true data.yoi.policy.a.permit:3",
      "  true quiet — data.yoi.policy.a.quiet = true",
      "  true data.yoi.policy.a.quiet:5",
      "    true input.context.now.hour < 6 — input.context.now.hour = 3",
      "  true data.yoi.policy.a.quiet:7",
      `    true input.context.method == "GET" — ${method}`,
    ],
  },
  {
    title: "that leans on an `else`",
    rules: `${permit} level == 2\n\nlevel := 1 if input.context.method == "POST"\n\nelse := 2 if input.context.method == "GET"`,
    traced: [
      "true data.yoi.policy.a.permit:3",
      "  true level == 2 — data.yoi.policy.a.level = 2",
      "  false data.yoi.policy.a.level:5",
      `    false input.context.method == "POST" — ${method}`,
      "  true data.yoi.policy.a.level:7",
      `    true input.context.method == "GET" — ${method}`,
    ],
  },
  {
    title: "that leans on a default",
    rules: `${permit} level == 0\n\ndefault level := 0\n\nlevel := 1 if input.context.method == "POST"`,
    traced: [
      "true data.yoi.policy.a.permit:3",
      "  true level == 0 — data.yoi.policy.a.level = 0",
      "  true data.yoi.policy.a.level:5",
      "  false data.yoi.policy.a.level:7",
      `    false input.context.method == "POST" — ${method}`,
    ],
  },
];

for (const { title, rules, traced } of rows) {
  opaTest(`the trace tells of a rule ${title}`, async (t) => {
    const { rules: found } = await trace(rules);
    t.deepEqual(found.flatMap(outline), traced);
  });
}

opaTest("a rule that no input could reach by OPA's index is told of like any other", async (t) => {
  const rules = `${permit} input.action == "fs.read"\n\nforbid contains {"id": "two"} if input.action == "fs.list"`;
  const { rules: found } = await trace(rules);
  const actual = 'input.action = "https.request"';
  t.deepEqual(found.flatMap(outline), [
    "false data.yoi.policy.a.permit:3",
    `  false input.action == "fs.read" — ${actual}`,
    "false data.yoi.policy.a.forbid:5",
    `  false input.action == "fs.list" — ${actual}`,
  ]);
});

opaTest("a helper that two rules share is told of below each, as it came out there", async (t) => {
  const rules = `${permit} is("GET")

forbid contains {"id": "two"} if is("POST")

forbid contains {"id": "three"} if is("GET")

is(method) if input.context.method == method`;
  const { rules: found } = await trace(rules);
  t.deepEqual(
    found.map(({ value, below }) => [value, below[0]?.value, below[0]?.expressions[0]?.actual]),
    [
      ["true", "true", `${method}, method = "GET"`],
      ["false", "false", `${method}, method = "POST"`],
      ["true", "true", `${method}, method = "GET"`],
    ],
  );
});

opaTest(
  "the decision is the one that OPA itself comes to, and rules that lie elsewhere have their own file",
  async (t) => {
    const files = {
      "lib/hosts.rego": "package hosts\n\nallowed if input.resource.host in data.known\n",
      "data.json": '{"known": ["c.example"]}',
    };
    const { decision, rules } = await trace(
      'import data.hosts\n\npermit contains {"id": "one"} if hosts.allowed',
      files,
    );
    t.deepEqual(decision, { permit: [{ policy: "a", entry: { id: "one" } }], forbid: [], oblige: [], malformed: [] });
    const [rule] = rules;
    t.like(rule, { file: "a.rego", line: 5, column: 1, value: "true" });
    t.like(rule?.below[0], { file: "lib/hosts.rego", line: 3, name: "data.hosts.allowed", value: "true" });
    t.is(rule?.below[0]?.expressions[0]?.actual, `${host}, data.known = ["c.example"]`);
  },
);

opaTest("a rule that ends the whole evaluation leaves the others' trace, and there is no decision", async (t) => {
  const rules = `${permit} level == 1

level := 1 if input.context.method == "GET"

level := 2 if input.context.now.hour == 3

forbid contains {"id": "two"} if input.context.method == "GET"`;
  const { decision, rules: found } = await trace(rules);
  t.is(decision, undefined);
  t.deepEqual(
    found.map(({ name, value }) => [name, value]),
    [
      ["data.yoi.policy.a.permit", "error"],
      ["data.yoi.policy.a.forbid", "true"],
    ],
  );
  t.is(found[0]?.expressions.at(-1)?.error, "rule data.yoi.policy.a.level produced conflicting values: a.rego:7");
});

opaTest("what a trace shows of values and texts is bounded", async (t) => {
  const long = `"${"y".repeat(1_000)}"`;
  const helpers = Array.from({ length: 40 }, (_, index) => `h${index} if input.context.method == "GET"`).join("\n\n");
  const calls = Array.from({ length: 40 }, (_, index) => `\th${index}`).join("\n");
  const deep = Array.from({ length: 8 }, (_, index) => `d${index} if d${index + 1}`).join("\n\n");
  const { rules } = await trace(`${permit} {
	input.context.input.big != ${long}
${calls}
	d0
}

${helpers}

${deep}

d8 if input.context.method == "GET"`);
  const [rule] = rules;
  t.is(rule?.expressions[0]?.actual?.length, 'input.context.input.big = "'.length + 199 + "…".length);
  t.is(rule?.expressions[0]?.text.length, 401);
  t.is(rule?.below.length, 16);
  const depth = ({ below }: TracedRule): number => 1 + Math.max(0, ...below.map(depth));
  const { rules: chain } = await trace(`${permit} d0\n\n${deep}\n\nd8 if input.context.method == "GET"`);
  t.is(chain[0] === undefined ? 0 : depth(chain[0]), 5);
});

opaTest("of what an expression reads, no more is told than a person takes in", async (t) => {
  const names = Array.from({ length: 9 }, (_, index) => `v${index}`);
  const rules = `${permit} count([${names.map((name) => `data.${name}`).join(", ")}]) == 9`;
  const { rules: found } = await trace(rules, {
    "data.json": JSON.stringify(Object.fromEntries(names.entries().map(([index, name]) => [name, index]))),
  });
  t.is(
    found[0]?.expressions[0]?.actual,
    "data.v0 = 0, data.v1 = 1, data.v2 = 2, data.v3 = 3, data.v4 = 4, data.v5 = 5",
  );
});

opaTest("every rule of every policy is told of, in the order of the files", async (t) => {
  const policy = (name: string) => `package yoi.policy.${name}

oblige contains {"id": "two", "timeout": "5s"}

permit contains {"id": "one"} if input.action == "fs.read"
`;
  const unit = regoUnit({ "b.rego": policy("b"), "a.rego": policy("a") });
  const { rules } = found(await opa.trace(unit, input));
  t.deepEqual(
    rules.map(({ file, line, name, value }) => `${file}:${line} ${name} ${value}`),
    [
      "a.rego:3 data.yoi.policy.a.oblige true",
      "a.rego:5 data.yoi.policy.a.permit false",
      "b.rego:3 data.yoi.policy.b.oblige true",
      "b.rego:5 data.yoi.policy.b.permit false",
    ],
  );
});
