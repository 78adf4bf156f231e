import test from "ava";
import { departures, shapesOf } from "../../support/json-shapes.ts";
import { readPage } from "../../support/pages.ts";
import { emptyWorkspace, newWorkspace } from "../../support/workspaces.ts";

const reads = (path: string) =>
  `@id("reads")\npermit (principal, action == Yoi::Action::"fs.read", resource in Yoi::Path::"${path}");\n`;

test("a folder that allows more ends with 1, and shows a request", async (t) => {
  const { yoi, write } = await newWorkspace(t);
  write(".yoi/policies/notes.cedar", reads("notes/2026"));
  write("proposed/notes.cedar", reads("notes"));
  const { code, stdout } = await yoi("policy", "diff", "proposed");
  t.is(code, 1);
  t.regex(stdout, /~ permit reads {2}changed +proposed\/notes\.cedar:1:1\n {4}deny → allow .*fs\.read notes\/any/);
  t.true(stdout.split("\n").every((line) => [...line].length <= 80));
});

test("a limit that is loosened ends with 1, and both limits are told", async (t) => {
  const { yoi, write } = await newWorkspace(t);
  write("one/notes.cedar", `@rate("10/1m") ${reads("notes")}`);
  write("two/notes.cedar", `@rate("20/1m") ${reads("notes")}`);
  const { code, stdout } = await yoi("policy", "diff", "one", "two");
  t.is(code, 1);
  t.regex(stdout, / {4}less limited {2}project:example\.any → fs\.read notes\/any\n/);
  t.regex(stdout, / {18}no longer 10 in 60 s \(reads\)\n {18}now 20 in 60 s \(reads\)\n/);
  const other = await yoi("policy", "diff", "two", "one");
  t.is(other.code, 0);
  t.regex(other.stdout, / {4}more limited {2}/);
});

test("a group that has more in it ends with 1, by the policy that names it", async (t) => {
  const { yoi, write } = await newWorkspace(t);
  const members = (...agents: readonly string[]) =>
    JSON.stringify(
      agents.map((id) => ({ uid: { type: "Yoi::Agent", id }, parents: [{ type: "Yoi::Group", id: "ops" }] })),
    );
  const policy =
    '@id("on-watch")\npermit (principal in Yoi::Group::"ops", action == Yoi::Action::"tool.execute", resource);\n';
  for (const [folder, ...agents] of [
    ["one", "owl"],
    ["two", "owl", "bat"],
  ] as const) {
    write(`${folder}/watch.cedar`, policy);
    write(`${folder}/entities.json`, members(...agents));
  }
  const { code, stdout } = await yoi("policy", "diff", "one", "two");
  t.is(code, 1);
  t.regex(stdout, /^~ entities\.json {2}changed +two\/entities\.json$/m);
  t.regex(stdout, /^~ permit on-watch {2}with other members +two\/watch\.cedar:1:1\n {4}deny → allow {2}bat → /m);
});

test("an untrusted workspace's own policies are no part of the present, and it is said", async (t) => {
  const { yoi, write } = emptyWorkspace(t);
  write(".yoi/policies/notes.cedar", reads("notes"));
  write("proposed/notes.cedar", reads("notes"));
  const { stderr, stdout } = await yoi("policy", "diff", "proposed");
  t.regex(stdout, /^\+ permit reads {2}added/m);
  t.regex(stderr, /! this workspace's own policies and grants do not count/);
});

test("two folders are held against each other, whatever is in force", async (t) => {
  const { yoi, write } = await newWorkspace(t);
  write("one/notes.cedar", reads("notes"));
  write("two/notes.cedar", reads("notes/2026"));
  const { code, stdout } = await yoi("policy", "diff", "one", "two", "--json");
  t.is(code, 0);
  const { command, version, ...rest } = JSON.parse(stdout);
  t.is(version, 1);
  t.deepEqual(departures(shapesOf(readPage("json.md")), command, rest), []);
  t.like(rest.policies[0], {
    change: "changed",
    witnesses: [{ direction: "narrower", before: "allow", after: "deny" }],
  });
  // What is shown can be asked about again, as it stands.
  write("call.json", JSON.stringify(rest.policies[0].witnesses[0].call));
  t.is((await yoi("plugin", "explain", "call.json")).code, 0);
});

test("what is on record is put to both", async (t) => {
  const { yoi, write, install } = await newWorkspace(t);
  await install("echo");
  t.is((await yoi("plugin", "enable", "example.echo", "--yes")).code, 0);
  t.is((await yoi("tool", "call", "echo", '{"text":"hi"}')).code, 0);
  write(
    "proposed/none.cedar",
    '@id("no-tools")\nforbid (principal, action == Yoi::Action::"tool.execute", resource);\n',
  );
  const { stdout } = await yoi("policy", "diff", "proposed");
  t.regex(stdout, /Of \d+ recorded decisions: 0 deny → allow, 1 allow → deny\./);
  t.regex(stdout, /allow → deny {2}\d{4}-\d\d-\d\d \d\d:\d\d {2}cli → tool\.execute project:example\.echo\/echo/);
});

const misused: readonly (readonly [words: readonly string[], expected: RegExp])[] = [
  [[], /usage: |takes/i],
  [["nowhere"], /`nowhere` is neither a folder nor a policy archive/],
  [["proposed", "--last", "none"], /--last takes a number/],
];
for (const [words, expected] of misused) {
  test(`\`policy diff ${words.join(" ")}\` says how it is used`, async (t) => {
    const { yoi, write } = await newWorkspace(t);
    write("proposed/notes.cedar", reads("notes"));
    const { code, stderr } = await yoi("policy", "diff", ...words);
    t.is(code, 2);
    t.regex(stderr, expected);
  });
}
