import test from "ava";
import type { PolicySource } from "../../../src/engines/policy-engine.ts";
import { lintPolicies } from "../../../src/workbench/lint/lint-policies.ts";
import type { LintParts } from "../../../src/workbench/lint/lint-rule.ts";
import { policyFile } from "../../support/cedar-sets.ts";
import { lintParts } from "../../support/lint-parts.ts";
import { opaTest } from "../../support/opa.ts";
import { regoEngine, regoFile } from "../../support/rego-sets.ts";

const rego = regoEngine();
test.after.always(() => rego.close());

/** `rule line` of each finding, but for those about ids, reasons and names. */
async function found(source: PolicySource | readonly PolicySource[], parts: Partial<LintParts> = {}) {
  const sources = Array.isArray(source) ? source : [source as PolicySource];
  const { findings } = lintPolicies(await lintParts(sources, rego, parts));
  return findings
    .filter(({ rule }) => !["without-id", "without-reason"].includes(rule))
    .map(({ rule, place }) => `${rule} ${place.line}`);
}

const head = 'principal == Yoi::Plugin::"project:example.weather", action';
const https = `${head} == Yoi::Action::"https.request"`;
const named = 'resource in Yoi::Domain::"example.com"';

const cedar: readonly (readonly [title: string, text: string, findings: readonly string[]])[] = [
  // never-applies
  [
    "two values of one attribute",
    `permit (${https}, ${named}) when { context.method == "GET" } when { context.method == "POST" };`,
    ["never-applies 1"],
  ],
  [
    "one value of two lists",
    `permit (${https}, ${named}) when { ["GET", "HEAD"].contains(context.method) && ["HEAD", "POST"].contains(context.method) };`,
    [],
  ],
  [
    "a value that is excluded",
    `permit (${https}, ${named}) when { context.method == "GET" } unless { context.method == "GET" };`,
    ["never-applies 1"],
  ],
  ["bounds that meet", `permit (${https}, ${named}) when { context.bodyBytes >= 10 && context.bodyBytes <= 10 };`, []],
  [
    "bounds that cross by one",
    `permit (${https}, ${named}) when { context.bodyBytes > 10 && context.bodyBytes < 11 };`,
    ["never-applies 1"],
  ],
  ["an hour that there is not", `permit (${https}, ${named}) when { context.now.hour >= 24 };`, ["never-applies 1"]],
  [
    "a header in upper case",
    `permit (${https}, ${named}) when { context.headerNames.contains("Accept") };`,
    ["never-applies 1"],
  ],
  [
    "a header in upper case that must be missing",
    `permit (${https}, ${named}) unless { context.headerNames.contains("Accept") };`,
    [],
  ],
  [
    "a time that is over",
    `permit (${https}, ${named}) when { context.now.at < datetime("2026-11-23T09:59:59Z") };`,
    ["never-applies 1"],
  ],
  [
    "a time that is yet to come",
    `permit (${https}, ${named}) when { context.now.at < datetime("2026-11-23T10:00:01Z") };`,
    [],
  ],
  [
    "a time since which it applies",
    `permit (${https}, ${named}) when { context.now.at > datetime("2020-01-01") };`,
    [],
  ],
  [
    "a time before which it does not",
    `permit (${https}, ${named}) unless { context.now.at >= datetime("2020-01-01") };`,
    ["never-applies 1"],
  ],
  [
    "today's date, which is still so somewhere",
    `permit (${https}, ${named}) when { context.now.date <= datetime("2026-11-22") };`,
    [],
  ],
  [
    "two folders apart",
    `permit (${head} == Yoi::Action::"fs.read", resource in Yoi::Path::"notes/a") when { resource in Yoi::Path::"notes/b" };`,
    [],
  ],
  [
    "a file outside of the folder",
    `permit (${head} == Yoi::Action::"fs.read", resource == Yoi::Path::"notes/a/x") when { resource in Yoi::Path::"notes/b" };`,
    ["never-applies 1"],
  ],
  [
    "a domain that may lie in another one",
    'permit (principal == Yoi::Plugin::"project:example.weather", action == Yoi::Action::"https.request", resource == Yoi::Url::"https://a.example") when { resource in Yoi::Domain::"b.example" };',
    [],
  ],
  // shadowed-permit
  [
    "a permit beside a forbid of another folder",
    `permit (${head} == Yoi::Action::"fs.read", resource in Yoi::Path::"notes/a");\nforbid (principal, action, resource in Yoi::Path::"notes/ab");`,
    [],
  ],
  [
    "a permit that is wider than the forbid",
    `permit (${head} == Yoi::Action::"fs.read", resource in Yoi::Path::"notes");\nforbid (principal, action, resource in Yoi::Path::"notes/a");`,
    [],
  ],
  [
    "a permit of two actions of which one is forbidden",
    `permit (${head} in [Yoi::Action::"fs.read", Yoi::Action::"fs.list"], resource in Yoi::Path::"notes");\nforbid (principal, action == Yoi::Action::"fs.read", resource);`,
    [],
  ],
  [
    "a forbid with a condition that the permit has",
    `permit (${https}, ${named}) when { context.hop > 3 };\nforbid (principal, action == Yoi::Action::"https.request", resource) when { context.hop > 1 };`,
    ["shadowed-permit 1"],
  ],
  [
    "a forbid with a condition that the permit has only partly",
    `permit (${https}, ${named}) when { context.hop > 1 };\nforbid (principal, action == Yoi::Action::"https.request", resource) when { context.hop > 3 };`,
    [],
  ],
  [
    "a forbid with an exception",
    `permit (${https}, ${named}) when { context.hop > 3 };\nforbid (principal, action, resource) unless { context.now.hour > 8 };`,
    [],
  ],
  [
    "a forbid with an exception that the permit is not",
    `permit (${https}, ${named}) when { context.method == "GET" };\nforbid (principal, action == Yoi::Action::"https.request", resource) unless { context.method == "POST" };`,
    ["shadowed-permit 1"],
  ],
  [
    "a forbid with the same words that are no plain test",
    `permit (${https}, ${named}) when { context.method like "P*" };\nforbid (principal, action == Yoi::Action::"https.request", resource) when { context.method like "P*" };`,
    ["shadowed-permit 1"],
  ],
  [
    "a forbid with those words as an exception",
    `permit (${https}, ${named}) when { context.method like "P*" };\nforbid (principal, action == Yoi::Action::"https.request", resource) unless { context.method like "P*" };`,
    [],
  ],
  [
    "what ships, which forbids what is not declared",
    `permit (${https}, ${named}) unless { context.declared };`,
    ["shadowed-permit 1"],
  ],
  [
    "a forbid of plugins for a permit of a source",
    `permit (principal in Yoi::Source::"project", action == Yoi::Action::"fs.read", resource);\nforbid (principal == Yoi::Plugin::"project:example.weather", action, resource);`,
    [],
  ],
  [
    "a forbid of a source for a permit of a plugin",
    `permit (${head} == Yoi::Action::"fs.read", resource);\nforbid (principal in Yoi::Source::"project", action == Yoi::Action::"fs.read", resource);`,
    ["shadowed-permit 1"],
  ],
  // wildcard-host
  ["a domain that somebody owns", `permit (${https}, resource in Yoi::Domain::"example.co.uk");`, []],
  ["a suffix of a network of one's own", `permit (${https}, resource in Yoi::Domain::"internal");`, []],
  [
    "a public suffix in a condition",
    `permit (${https}, resource) when { resource in Yoi::Domain::"org" };`,
    ["wildcard-host 1"],
  ],
  [
    "a public suffix that is left out",
    `permit (${https}, resource in Yoi::Domain::"example.org") unless { resource in Yoi::Domain::"org" };`,
    [],
  ],
  ["a forbid of a public suffix", `forbid (${https}, resource in Yoi::Domain::"com");`, []],
  ["a permit of everything", "permit (principal, action, resource);", ["wildcard-host 1"]],
  // forbid-can-err
  ["a permit that can fail", `permit (${https}, ${named}) when { context.bodyBytes * 9223372036854775807 > 1 };`, []],
  [
    "a forbid that reads an entity of its own",
    `forbid (principal, action, resource) when { Yoi::Plugin::"project:example.weather".enabled };`,
    ["forbid-can-err 1"],
  ],
  // duplicate-policy
  [
    "the same with another obligation",
    `@timeout("1s")\npermit (${https}, ${named});\npermit (${https}, ${named});`,
    [],
  ],
  [
    "the same the other way",
    `permit (${https}, ${named}) when { context.hop == 0 };\npermit (${https}, ${named}) unless { context.hop == 0 };`,
    [],
  ],
  // suppressions
  ["a finding that is meant", `// lint-ignore wildcard-host: a browser\npermit (${https}, resource);`, []],
  [
    "a finding that is meant, above other comments and annotations",
    `// lint-ignore wildcard-host: a browser\n// It may go everywhere.\n@id("x")\npermit (${https}, resource);`,
    [],
  ],
  [
    "a finding that is meant, above its own line",
    `permit (${https}, resource)\nwhen {\n  // lint-ignore never-applies: soon\n  context.now.hour > 30 && !context.broad\n};`,
    [],
  ],
  [
    "a comment after a line between",
    `// lint-ignore wildcard-host: a browser\n\npermit (${https}, resource);`,
    ["lint-ignore 1", "wildcard-host 3"],
  ],
  [
    "a comment about another rule",
    `// lint-ignore never-applies: a browser\npermit (${https}, resource);`,
    ["lint-ignore 1", "wildcard-host 2"],
  ],
  [
    "a comment without a reason",
    `// lint-ignore wildcard-host:\npermit (${https}, resource);`,
    ["lint-ignore 1", "wildcard-host 2"],
  ],
  [
    "a comment about a rule that hangs on more than the policies",
    `// lint-ignore unknown-name: another machine has it\npermit (${https}, ${named});`,
    [],
  ],
  // What was called impossible, shadowed, the same or failing, and is not.
  [
    "a forbid that asks for the action in a condition",
    `permit (${head} == Yoi::Action::"fs.read", resource in Yoi::Path::"notes");
forbid (principal, action in Yoi::Action::"files", resource) unless { action == Yoi::Action::"fs.read" };`,
    [],
  ],
  [
    "a forbid that asks for this action in a condition",
    `permit (${head} == Yoi::Action::"fs.read", resource in Yoi::Path::"notes");
forbid (principal, action in Yoi::Action::"files", resource) when { action == Yoi::Action::"fs.read" };`,
    ["shadowed-permit 1"],
  ],
  [
    "long conditions that differ behind the place where they are cut",
    `permit (${https}, ${named}) when { resource.path like "${"a".repeat(1_100)}b*" };
forbid (principal, action == Yoi::Action::"https.request", resource) when { resource.path like "${"a".repeat(1_100)}c*" };
permit (${https}, ${named}) when { resource.path like "${"a".repeat(1_100)}d*" };`,
    [],
  ],
  [
    "an attribute of a named entity that was asked for",
    `forbid (principal, action, resource) when { Yoi::Plugin::"project:example.weather" has enabled && !Yoi::Plugin::"project:example.weather".enabled };`,
    [],
  ],
  [
    "an attribute of a named entity that was asked for only behind it",
    `forbid (principal, action, resource) when { !Yoi::Plugin::"project:example.weather".enabled && Yoi::Plugin::"project:example.weather" has enabled };`,
    ["forbid-can-err 1"],
  ],
  [
    "an attribute of the entity that the head names",
    `forbid (principal == Yoi::Plugin::"project:example.weather", action, resource) when { Yoi::Plugin::"project:example.weather".enabled };`,
    [],
  ],
  [
    "an attribute of what may be a named entity",
    `forbid (principal is Yoi::Plugin, action, resource) when { (if context.declared then Yoi::Plugin::"project:example.weather" else principal).enabled };`,
    ["forbid-can-err 1"],
  ],
  [
    "a moment that is moved too far",
    `forbid (principal, action, resource) when { context.now.at.offset(duration("9223372036854775807ms")) > datetime("2030-01-01") };`,
    ["forbid-can-err 1"],
  ],
  [
    "a moment that is moved by an hour",
    `forbid (principal, action, resource) when { context.now.at.offset(duration("1h")) > datetime("2030-01-01") };`,
    [],
  ],
  [
    "every host but some",
    `permit (${https}, resource) unless { resource in Yoi::Domain::"evil.example" };`,
    ["wildcard-host 1"],
  ],
  [
    "every host by https",
    `permit (${https}, resource) when { resource.scheme == "https" && resource.port == 443 };`,
    ["wildcard-host 1"],
  ],
  ["no broad host", `permit (${https}, resource) unless { context.broad };`, []],
  ["a path of every host", `permit (${https}, resource) when { resource.path == "/v1" };`, []],
  ["a reason with letters of two scripts", `@reason("a rise of Δt") permit (${https}, ${named});`, []],
  [
    "a host with letters of two scripts",
    `permit (${https}, resource in Yoi::Domain::"example.com") when { resource.host like "*\u0430pi" };`,
    ["mixed-script 1"],
  ],
];

for (const [title, text, findings] of cedar) {
  test(`lint, in Cedar: ${title} ${findings.length === 0 ? "is no finding" : `is \`${findings.join("`, `")}\``}`, async (t) => {
    t.deepEqual(await found(policyFile(text)), findings);
  });
}

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
      t.deepEqual(await found(regoFile(text)), findings);
    },
  );
}

test("a name that a permit leaves out, and that is nearly one that is here, is told", async (t) => {
  const text =
    'permit (principal, action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes") unless { principal == Yoi::Plugin::"project:example.wether" };';
  t.deepEqual(await found(policyFile(text)), ["unknown-name 1"]);
});

const leftOut = [
  'unless { principal == Yoi::Plugin::"project:acme.coin-miner" }',
  'when { principal != Yoi::Plugin::"project:acme.coin-miner" }',
  'unless { resource in Yoi::Path::"backup" }',
] as const;
for (const condition of leftOut) {
  test(`a name that a permit leaves out may be of nothing that is here: ${condition}`, async (t) => {
    const text = `permit (principal, action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes") ${condition};`;
    t.deepEqual(await found(policyFile(text)), []);
  });
}

test("names that are nearly known are told of forbids and of the user's own policies, and those that are not of permits", async (t) => {
  const text = (effect: string, plugin: string) =>
    `@id("x") @reason("y")\n${effect} (principal == Yoi::Plugin::"${plugin}", action == Yoi::Action::"fs.read", resource);`;
  const user = { file: "~/.config/yoi/policies/x.cedar", layer: "user" } as const;
  t.deepEqual(await found(policyFile(text("forbid", "project:example.wether"))), ["unknown-name 1"]);
  t.deepEqual(await found(policyFile(text("forbid", "project:other.thing"))), []);
  t.deepEqual(await found(policyFile(text("permit", "project:other.thing"))), ["unknown-name 1"]);
  t.deepEqual(await found(policyFile(text("permit", "project:other.thing"), user)), []);
  t.deepEqual(await found(policyFile(text("permit", "builtin:agent.tools"))), []);
  const agent = (id: string) =>
    policyFile(`permit (principal == Yoi::Agent::"${id}", action == Yoi::Action::"tool.execute", resource);`);
  for (const id of ["cli", "ci", "night-watch"]) t.deepEqual(await found(agent(id)), [], id);
  const names = { plugins: new Map(), mounts: [], secrets: [], agents: ["night-watch"] };
  t.deepEqual(await found(agent("night-wach"), { names }), ["unknown-name 1"]);
});

test("a grant is told of when it is broader than its uses or shadowed, and of nothing else", async (t) => {
  const origin = { file: ".yoi/yoi.toml", line: 7, column: 1 };
  const grant: PolicySource = {
    file: ".yoi/yoi.toml",
    layer: "grant",
    language: "cedar",
    text: `permit (${https}, resource in Yoi::Url::"https://api.example.com");`,
    origin,
  };
  t.deepEqual(await found(grant), []);
  t.deepEqual(await found([grant, policyFile('forbid (principal, action in Yoi::Action::"https", resource);')]), [
    "shadowed-permit 7",
  ]);
  const seldom = { decisionsWith: () => 999, of: new Map() };
  t.deepEqual(await found(grant, { uses: seldom }), []);
  const uses = { ...seldom, decisionsWith: () => 1_000 };
  t.deepEqual(await found(grant, { uses }), ["broader-than-used 7"]);
  const text = `${"\n".repeat(5)}# lint-ignore broader-than-used: once a year\n[[grants]]\n`;
  t.deepEqual(await found(grant, { uses, configuration: [{ file: ".yoi/yoi.toml", language: "toml", text }] }), []);
});

test("a permit is said to be broader than its uses from the twentieth on", async (t) => {
  const source = policyFile(`@id("p")\npermit (${https}, ${named});`);
  const used = (allows: number, ids: readonly string[]) => ({
    decisionsWith: () => allows,
    of: new Map([
      [
        ".yoi/policies/test.cedar#p",
        {
          allows,
          actions: new Set(["https.request"] as const),
          principals: [{ type: "Plugin", id: "project:example.weather" } as const],
          resources: ids.map((id) => ({ type: "Url", id }) as const),
        },
      ],
    ]),
  });
  const one = ["https://api.example.com/v1/a", "https://api.example.com/v1/b"];
  t.deepEqual(await found(source, { uses: used(19, one) }), []);
  t.deepEqual(await found(source, { uses: used(20, one) }), ["broader-than-used 1"]);
  t.deepEqual(await found(source, { uses: used(20, ["https://a.example.com/x", "https://b.example.com/x"]) }), []);
  const [finding] = lintPolicies(await lintParts([source], rego, { uses: used(20, one) }), [
    "broader-than-used",
  ]).findings;
  t.regex(finding?.remedy ?? "", /resource in Yoi::Url::"https:\/\/api\.example\.com\/v1":/);
});

const already = [
  ['permit (PRINCIPAL, action in Yoi::Action::"files", RESOURCE) when { action == Yoi::Action::"fs.read" };', "action"],
  [
    'permit (PRINCIPAL, action in Yoi::Action::"files", RESOURCE) unless { ![Yoi::Action::"fs.read"].contains(action) };',
    "action",
  ],
  ["permit (principal, ACTION, RESOURCE) when { context.plugin.id == PLUGIN };", "principal"],
  ['permit (PRINCIPAL, ACTION, resource) when { context.mount == "notes" };', "resource"],
] as const;
for (const [text, part] of already) {
  test(`a permit whose condition says its ${part} is not told to say it: ${text}`, async (t) => {
    const plugin = 'Yoi::Plugin::"project:example.notes"';
    const written = text
      .replace("PRINCIPAL", `principal == ${plugin}`)
      .replace("PLUGIN", plugin)
      .replace("ACTION", 'action == Yoi::Action::"fs.read"')
      .replace("RESOURCE", 'resource in Yoi::Path::"notes"');
    const use = {
      allows: 50,
      actions: new Set(["fs.read"] as const),
      principals: [{ type: "Plugin", id: "project:example.notes" } as const],
      resources: ["a/x", "b/y"].map((id) => ({ type: "Path", id: `notes/${id}` }) as const),
    };
    const uses = { decisionsWith: () => 50, of: new Map([[".yoi/policies/test.cedar#p", use]]) };
    const bare = `${written.slice(0, written.indexOf(")") + 1)};`;
    const [without, has] = [bare, written].map((one) => policyFile(`@id("p")\n${one}`));
    if (without === undefined || has === undefined) return t.fail("there are two");
    const broader = async (source: PolicySource) =>
      lintPolicies(await lintParts([source], rego, { uses }), ["broader-than-used"]).findings.length;
    t.is(await broader(without), 1);
    t.is(await broader(has), 0);
  });
}

opaTest("an empty reason in Rego is none", async (t) => {
  const rules = async (because: string) => {
    const text = `package yoi.policy.x\n\nforbid contains {"id": "a", "because": ${because}} if input.action == "fs.read"`;
    return (await lintPolicies(await lintParts([regoFile(text)], rego))).findings.map(({ rule }) => rule);
  };
  for (const because of ['""', '"  "', "``"]) t.deepEqual(await rules(because), ["without-reason"], because);
  t.deepEqual(await rules('"why"'), []);
});
