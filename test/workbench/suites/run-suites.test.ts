import test from "ava";
import { complaintsOf, policyWorkspace, runIn, testsIn } from "../../support/suites.ts";

const permitAll = '@id("all")\npermit (principal, action, resource);\n';

const notes = `@id("notes-read")
@reason("Notes are read in the day")
@timeout("5s")
@rate("10/1m")
permit (principal == Yoi::Plugin::"project:example.notes", action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes")
when { context.now.hour >= 8 };

@id("second")
@max_response_bytes("1024")
permit (principal, action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes/2026");

@id("private")
forbid (principal, action, resource in Yoi::Path::"notes/private");
`;

const judged: readonly (readonly [name: string, rest: string, complaint?: string])[] = [
  ["an answer that comes", 'call = "example.notes fs.read notes/a"\nexpect = "allow"'],
  [
    "an answer that does not",
    'call = "example.notes fs.read notes/private/a"\nexpect = "allow"',
    "got deny (explicit-forbid) by private",
  ],
  ["the cause that leads", 'call = "example.notes fs.read logs/a"\nexpect = "deny"\nbecause = "no-permit"'],
  [
    "another cause",
    'call = "example.notes fs.read logs/a"\nexpect = "deny"\nbecause = "explicit-forbid"',
    "got deny (no-permit)",
  ],
  [
    "a policy among those that permit",
    'call = "example.notes fs.read notes/2026/a"\nexpect = "allow"\nbecause = "second"',
  ],
  [
    "exactly one policy, where two permit",
    'call = "example.notes fs.read notes/2026/a"\nexpect = "allow"\nbecause = ["second"]',
    "got allow by notes-read, second",
  ],
  [
    "exactly two policies, in any order",
    'call = "example.notes fs.read notes/2026/a"\nexpect = "allow"\nbecause = ["second", "notes-read"]',
  ],
  [
    "a policy by its whole id",
    'call = "example.notes fs.read notes/private/a"\nexpect = "deny"\nbecause = ".yoi/policies/notes.cedar#private"',
  ],
  [
    "a policy that is not among them",
    'call = "other.plugin fs.read notes/2026/a"\nexpect = "allow"\nbecause = "notes-read"',
    "got allow by second",
  ],
  [
    "a moment",
    'call = "example.notes fs.read notes/a"\nat = 2026-11-22T07:59:00Z\nexpect = "deny"\nbecause = "no-permit"',
  ],
  [
    "the limits of one policy",
    'call = "example.notes fs.read notes/a"\nexpect = "allow"\nlimits = { timeout = "5s", rate = "10/1m" }',
  ],
  [
    "the limits of several policies",
    'call = "example.notes fs.read notes/2026/a"\nexpect = "allow"\nlimits = { timeout = "5s", rate = ["10/60s"], max_response_bytes = 1024 }',
  ],
  [
    "limits of which one is not expected",
    'call = "example.notes fs.read notes/a"\nexpect = "allow"\nlimits = { timeout = "5s" }',
    "got rate 10/1m · timeout 5000 ms by notes-read",
  ],
  [
    "no limits",
    'call = "example.notes fs.read notes/a"\nexpect = "allow"\nlimits = {}',
    "got rate 10/1m · timeout 5000 ms by notes-read",
  ],
  [
    "a malformed call that no policy denied",
    'call = "example.notes fs.read notes/../a"\nexpect = "deny"',
    'got deny (schema-invalid): a path has no empty, `.` or `..` segments by ask-is-declared, mount-is-bound; where that is meant: because = "schema-invalid"',
  ],
  ["a malformed call", 'call = "example.notes fs.read notes/../a"\nexpect = "deny"\nbecause = "schema-invalid"'],
];
for (const [name, rest, complaint] of judged) {
  test(`a case ${complaint === undefined ? "passes" : "fails"} for ${name}`, async (t) => {
    const suite = `[[case]]\ntitle = "it"\n${rest}\n`;
    const report = await runIn(await policyWorkspace(t, { "notes.cedar": notes, "a.test.toml": suite }));
    t.deepEqual(complaintsOf(report), complaint === undefined ? [] : [`it: ${complaint}`]);
    t.is(report.passed, complaint === undefined);
  });
}

test("an address stands for a name server's answer: the request is allowed where each connection is", async (t) => {
  const suite = `[[matrix]]
who = "a"
action = "https.request"
what = "GET https://b.example"
address = ["9.9.9.9", "10.0.0.1", "::ffff:10.0.0.1"]
expect = "allow deny:no-special-addresses deny:no-special-addresses"
[[case]]
title = "one bad address"
call = "a https.request GET https://b.example"
address = ["9.9.9.9", "169.254.169.254"]
expect = "deny"
because = ["no-special-addresses"]
[[case]]
title = "plain http is denied before any address"
call = "a https.request GET http://b.example"
address = "10.0.0.1"
expect = "deny"
because = ["no-plain-http"]
[[case]]
title = "permitted twice"
call = "a https.request GET https://b.example"
address = "9.9.9.9"
expect = "allow"
because = ["all", "connect-for-an-allowed-request"]
`;
  const report = await runIn(await policyWorkspace(t, { "all.cedar": permitAll, "a.test.toml": suite }));
  t.deepEqual(complaintsOf(report), []);
});

test("a report names the policies that determined an answer, and no other", async (t) => {
  const suite =
    '[[case]]\ncall = "x.y fs.read notes/2026/a"\nexpect = "allow"\n[[case]]\ncall = "x.y fs.read notes/private/a"\nexpect = "allow"\n';
  const report = await runIn(await policyWorkspace(t, { "notes.cedar": notes, "a.test.toml": suite }));
  t.false(report.passed);
  t.deepEqual([...report.determining].sort(), [
    ".yoi/policies/notes.cedar#private",
    ".yoi/policies/notes.cedar#second",
  ]);
});

test("only the tests that are asked for are run, by their titles and by their files", async (t) => {
  const suite = (title: string) => `[[case]]\ntitle = "${title}"\ncall = "x.y fs.read logs/a"\nexpect = "deny"\n`;
  const workspace = await policyWorkspace(t, {
    "notes.cedar": notes,
    "one.test.toml": suite("Private things") + suite("else"),
    "deep/two.test.toml": suite("public things"),
  });
  const titles = async (only: string) => Object.keys(testsIn(await runIn(workspace, { only })));
  t.deepEqual(await titles("private"), ["Private things"]);
  t.deepEqual(await titles("TWO.test"), ["public things"]);
  t.deepEqual(await titles("things"), ["public things", "Private things"]);
  const none = await runIn(workspace, { only: "nothing" });
  t.false(none.passed);
  t.deepEqual(complaintsOf(none), ["no test has `nothing` in its title or file"]);
});

test("files that are named are run, and no other; what cannot be run has not passed", async (t) => {
  const suite = '[[case]]\ntitle = "it"\ncall = "x.y fs.read logs/a"\nexpect = "deny"\n';
  const workspace = await policyWorkspace(t, { "notes.cedar": notes, "broken.test.toml": "x" });
  workspace.write("more/a.test.toml", suite);
  workspace.write("more/b.toml", suite);
  t.true((await runIn(workspace, { files: ["more/a.test.toml"] })).passed);
  const report = await runIn(workspace, { files: ["more/a.test.toml", "more/b.toml", "more/c.test.toml"] });
  t.false(report.passed);
  t.deepEqual(complaintsOf(report), ["more/b.toml no tests by its name", "more/c.test.toml there is no such file"]);
  t.is(testsIn(report)["it"]?.outcome, "passed");
});

test("the user's own tests are run, too", async (t) => {
  const workspace = await policyWorkspace(t, { "notes.cedar": notes });
  workspace.write(
    `${workspace.places.userPolicies}/own.test.toml`,
    '[[case]]\ncall = "x.y fs.read logs/a"\nexpect = "deny"\n',
  );
  const { passed, suites } = await runIn(workspace);
  t.true(passed);
  t.deepEqual(
    suites.map(({ file }) => file),
    ["~/.config/yoi/policies/own.test.toml"],
  );
});

const stopped: readonly (readonly [name: string, files: { readonly [name: string]: string }, complaint: RegExp])[] = [
  ["no test at all", { "notes.cedar": notes }, /^there is no test$/],
  [
    "policies that are refused",
    { "a.cedar": "permit (x);", "a.test.toml": '[[case]]\ncall = "x.y fs.read logs/a"\nexpect = "deny"\n' },
    /^\.yoi\/policies\/a\.cedar/,
  ],
  [
    "a suite that cannot be read",
    { "notes.cedar": notes, "a.test.toml": "[[case]]" },
    /^\.yoi\/policies\/a\.test\.toml:1:1 missing key/,
  ],
  [
    "a suite of more cases than one run takes",
    { "notes.cedar": notes, "a.test.toml": tooMany() },
    /^more than 10000 cases$/,
  ],
  [
    "a suite of more bytes than a file may have",
    { "notes.cedar": notes, "a.test.toml": `#${"x".repeat(262_144)}` },
    /longer than 262144 bytes$/,
  ],
];
for (const [name, files, complaint] of stopped) {
  test(`a run with ${name} has not passed`, async (t) => {
    const report = await runIn(await policyWorkspace(t, files), { coverage: true });
    t.false(report.passed);
    t.regex(complaintsOf(report)[0] ?? "", complaint);
    t.is(report.coverage?.outcomes.seen ?? 0, 0);
  });
}

function tooMany(): string {
  const list = JSON.stringify(Array.from({ length: 64 }, (_, index) => `m/${index}`));
  const row = Array.from({ length: 64 }, () => "deny").join(" ");
  const rows = Array.from({ length: 64 }, () => row).join("\n");
  return `[[matrix]]\nwho = ${list.replaceAll("m/", "p")}\naction = "fs.read"\nwhat = ${list}\nexpect = """\n${rows}\n"""\n`.repeat(
    3,
  );
}

test("an untrusted workspace's tests have not passed, and say what to do", async (t) => {
  const workspace = await policyWorkspace(t, {
    "notes.cedar": notes,
    "a.test.toml": '[[case]]\ncall = "x.y fs.read logs/a"\nexpect = "deny"\n',
  });
  workspace.remove(workspace.places.trustFolder);
  const report = await runIn(workspace);
  t.false(report.passed);
  t.regex(report.findings[0]?.message ?? "", /^the workspace's policies and tests were not read: /);
});
