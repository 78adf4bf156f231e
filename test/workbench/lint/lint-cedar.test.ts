import test from "ava";
import { policyFile } from "../../support/cedar-sets.ts";
import { lintFound } from "../../support/lint-parts.ts";
import { regoEngine } from "../../support/rego-sets.ts";

const rego = regoEngine();
test.after.always(() => rego.close());

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
    t.deepEqual(await lintFound(rego, policyFile(text)), findings);
  });
}
