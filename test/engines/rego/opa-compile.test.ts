import test from "ava";
import { createEvaluator } from "../../../src/engines/rego/evaluation/create-evaluator.ts";
import { createOpaProgram } from "../../../src/engines/rego/opa/start-opa-program.ts";
import { found, opaTest } from "../../support/opa.ts";
import { regoUnit } from "../../support/shipped-rego.ts";

const opa = createOpaProgram();
const evaluator = createEvaluator();
test.after.always(() => evaluator.close());

/** What a unit decides of an input, which is JSON text. */
async function decide(files: { readonly [file: string]: string }, input: string): Promise<unknown> {
  const { wasm, data } = found(await opa.compile(regoUnit(files)));
  const unit = await evaluator.load({ name: "tried", wasm, data });
  return unit.evaluate(input);
}

opaTest("a unit compiles to a module that decides", async (t) => {
  const policy = `package yoi.policy.a

permit contains {"id": "known", "because": "known host"} if input.resource.host in data.hosts
`;
  const files = { "a.rego": policy, "data.json": '{"hosts": ["example.com"]}' };
  t.like(await decide(files, '{"resource": {"host": "example.com"}}'), {
    permit: [{ policy: "a", entry: { id: "known", because: "known host" } }],
    forbid: [],
  });
  t.like(await decide(files, '{"resource": {"host": "example.net"}}'), { permit: [], forbid: [] });
});

opaTest("the rules that add entries are listed with their places and their metadata", async (t) => {
  const policy = `package yoi.policy.a

# METADATA
# title: known hosts
# description: those of data.json
# custom:
#   id: known
#   owner: web
#   level: 3
permit contains {"because": "known host"} if input.action == "https.request"

  forbid contains {"id": "never"}

helps if input.action == "fs.read"
`;
  const { rules } = found(await opa.compile(regoUnit({ "folder/a.rego": policy })));
  const file = "folder/a.rego";
  t.deepEqual(rules, [
    {
      package: "a",
      kind: "permit",
      id: "known",
      file,
      line: 10,
      column: 1,
      annotations: { title: "known hosts", description: "those of data.json", id: "known", owner: "web", level: "3" },
      because: "known host",
    },
    { package: "a", kind: "forbid", id: "never", file, line: 12, column: 3, annotations: {} },
  ]);
});

opaTest("an id that only the metadata has is in the entry", async (t) => {
  const policy = `package yoi.policy.a

# METADATA
# custom:
#   id: known
permit contains {"because": "so"} if input.action == "fs.read"
`;
  t.like(await decide({ "a.rego": policy }, '{"action": "fs.read"}'), {
    permit: [{ policy: "a", entry: { id: "known", because: "so" } }],
  });
});

opaTest("data of JSON and of YAML are one document", async (t) => {
  const files = {
    "data.json": '{"json": {"a": [1, true, null, "x\\u00e9\\ufffd\\ud83d\\ude00"], "b": {}}}',
    "more.yaml": "yaml:\n  - 0x10\n  - 1_000\n  - 2026-01-02\n  - ~\n  - yes\n  - text\n  - 1.5\n  - []\n",
  };
  const { data } = found(await opa.compile(regoUnit(files)));
  t.deepEqual(JSON.parse(data), {
    json: { a: [1, true, null, "xé\ufffd😀"], b: {} },
    yaml: [16, 1_000, "2026-01-02", null, "yes", "text", 1.5, []],
  });
});

opaTest("the same texts compile to the same bytes", async (t) => {
  const unit = regoUnit({
    "a.rego": 'package yoi.policy.a\n\npermit contains {"id": "one"}\n',
    "data.json": '{"b":1,"a":2}',
  });
  const [one, other] = [found(await opa.compile(unit)), found(await opa.compile(unit))];
  t.deepEqual(one, other);
});

const numbers = [
  "0",
  "-1",
  "9007199254740993",
  "9223372036854775807",
  "-9223372036854775808",
  "9223372036854775808",
  "18446744073709551615",
  "0.1",
  "-123456.123456789",
  "0.000000000000001",
];

for (const number of numbers) {
  opaTest(`${number} is itself in rules, in data and in the input of a compiled policy`, async (t) => {
    const policy = `package yoi.policy.a

permit contains {"id": "one", "because": json.marshal([${number}, data.json, data.yaml[0], input.context.input.number])} if {
	input.context.input.number == ${number}
	data.json == ${number}
	data.yaml[0] - ${number} == 0
}
`;
    const files = { "a.rego": policy, "data.json": `{"json": ${number}}`, "data.yaml": `yaml: [${number}]` };
    const because = `[${number},${number},${number},${number}]`;
    t.like(await decide(files, `{"context": {"input": {"number": ${number}}}}`), {
      permit: [{ entry: { because } }],
    });
  });
}
