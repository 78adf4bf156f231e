import { join } from "node:path";
import test from "ava";
import { limits } from "../../src/calls/limits.ts";
import { openJournal } from "../../src/journal/sqlite-journal.ts";
import { loopbackRoot } from "../support/certificates.ts";
import { decidedEntry } from "../support/journal-entries.ts";
import { opaTest } from "../support/opa.ts";
import { emptyWorkspace, enable, jsonOf, newWorkspace, weatherWorkspace } from "../support/workspaces.ts";

test("a policy check has findings in entries and mounts too, and says so by its exit code", async (t) => {
  const workspace = await weatherWorkspace(t);
  workspace.write("notes/sub/x.md", "x");
  t.is((await workspace.yoi("policy", "check")).code, 0);
  workspace.configure('[mounts.notes]\npath = "notes"\n[mounts.sub]\npath = "notes/sub"\n');
  const overlapping = await workspace.yoi("policy", "check");
  t.is(overlapping.code, 1);
  t.regex(overlapping.stdout, /yoi\.toml:\d+:\d+ {2}mount `sub` overlaps mount `notes`/);
  workspace.write(".yoi/yoi.toml", "");
  await enable(t, workspace, "example.weather");
  workspace.configure('efects = ["read"]\n');
  const misspelt = await workspace.yoi("policy", "check");
  t.is(misspelt.code, 1);
  t.regex(misspelt.stdout, /unknown key `efects`/);
});

test("a policy check tells of authorities that cannot be read, and of a secret's file inside of a mount", async (t) => {
  const workspace = await weatherWorkspace(t);
  workspace.write("notes/token", "0123456789abcdef");
  workspace.configure('[mounts.notes]\npath = "notes"\n');
  workspace.write(
    workspace.places.userConfig,
    `[network]
ca = "missing.pem"

[secrets.token]
from = { file = "${workspace.places.workspace}/notes/token" }
place = { header = "x-token" }
origins = ["https://api.example.com"]
`,
  );
  const checked = await workspace.yoi("policy", "check");
  t.is(checked.code, 1);
  t.regex(checked.stdout, /missing\.pem` cannot be read: there is no such file/);
  t.regex(checked.stdout, /notes\/token` lies in the mount `notes`/);
});

const authorities: readonly (readonly [what: string, text: string, says: RegExp])[] = [
  ["nothing of the kind", "no certificate at all\n", /are none: the file holds no certificate in PEM/],
  [
    "what only looks like one",
    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    /are not all certificates: one of them cannot be parsed/,
  ],
];
for (const [what, text, says] of authorities) {
  test(`a policy check tells of authorities whose file holds ${what}, at the key that names it`, async (t) => {
    const workspace = await weatherWorkspace(t);
    workspace.write(join(workspace.places.userConfigFolder, "ca.pem"), text);
    workspace.write(workspace.places.userConfig, '[network]\nca = "ca.pem"\n');
    const checked = await workspace.yoi("policy", "check");
    t.is(checked.code, 1);
    t.regex(checked.stdout, /^✗ ~\/\.config\/yoi\/yoi\.toml:2:1 {2}the certificate authorities/m);
    t.regex(checked.stdout.replace(/\s+/g, " "), says);
    workspace.write(join(workspace.places.userConfigFolder, "ca.pem"), loopbackRoot);
    t.is((await workspace.yoi("policy", "check")).code, 0);
  });
}

test("a policy check says whose finding it is, once, and notes what nobody has given without failing for it", async (t) => {
  const workspace = await weatherWorkspace(t);
  await enable(t, workspace, "example.weather");
  const lacking = await workspace.yoi("policy", "check");
  t.is(lacking.code, 0);
  t.regex(lacking.stdout, /^project:example\.weather {2}partial\n {2}! nothing is bound to its mount `cache`/m);
  workspace.write(
    ".yoi/yoi.toml",
    `[mounts.cache]\npath = "nowhere"\n${workspace.read(".yoi/yoi.toml")}mounts = { cache = "cache" }\n`,
  );
  const wrong = await workspace.yoi("policy", "check");
  t.is(wrong.code, 1);
  t.is(wrong.stdout.match(/mount `cache` is not a folder/g)?.length, 1);
});

test("a policy check notes files among the policies that nobody reads", async (t) => {
  const workspace = await weatherWorkspace(t);
  const read = ["notes.cedar", "README.md", "cases.test.toml", "entities.json", ".gitkeep"];
  for (const name of read) workspace.write(`.yoi/policies/${name}`, name === "entities.json" ? "[]" : "");
  t.deepEqual(jsonOf(await workspace.yoi("policy", "check", "--json"))["notes"], []);
  workspace.write(".yoi/policies/deep/x.ceder", "");
  workspace.write(".yoi/policies/deep/entities.json", "[]");
  const checked = await workspace.yoi("policy", "check");
  t.is(checked.code, 0);
  t.regex(
    checked.stdout,
    /! \.yoi\/policies\/deep\/x\.ceder {2}no policy by its name, .*\n {4}did you mean `\.cedar`\?/,
  );
  t.regex(checked.stdout, /! \.yoi\/policies\/deep\/entities\.json {2}no policy by its name/);
});

const wide = `@id("wide")
@reason("everything")
permit (principal, action == Yoi::Action::"https.request", resource);
`;
const rego = `package yoi.policy.writes

forbid contains {"id": "only-cli", "because": "x"} if {
	input.action == "fs.write"
	input.context.via.agent != "cli"
}
`;

opaTest(
  "a policy check lints Cedar and Rego in one report, by file and line, and only fails for warnings under --strict",
  async (t) => {
    const workspace = await newWorkspace(t);
    workspace.write(
      ".yoi/policies/b.cedar",
      `forbid (principal, action == Yoi::Action::"fs.write", resource);\n\n${wide}`,
    );
    workspace.write(".yoi/policies/a.rego", rego);
    const checked = await workspace.yoi("policy", "check");
    t.is(checked.code, 0, checked.stdout);
    const told = [...checked.stdout.matchAll(/^([✗!·]) \.yoi\/policies\/(\S+)/gm)].map(
      ([, mark, place]) => `${mark} ${place}`,
    );
    t.deepEqual(told, ["! a.rego:5:2", "· b.cedar:1:1", "· b.cedar:1:1", "! b.cedar:3:1"]);
    t.regex(checked.stdout, /lint: 2 warnings, 2 notes · docs\/lint\.md/);
    for (const line of checked.stdout.split("\n")) t.true(line.length <= 80, line);
    t.is((await workspace.yoi("policy", "check", "--strict")).code, 1);
    t.is((await workspace.yoi("policy", "check", "--strict", "--no-lint")).code, 0);
    t.is((await workspace.yoi("policy", "check", "--strict", "--only", "without-id")).code, 0);
  },
);

test("a policy check looks for the named rules alone, and refuses a name that is none", async (t) => {
  const workspace = await newWorkspace(t);
  workspace.write(".yoi/policies/a.cedar", wide.replace('@id("wide")\n', ""));
  const lintOf = async (...words: string[]) => {
    const { lint } = jsonOf(await workspace.yoi("policy", "check", "--json", ...words));
    return (lint as { readonly rule: string }[]).map(({ rule }) => rule);
  };
  t.deepEqual((await lintOf()).toSorted(), ["wildcard-host", "without-id"]);
  t.deepEqual(await lintOf("--only", "without-id"), ["without-id"]);
  t.deepEqual(await lintOf("--only", "without-id,without-reason", "--only", "mixed-script"), ["without-id"]);
  t.deepEqual(await lintOf("--no-lint"), []);
  const wrong = await workspace.yoi("policy", "check", "--only", "without-ids");
  t.is(wrong.code, 2);
  t.regex(wrong.stderr, /no lint rule `without-ids`; did you mean `without-id`\?/);
  for (const words of [
    ["--format", "xml"],
    ["--format", "sarif", "--json"],
    ["--only", "without-id", "--no-lint"],
  ]) {
    t.is((await workspace.yoi("policy", "check", ...words)).code, 2, words.join(" "));
  }
});

test("a policy check prints nothing but what a machine reads in the other formats", async (t) => {
  const workspace = await newWorkspace(t);
  workspace.write(".yoi/policies/a.cedar", wide);
  workspace.write(".yoi/policies/x.ceder", "");
  const asJson = await workspace.yoi("policy", "check", "--format", "json");
  t.is(asJson.stdout, (await workspace.yoi("policy", "check", "--json")).stdout);
  const { runs } = JSON.parse((await workspace.yoi("policy", "check", "--format", "sarif")).stdout);
  t.deepEqual(
    runs[0].results.map((result: { readonly ruleId: string }) => result.ruleId),
    ["wildcard-host", "stray-file"],
  );
  t.regex(runs[0].tool.driver.rules[runs[0].results[0].ruleIndex].help.markdown, /^# wildcard-host\n/);
  const github = await workspace.yoi("policy", "check", "--format", "github", "--strict");
  t.is(github.code, 1);
  t.regex(
    github.stdout,
    /^::warning file=\.yoi\/policies\/a\.cedar,line=1,col=1,title=yoi%3A wildcard-host::[^\n]*\n::warning file=\.yoi\/policies\/x\.ceder,[^\n]*\n$/,
  );
});

test("a policy check tells of what refuses the set by the rule that looks for it, in every format", async (t) => {
  const workspace = await newWorkspace(t);
  workspace.write(
    ".yoi/policies/a.cedar",
    'forbid (principal, action == Yoi::Action::"fs.write", resource)\nwhen { context.via.agent != Yoi::Agent::"cli" };\n',
  );
  const github = await workspace.yoi("policy", "check", "--format", "github");
  t.is(github.code, 1);
  t.regex(github.stdout, /^::error file=\.yoi\/policies\/a\.cedar,line=2,col=\d+,title=yoi%3A unguarded-optional::/);
  const checked = await workspace.yoi("policy", "check");
  t.is(checked.code, 1);
  t.regex(checked.stdout, /^1 problem: the set is refused/m);
});

test("a policy check of a workspace that nobody trusts lints the user's own policies alone", async (t) => {
  const workspace = emptyWorkspace(t);
  workspace.write(".yoi/yoi.toml", "");
  workspace.write(".yoi/policies/a.cedar", wide);
  workspace.write(join(workspace.places.userPolicies, "own.cedar"), wide);
  const { lint, trusted } = jsonOf(await workspace.yoi("policy", "check", "--json"));
  t.false(trusted);
  t.deepEqual(
    (lint as { readonly place: { readonly file: string } }[]).map(({ place }) => place.file),
    ["~/.config/yoi/policies/own.cedar"],
  );
});

test("a policy check says which permit is broader than its uses on record, and which forbid no case has seen deny", async (t) => {
  const workspace = await newWorkspace(t);
  workspace.write(
    ".yoi/policies/a.cedar",
    `@id("files")\n@reason("r")\npermit (principal, action in Yoi::Action::"files", resource in Yoi::Path::"notes");\n
@id("f")\n@reason("r")\nforbid (principal, action == Yoi::Action::"fs.remove", resource);\n`,
  );
  const journal = await openJournal({ file: workspace.places.journal });
  const determining = [{ id: ".yoi/policies/a.cedar#files", place: ".yoi/policies/a.cedar:1:1" }];
  for (let index = 0; index < limits.lintUsesMin; index++) {
    const entry = decidedEntry({ resource: `Yoi::Path::"notes/2026/${index}.md"` });
    const verdicts = entry.verdicts.map((verdict) => ({ ...verdict, determining }));
    await journal.append({ ...entry, verdicts });
  }
  await journal.close();
  const lintOf = async () => {
    const { lint } = jsonOf(await workspace.yoi("policy", "check", "--json"));
    return lint as readonly { readonly rule: string; readonly remedy: string }[];
  };
  const [found, ...others] = (await lintOf()).filter(({ rule }) => rule !== "unknown-name");
  t.deepEqual(others, []);
  t.is(found?.rule, "broader-than-used");
  t.regex(
    found?.remedy ?? "",
    /principal == Yoi::Plugin::"project:example\.notes", action == Yoi::Action::"fs\.read", resource in Yoi::Path::"notes\/2026":/,
  );
  workspace.write(
    ".yoi/policies/a.test.toml",
    '[[case]]\ncall = "project:example.notes fs.read notes/a.md"\nexpect = "allow"\n',
  );
  t.true((await lintOf()).some(({ rule }) => rule === "forbid-without-test"));
});
