import test from "ava";
import { lintPolicies } from "../../../src/workbench/lint/lint-policies.ts";
import { lintFound, lintParts } from "../../support/lint-parts.ts";
import { opaTest } from "../../support/opa.ts";
import { regoEngine, regoFile } from "../../support/rego-sets.ts";

const rego = regoEngine();
test.after.always(() => rego.close());

const asked = 'input.action == "https.request"';
const permit = 'permit contains {"id": "p"} if {';
const forbid = 'forbid contains {"id": "f"} if {';
const package_ = "package yoi.policy.a\n\n";

const inRego: readonly (readonly [title: string, text: string, findings: readonly string[]])[] = [
  [
    "an address in one of the ranges that are written out",
    'package yoi.policy.x\n\nranges := {"10.0.0.0/8", "192.168.0.0/16"}\n\nforbid contains {"id": "a", "because": "b"} if {\n\tinput.action == "network.connect"\n\tsome range in ranges\n\tnet.cidr_contains(range, input.context.address)\n}\n\nforbid contains {"id": "c", "because": "b"} if {\n\tinput.action == "network.connect"\n\tsome range in {"172.16.0.0/12"}\n\tnet.cidr_contains(range, input.context.address)\n}',
    [],
  ],
  [
    "an address in a range that a rule takes from the input",
    'package yoi.policy.x\n\nrange := input.context.input.range\n\nforbid contains {"id": "a", "because": "b"} if {\n\tinput.action == "tool.execute"\n\tnet.cidr_contains(range, "10.0.0.1")\n}',
    ["forbid-can-err 7"],
  ],
  [
    "an obligation that is silent where what it compares may be absent",
    'package yoi.policy.x\n\noblige contains {"id": "a", "because": "b", "rate": "1/1m"} if {\n\tinput.action == "fs.read"\n\tinput.context.via.agent != "cli"\n}',
    ["unguarded-optional 5"],
  ],
  [
    "an obligation beside a forbid of what may be absent",
    'package yoi.policy.x\n\noblige contains {"id": "a", "because": "b", "rate": "1/1m"} if {\n\tinput.action == "fs.read"\n\tinput.context.via.agent != "cli"\n}\n\nforbid contains {"id": "c", "because": "d"} if {\n\tinput.action == "fs.read"\n\tnot input.context.via.agent\n}',
    [],
  ],
  [
    "a forbid beside an obligation for what may be absent",
    'package yoi.policy.x\n\nforbid contains {"id": "a", "because": "b"} if {\n\tinput.action == "fs.read"\n\tinput.context.via.agent != "cli"\n}\n\noblige contains {"id": "c", "because": "d", "rate": "1/1m"} if {\n\tinput.action == "fs.read"\n\tnot input.context.via.agent\n}',
    ["unguarded-optional 5"],
  ],
  [
    "an obligation that hangs on a number that a text may not be",
    'package yoi.policy.x\n\noblige contains {"id": "a", "because": "b", "rate": "1/1m"} if {\n\tinput.action == "tool.execute"\n\tto_number(input.context.input.amount) > 9\n}',
    ["forbid-can-err 5"],
  ],
  [
    "an obligation that holds at no hour",
    'package yoi.policy.x\n\noblige contains {"id": "a", "because": "b", "rate": "1/1m"} if {\n\tinput.action == "fs.read"\n\tinput.context.now.hour > 24\n}',
    ["never-applies 5"],
  ],
  [
    "a comprehension of what may be absent, which is empty then",
    'package yoi.policy.x\n\nforbid contains {"id": "a", "because": concat(",", [one | one := input.context.via.agent])} if {\n\tinput.action == "fs.read"\n\tnot "cli" in {one | one := input.context.via.agent}\n}',
    [],
  ],
  [
    "another input in the place of this one",
    'package yoi.policy.x\n\nforbid contains {"id": "a", "because": "b"} if {\n\tinput.action == "tool.execute"\n\tx := input.context.input with input.context.input as {"a": 1}\n\tx.a == 1\n\tinput.context.input.a == 2\n}',
    [],
  ],
  [
    "a number of a tool's input between two whole ones",
    'package yoi.policy.x\n\nforbid contains {"id": "a", "because": "b"} if {\n\tinput.action == "tool.execute"\n\tinput.context.input.amount > 1\n\tinput.context.input.amount < 2\n}',
    [],
  ],
  [
    "a number of a tool's input that none can be",
    'package yoi.policy.x\n\nforbid contains {"id": "a", "because": "b"} if {\n\tinput.action == "tool.execute"\n\tinput.context.input.amount > 3\n\tinput.context.input.amount < 2\n}',
    ["never-applies 6"],
  ],
  [
    "a number beside a moment in a tool's input, which Rego orders as well",
    'package yoi.policy.x\n\nforbid contains {"id": "a", "because": "b"} if {\n\tinput.action == "tool.execute"\n\tinput.context.input.at > 5\n\tinput.context.input.at < "1970-01-01T00:00:00.001Z"\n}',
    [],
  ],
  [
    "a part of a tool's input that is there and false",
    'package yoi.policy.x\n\nforbid contains {"id": "a", "because": "b"} if {\n\tinput.action == "tool.execute"\n\tnot input.context.input.flag\n\tinput.context.input.flag == false\n}',
    [],
  ],
  [
    "an address in a range, which every connection has",
    'package yoi.policy.x\n\nforbid contains {"id": "a", "because": "b"} if {\n\tinput.action == "network.connect"\n\tnet.cidr_contains("10.0.0.0/8", input.context.address)\n}',
    [],
  ],
  [
    "a forbid on a part of a tool's input that a permit wants false",
    'package yoi.policy.x\n\npermit contains {"id": "a", "because": "b"} if {\n\tinput.action == "tool.execute"\n\tinput.context.input.dry == false\n}\n\nforbid contains {"id": "c", "because": "d"} if {\n\tinput.action == "tool.execute"\n\tinput.context.input.dry\n}',
    [],
  ],
  [
    "conditions that differ in the blanks of a text",
    'package yoi.policy.x\n\npermit contains {"id": "a", "because": "b"} if {\n\tinput.action == "fs.read"\n\tinput.resource.id == "notes/a  b"\n}\n\npermit contains {"id": "c", "because": "d"} if {\n\tinput.action == "fs.read"\n\tinput.resource.id == "notes/a b"\n}',
    [],
  ],
  [
    "a value of two lists",
    `${package_}${permit}\n${asked}\ninput.resource.host == "a.example"\ninput.context.method in {"GET"}\ninput.context.method in {"POST"}\n}`,
    ["never-applies 7"],
  ],
  ["two actions at once", `${package_}${permit}\n${asked}\ninput.action == "fs.read"\n}`, ["never-applies 4"]],
  ["a rule whose action another rule tells", `${package_}${permit}\nis_request\n}\n\nis_request if ${asked}`, []],
  [
    "what is absent or another",
    `${package_}${forbid}\n${asked}\nnot input.context.openedBy == "x"\nnot input.context.openedBy\n}`,
    [],
  ],
  [
    "an absent value that is something",
    `${package_}${forbid}\n${asked}\ninput.context.openedBy == "x"\nnot input.context.openedBy\n}`,
    ["never-applies 5"],
  ],
  [
    "a helper that makes it narrower than it looks",
    `${package_}${permit}\n${asked}\ninput.resource.host == "a.example"\n}\n\n${forbid}\n${asked}\nis_night\n}\n\nis_night if input.context.now.hour < 6`,
    [],
  ],
  [
    "an entry whose reason may be undefined, beside a permit,",
    `${package_}${permit}\n${asked}\ninput.resource.host == "a.example"\n}\n\nforbid contains {"id": "f", "because": input.context.via.agent} if {\n${asked}\n}`,
    ["unguarded-optional 8"],
  ],
  [
    "a forbid of every request",
    `${package_}${permit}\n${asked}\ninput.resource.host == "a.example"\n}\n\n${forbid}\n${asked}\n}`,
    ["shadowed-permit 3"],
  ],
  [
    "a mount that is called as a public suffix is,",
    `${package_}import data.yoi.path\n\n${permit}\ninput.action == "fs.read"\npath.within(input.resource.id, "com")\n}`,
    ["unknown-name 7"],
  ],
  [
    "an optional part that is compared for what it is",
    `${package_}${forbid}\n${asked}\ninput.context.via.agent == "ci"\n}`,
    [],
  ],
  [
    "an optional part under another name that must not be among some",
    `${package_}${forbid}\n${asked}\nagent := input.context.via.agent\nnot agent in {"ci"}\n}`,
    ["unguarded-optional 6"],
  ],
  [
    "an optional part under another name, beside a forbid of its absence",
    `${package_}${forbid}\n${asked}\nagent := input.context.via.agent\nnot agent in {"ci"}\n}\n\nforbid contains {"id": "g"} if {\n${asked}\nnot input.context.via.agent\n}`,
    [],
  ],
  [
    "an optional part under another name that is asked for its absence, which it never shows",
    `${package_}${forbid}\n${asked}\nnot input.context.via.agent in {"ci"}\n}\n\nforbid contains {"id": "g"} if {\n${asked}\nagent := input.context.via.agent\nnot agent\n}`,
    ["unguarded-optional 5", "unguarded-optional 11"],
  ],
  [
    "an entry that is made of an optional part which the rule asks for",
    `${package_}forbid contains {"id": "f", "because": sprintf("not %v", [agent])} if {\n${asked}\nagent := input.context.via.agent\n}`,
    [],
  ],
  [
    "an entry that reads an optional part itself",
    `${package_}forbid contains {"id": "f", "because": sprintf("not %v", [input.context.via.agent])} if {\n${asked}\n}`,
    ["unguarded-optional 3"],
  ],
  [
    "an entry that reads what its conditions ask for",
    `${package_}forbid contains {"id": "f", "because": sprintf("not %v", [input.context.via.agent])} if {\n${asked}\ninput.context.via.agent\n}`,
    [],
  ],
  [
    "a permit for what is absent or another, beside a forbid of another alone,",
    `${package_}${permit}\n${asked}\ninput.resource.host == "a.example"\nnot input.context.openedBy == "x"\n}\n\n${forbid}\n${asked}\ninput.context.openedBy != "x"\n}`,
    ["unguarded-optional 11"],
  ],
  [
    "an optional part that is asked for",
    `${package_}${forbid}\n${asked}\ninput.context.via.agent\ninput.context.via.agent != "ci"\n}`,
    [],
  ],
  ["a part that only some actions have", `${package_}${forbid}\ninput.context.method != "GET"\n}`, []],
  [
    "an optional part in a permit",
    `${package_}${permit}\n${asked}\ninput.resource.host == "a.example"\ninput.context.via.agent != "ci"\n}`,
    [],
  ],
  [
    "a helper below `not` that has no answer, and so forbids",
    `${package_}${forbid}\n${asked}\nnot is_early\n}\n\nis_early if {\njson.unmarshal(input.context.openedBy).early\n}`,
    [],
  ],
  [
    "a helper below two of `not` that has no answer",
    `${package_}${forbid}\n${asked}\nnot is_early\n}\n\nis_early if not is_late\n\nis_late if {\njson.unmarshal(input.context.openedBy).late\n}`,
    ["forbid-can-err 11"],
  ],
  [
    "a computation that the compiler takes out of `not`",
    `${package_}${forbid}\n${asked}\nnot json.unmarshal(input.context.openedBy).early\n}`,
    ["unguarded-optional 5", "forbid-can-err 5"],
  ],
  [
    "a helper that has no answer",
    `${package_}${forbid}\n${asked}\nis_late\n}\n\nis_late if {\njson.unmarshal(input.context.openedBy).late\n}`,
    ["forbid-can-err 9"],
  ],
];

for (const [title, text, findings] of inRego) {
  opaTest(
    `lint, in Rego: ${title} ${findings.length === 0 ? "is no finding" : `is \`${findings.join("`, `")}\``}`,
    async (t) => {
      t.deepEqual(await lintFound(rego, regoFile(text)), findings);
    },
  );
}

opaTest("an empty reason in Rego is none", async (t) => {
  const rules = async (because: string) => {
    const text = `package yoi.policy.x\n\nforbid contains {"id": "a", "because": ${because}} if input.action == "fs.read"`;
    return (await lintPolicies(await lintParts([regoFile(text)], rego))).findings.map(({ rule }) => rule);
  };
  for (const because of ['""', '"  "', "``"]) t.deepEqual(await rules(because), ["without-reason"], because);
  t.deepEqual(await rules('"why"'), []);
});
