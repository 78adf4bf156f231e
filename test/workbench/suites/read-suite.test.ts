import test from "ava";
import { readSuite } from "../../../src/workbench/suites/read-suite.ts";
import type { SuiteCase } from "../../../src/workbench/suites/suite-case.ts";

const reading = {
  nowMs: 0,
  checkPolicy: (name: string) =>
    name === "notes-read" ? undefined : { message: `no policy \`${name}\``, remedy: "did you mean `notes-read`?" },
};

function casesOf(text: string): readonly SuiteCase[] {
  const read = readSuite(text, "a.test.toml", reading);
  if ("findings" in read) throw new Error(JSON.stringify(read.findings));
  return read.cases;
}

/** Each finding on one line, with its remedy. */
function complaints(text: string): readonly string[] {
  const read = readSuite(text, "a.test.toml", reading);
  if ("cases" in read) return [];
  return read.findings.map(({ place, message, remedy }) => {
    const where = [place?.file, place?.line, place?.column].filter((part) => part !== undefined).join(":");
    return [where, message, ...(remedy === undefined ? [] : [remedy])].join(" ");
  });
}

const good = 'call = "example.notes fs.read notes/today.md"\nexpect = "allow"\n';

const mistakes: readonly (readonly [name: string, text: string, complaint: string])[] = [
  ["a file without a case", "", "a.test.toml no case in it: write a `[[case]]` or a `[[matrix]]`"],
  [
    "a key that is not known",
    `[[case]]\n${good}becuase = "x"`,
    "a.test.toml:4:1 unknown key `becuase` did you mean `because`?",
  ],
  ["a table that is not known", `[[cases]]\n${good}`, "a.test.toml:1:3 unknown key `cases` did you mean `case`?"],
  [
    "an answer that is none",
    '[[case]]\ncall = "x"\nexpect = "alow"',
    "a.test.toml:3:10 `case[0].expect` must be one of `allow`, `deny`; did you mean `allow`?",
  ],
  ["a case without an answer", '[[case]]\ncall = "x"', "a.test.toml:1:1 missing key `case[0].expect`"],
  [
    "an action that is none",
    '[[case]]\ncall = "a fs.raed b/c"\nexpect = "deny"',
    "a.test.toml:2:8 `fs.raed` is no action; did you mean `fs.read`?",
  ],
  [
    "a call without its words",
    '[[case]]\ncall = "a fs.read"\nexpect = "deny"',
    "a.test.toml:2:8 say it as: <plugin> fs.read <mount>/<path> [<tool>]",
  ],
  [
    "a quote that stays open",
    `[[case]]\ncall = "a fs.read 'b/c"\nexpect = "deny"`,
    "a.test.toml:2:8 the quote ' is never closed",
  ],
  [
    "an input that is no JSON",
    `[[case]]\ncall = "cli tool.execute p/t '{'"\nexpect = "deny"`,
    "a.test.toml:2:8 the input is not valid JSON, at character 2",
  ],
  [
    "an id that is none",
    '[[case]]\ncall = "a/b fs.read c/d"\nexpect = "deny"',
    "a.test.toml:2:8 `a/b` is no plugin's id",
  ],
  [
    "a table without its action",
    '[[case]]\ncall = { ask = {} }\nexpect = "deny"',
    "a.test.toml:2:8 the call's `action` is none one of tool.register, plugin.prepare, tool.execute, https.request, network.connect, secret.use, fs.read, fs.list, fs.stat, fs.write, fs.append, fs.make-directory, fs.remove",
  ],
  [
    "a key of a table's call",
    '[[case]]\ncall = { action = "fs.read", asks = {} }\nexpect = "deny"',
    "a.test.toml:2:30 unknown key `asks` of a call did you mean `ask`?",
  ],
  [
    "a key of what a table asks",
    '[[case]]\ncall = { action = "fs.read", principal = { kind = "plugin", id = "project:a" }, ask = { paht = "b/c" } }\nexpect = "deny"',
    "a.test.toml:2:89 unknown key `paht` of a call did you mean `path`?",
  ],
  [
    "a value in a table",
    '[[case]]\n[case.call]\naction = "fs.read"\nask = { path = "b/c" }\nprincipal = { kind = "plugin", id = "a" }\n[[case]]',
    "a.test.toml:1:1 missing key `case[0].expect`",
  ],
  [
    "a principal that is none",
    '[[case]]\nexpect = "deny"\n[case.call]\naction = "fs.read"\nask = { path = "b/c" }\nprincipal = { kind = "plugin", id = "a" }',
    "a.test.toml:6:32 the call is malformed: principal.id: not a plugin's id",
  ],
  [
    "a cause of an allow",
    `[[case]]\n${good}because = "no-permit"`,
    "a.test.toml:4:11 `no-permit` is a cause of denials, and an allow is expected name the policy that permits it",
  ],
  [
    "a policy that is none",
    `[[case]]\n${good}because = "notes-raed"`,
    "a.test.toml:4:11 no policy `notes-raed` did you mean `notes-read`?",
  ],
  [
    "one of several policies that is none",
    `[[case]]\n${good}because = ["notes-read", "x"]`,
    "a.test.toml:4:11 no policy `x` did you mean `notes-read`?",
  ],
  [
    "limits of a denial",
    '[[case]]\ncall = "a fs.read b/c"\nexpect = "deny"\nlimits = { timeout = "5s" }',
    "a.test.toml:4:10 `limits` come with an allow, and a denial is expected",
  ],
  [
    "a limit that is not written so",
    `[[case]]\n${good}limits = { rate = "10" }`,
    "a.test.toml:4:10 a rate is written `10/1m`: a count, a slash, and a window in s, m or h",
  ],
  [
    "a limit that is not known",
    `[[case]]\n${good}limits = { max_bytes = 5 }`,
    "a.test.toml:4:12 unknown key `max_bytes` known here: `rate`, `timeout`, `max_response_bytes`, `redact`",
  ],
  [
    "a moment in quotes",
    `[[case]]\n${good}at = "2026-11-22T12:00:00Z"`,
    "a.test.toml:4:6 `case[0].at` must be a moment, such as `2026-11-22T12:00:00Z`, without quotes",
  ],
  [
    "a moment without its offset",
    `[[case]]\n${good}at = 2026-11-22T12:00:00`,
    "a.test.toml:4:6 `case[0].at` must be a moment, such as `2026-11-22T12:00:00Z`, without quotes",
  ],
  [
    "a day",
    `[[case]]\n${good}at = 2026-11-22`,
    "a.test.toml:4:6 `case[0].at` must be a moment, such as `2026-11-22T12:00:00Z`, without quotes",
  ],
  [
    "addresses of what is no request",
    `[[case]]\n${good}address = "10.0.0.1"`,
    "a.test.toml:4:11 `address` is for an `https.request`",
  ],
  [
    "an address that is none",
    '[[case]]\ncall = "a https.request GET https://b"\nexpect = "deny"\naddress = "10.0.0"',
    "a.test.toml:4:11 `10.0.0` is no address write `192.0.2.1` or `2001:db8::1`",
  ],
  [
    "what is given, and would add",
    `[[case]]\n${good}given = { enabled = true }`,
    "a.test.toml:4:21 `case[0].given.enabled` must be `false`",
  ],
  [
    "what is given, and is not known",
    `[[case]]\n${good}given = { enbled = false }`,
    "a.test.toml:4:11 unknown key `enbled` did you mean `enabled`?",
  ],
  [
    "what is given, and its action does not look at",
    `[[case]]\n${good}given = { broad = true }`,
    "a.test.toml:4:9 `broad` means nothing for `fs.read`",
  ],
];
for (const [name, text, complaint] of mistakes) {
  test(`${name}: a suite's mistake has its line and column`, (t) => {
    t.is(complaints(text)[0], complaint);
  });
}

test("one mistake refuses its suite whole, and all mistakes are told at once", (t) => {
  const text = `[[case]]\n${good}\n[[case]]\ncall = "a fs.raed b"\nexpect = "deny"\n[[case]]\ncall = "a b"\nexpect = "deny"`;
  t.is(complaints(text).length, 2);
});

test("a case has the words of its call for a title, and the place of its header", (t) => {
  const [one] = casesOf(`# first\n\n[[case]]\n${good}`);
  t.like(one, { title: "example.notes fs.read notes/today.md", place: { file: "a.test.toml", line: 3, column: 1 } });
  t.is(one?.call.principal.id, "project:example.notes");
});

test("a call as a table is the call in words", (t) => {
  const table =
    '{ action = "fs.append", principal = { kind = "plugin", id = "project:a" }, ask = { path = "b/c", bytes = 3 } }';
  const [one] = casesOf(`[[case]]\ncall = ${table}\nexpect = "deny"`);
  const [other] = casesOf('[[case]]\ncall = "a fs.append b/c"\nexpect = "deny"');
  t.deepEqual(one?.call.via, other?.call.via);
  t.like(one?.call, { action: "fs.append", ask: { path: "b/c", bytes: new Uint8Array(3) } });
  // Its bytes have no words, and are no part of its title.
  t.is(one?.title, "project:a fs.append b/c");
});

test("a case takes place at noon of a Wednesday in UTC unless it says when", (t) => {
  const [one, other] = casesOf(`[[case]]\n${good}[[case]]\n${good}at = 2026-11-22T12:00:00+01:00`);
  t.is(new Date(one?.atMs ?? 0).toUTCString(), "Wed, 15 Jan 2025 12:00:00 GMT");
  t.is(other?.atMs, Date.UTC(2026, 10, 22, 11));
});

test("a file that is nested without end is refused", (t) => {
  // ATTACK: threats 38
  t.regex(
    complaints(`[[case]]\ncall = ${"{a=".repeat(1_000)}1${"}".repeat(1_000)}\nexpect = "deny"`)[0] ?? "",
    /^a\.test\.toml/,
  );
});
