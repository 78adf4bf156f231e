import test from "ava";
import { type Action, actions } from "../../../src/calls/powers.ts";
import type { Cause } from "../../../src/decisions/cause.ts";
import { complaintsOf, policyWorkspace, runIn, testsIn } from "../../support/suites.ts";
import { notesWorkspace } from "../../support/workspaces.ts";

const permitAll = '@id("all")\npermit (principal, action, resource);\n';

const callOf: { readonly [A in Action]: string } = {
  "tool.register": "example.notes tool.register read_note",
  "plugin.prepare": "host plugin.prepare example.notes",
  "tool.execute": `cli tool.execute example.notes/read_note '{"path":"a"}'`,
  "https.request": "example.notes https.request POST https://api.example.com/v1",
  "network.connect": "example.notes network.connect https://api.example.com/v1 9.9.9.9",
  "secret.use": "example.notes secret.use api-key https://api.example.com/v1",
  "fs.read": "example.notes fs.read notes/a read_note",
  "fs.list": "example.notes fs.list notes",
  "fs.stat": "example.notes fs.stat notes/a",
  "fs.write": "example.notes fs.write notes/a",
  "fs.append": "example.notes fs.append notes/a",
  "fs.make-directory": "example.notes fs.make-directory notes/a",
  "fs.remove": "example.notes fs.remove notes/a",
};

const quoted = (text: string) => `'''${text}'''`;
const caseOf = (action: Action, rest: string) =>
  `[[case]]\ntitle = "${action}"\ncall = ${quoted(callOf[action])}\n${rest}\n`;

test("of every action, what a call names is in order without a word", async (t) => {
  const cases = actions.map((action) => caseOf(action, 'expect = "allow"')).join("\n");
  const workspace = await policyWorkspace(t, { "all.cedar": permitAll, "all.test.toml": cases });
  const report = await runIn(workspace);
  t.deepEqual(complaintsOf(report), []);
  t.true(report.passed);
  t.is(Object.keys(testsIn(report)).length, actions.length);
});

const takenAway: readonly (readonly [given: string, action: Action, cause: Cause])[] = [
  ...actions.flatMap((action) => [
    ["trusted = false", action, "untrusted-workspace"] as const,
    ["installed = false", action, "not-enabled"] as const,
    ["enabled = false", action, "not-enabled"] as const,
    ["pinned = false", action, "not-pinned"] as const,
    ...(action === "plugin.prepare"
      ? []
      : [["declared = false", action, "undeclared"] as const, ["covered = false", action, "undeclared"] as const]),
    ...(action.startsWith("fs.") ? [["mounted = false", action, "undeclared"] as const] : []),
  ]),
  ["defined = false", "secret.use", "undeclared"],
  ["origin_allowed = false", "secret.use", "explicit-forbid"],
  ["effects = ['network']", "https.request", "undeclared"],
  ["effects = ['external-write']", "fs.read", "undeclared"],
];

test("of every action, what is given takes away exactly what it says", async (t) => {
  const cases = takenAway.map(
    ([given, action, cause]) => `[[case]]
title = "${action}: ${given}"
call = ${quoted(callOf[action])}
given = { ${given} }
expect = "deny"
because = "${cause}"
`,
  );
  const workspace = await policyWorkspace(t, { "all.cedar": permitAll, "all.test.toml": cases.join("\n") });
  const report = await runIn(workspace);
  t.deepEqual(complaintsOf(report), []);
  t.is(Object.keys(testsIn(report)).length, takenAway.length);
});

test("what policy sees of a plugin is what is given: its effects, its version, and how broad its capability is", async (t) => {
  const policies = `@id("narrow") forbid (principal, action == Yoi::Action::"https.request", resource) when { context.broad };
@id("old") forbid (principal, action, resource) when { context.plugin.version == "0.9.0" };
@id("read-only") permit (principal, action == Yoi::Action::"tool.execute", resource) unless { resource.effects.contains("network") };
@id("requests") permit (principal, action == Yoi::Action::"https.request", resource);
`;
  const suite = `
[[case]]
call = "a https.request GET https://b.example"
expect = "allow"
[[case]]
call = "a https.request GET https://b.example"
given = { broad = true }
expect = "deny"
because = "narrow"
[[case]]
call = "a https.request GET https://b.example"
given = { version = "0.9.0" }
expect = "deny"
because = ["old"]
[[case]]
call = "cli tool.execute a/t"
expect = "deny"
because = "no-permit"
[[case]]
call = "cli tool.execute a/t"
given = { effects = ["read"] }
expect = "allow"
because = ["read-only"]
`;
  const report = await runIn(await policyWorkspace(t, { "a.cedar": policies, "a.test.toml": suite }));
  t.deepEqual(complaintsOf(report), []);
});

test("a test hangs on no package that is installed, and on no entry that enables one", async (t) => {
  const workspace = await notesWorkspace(t);
  const suite = `[[case]]\ncall = "example.notes fs.read notes/today.md"\nexpect = "allow"\n[[case]]\ncall = "example.notes fs.remove notes/today.md"\nexpect = "deny"\nbecause = "no-permit"\n`;
  workspace.write(".yoi/policies/notes.test.toml", suite);
  t.true((await runIn(workspace)).passed);
  // The manifest of this plugin does not ask to remove anything: a policy's test does not look at it.
  await workspace.yoi("plugin", "disable", "example.notes");
  workspace.remove(".yoi/plugins");
  workspace.write(".yoi/yoi.toml", "");
  t.true((await runIn(workspace)).passed);
});
