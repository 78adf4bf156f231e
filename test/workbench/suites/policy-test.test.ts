import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import test, { type ExecutionContext } from "ava";
import { columnsOf } from "../../../src/terminal/layout.ts";
import { departures, shapesOf } from "../../support/json-shapes.ts";
import { readPage, repository } from "../../support/pages.ts";
import { policyWorkspace } from "../../support/suites.ts";
import { jsonOf, type TestWorkspace } from "../../support/workspaces.ts";

const policies = `@id("notes-read")
permit (principal == Yoi::Plugin::"project:example.notes", action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes")
when { context.now.hour >= 8 };
`;
const good = `[[case]]
title = "notes are read"
call = "example.notes fs.read notes/today.md"
expect = "allow"
`;
const bad = `[[case]]
title = "logs are not"
call = "example.notes fs.read 'notes/a b.md'"
expect = "deny"
because = "no-permit"
`;
const atNight = `[[case]]
call = "example.notes fs.read notes/today.md"
at = 2026-11-23T03:00:00Z
expect = "deny"
`;

const withSuite = (t: ExecutionContext, suite: string): Promise<TestWorkspace> =>
  policyWorkspace(t, { "notes.cedar": policies, "notes.test.toml": suite });

test("a file that is named twice is run once", async (t) => {
  const workspace = await withSuite(t, good);
  const file = ".yoi/policies/notes.test.toml";
  const { stdout, code } = await workspace.yoi("policy", "test", file, `./${file}`);
  t.is(code, 0);
  t.regex(stdout, /^✓ \.yoi\/policies\/notes\.test\.toml {2}1 case$/m);
  t.is(stdout.match(/notes\.test\.toml/g)?.length, 1);
});

test("a person reads what passed in a line, and of what failed where, why, and what explains it", async (t) => {
  const workspace = await withSuite(t, good + bad);
  const { code, stdout } = await workspace.yoi("policy", "test");
  t.is(code, 1);
  t.deepEqual(stdout.split("\n"), [
    "✗ .yoi/policies/notes.test.toml  1 of 2 cases",
    "    logs are not                               .yoi/policies/notes.test.toml:5:1",
    "      expected deny (no-permit)",
    "      got      allow by notes-read",
    "      permit notes-read                            .yoi/policies/notes.cedar:1:1",
    "      yoi plugin explain project:example.notes fs.read 'notes/a b.md'",
    "coverage  66 % of conditions, 1 of 1 policies applied. Not exercised:",
    "  .yoi/policies/notes.cedar:3:8  never false",
    "      context.now.hour >= 8",
    "",
  ]);
  const passed = await withSuite(t, good);
  const ran = await passed.yoi("policy", "test", "--only", "READ");
  t.is(ran.code, 0);
  t.is(ran.stdout, "✓ .yoi/policies/notes.test.toml  1 case\n");
});

test("what is printed fits a terminal, and repeats nothing that could repaint it", async (t) => {
  // ATTACK: threats 34
  const title = `"\\u001b[2J\\u202e ${"long ".repeat(40)}"`;
  const suite = good.replace('"notes are read"', title).replace('"allow"', '"deny"');
  const { stdout } = await (await withSuite(t, suite)).yoi("policy", "test");
  t.notRegex(stdout, /[^\P{Cc}\n]|[\u202a-\u202e]/u);
  t.true(stdout.includes("\\u{1b}[2J\\u{202e}"));
  const lines = stdout.split("\n").filter((line) => !line.includes("long"));
  for (const line of lines) t.true(columnsOf(line) <= 80, line);
});

const codes: readonly (readonly [name: string, suite: string, words: readonly string[], code: number])[] = [
  ["every test passes", good, [], 0],
  ["enough is exercised", good, ["--coverage-min", "66"], 0],
  ["too little is exercised", good, ["--coverage-min", "67"], 1],
  ["all is exercised, and all is asked for", good + atNight, ["--coverage-min", "100"], 0],
  ["a test fails", bad, [], 1],
  ["a file that is named is not there", good, ["nowhere.test.toml"], 1],
  ["a file that is named is none of tests", good, ["notes.cedar"], 2],
  ["coverage is no share", good, ["--coverage-min", "many"], 2],
  ["coverage is more than all", good, ["--coverage-min", "101"], 2],
  ["coverage is a blank", good, ["--coverage-min", " "], 2],
  ["coverage is a number in another notation", good, ["--coverage-min", "1e1"], 2],
  ["coverage is nothing", good, ["--coverage-min", ""], 2],
  ["a part of the tests is to exercise enough", good, ["--coverage-min", "1", "--only", "x"], 2],
  ["nothing is asked for", good, ["--only", ""], 2],
  ["a program is to watch", good, ["--watch", "--json"], 2],
  ["the report has no folder", good, ["--junit", "nowhere/report.xml"], 2],
];
for (const [name, suite, words, code] of codes) {
  test(`the exit code is ${code} where ${name}`, async (t) => {
    const ran = await (await withSuite(t, suite)).yoi("policy", "test", ...words);
    t.is(ran.code, code, ran.stdout + ran.stderr);
    if (code === 2) t.regex(ran.stderr + ran.stdout, /`/);
  });
}

test("a report is written for CI, whether tests passed or not", async (t) => {
  const workspace = await withSuite(t, good + bad);
  t.is((await workspace.yoi("policy", "test", "--junit", "report.xml")).code, 1);
  t.regex(workspace.read("report.xml"), /^<\?xml version="1\.0".*<testsuite .* tests="2" failures="1"/s);
  workspace.remove(".yoi/policies/notes.test.toml");
  await workspace.yoi("policy", "test", "--junit", "report.xml");
  t.regex(workspace.read("report.xml"), /errors="1".*there is no test/s);
});

test("what a program reads is what `docs/json.md` says", async (t) => {
  const shapes = shapesOf(readPage("json.md"));
  for (const suite of [good + bad, "[[case]]", good]) {
    const { version, command, ...rest } = jsonOf(await (await withSuite(t, suite)).yoi("policy", "test", "--json"));
    t.is(version, 1);
    t.is(command, "policy test");
    t.deepEqual(departures(shapes, "policy test", rest), []);
  }
});

test("a test run writes nothing: no journal, and no file beside the report that was asked for", async (t) => {
  const workspace = await withSuite(t, good);
  await workspace.yoi("policy", "test");
  t.false(existsSync(workspace.places.journal));
});

test("a watch runs again after a change, and ends when it is interrupted", async (t) => {
  const workspace = await withSuite(t, good);
  const main = join(repository, "src/cli/main.ts");
  const env = { PATH: process.env["PATH"] ?? "", ...workspace.environment };
  const child = spawn(process.execPath, [main, "policy", "test", "--watch"], {
    cwd: workspace.folder,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.teardown(() => child.kill("SIGKILL"));
  const ended = once(child, "close");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const until = async (pattern: RegExp) => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`the watch ended before ${pattern}`);
      if (pattern.test(value)) return;
    }
  };
  await until(/^✓ .* 1 case$/);
  await until(/^… waiting for changes/);
  workspace.write(".yoi/policies/notes.test.toml", good + bad);
  await until(/^✗ .* 1 of 2 cases$/);
  await until(/^… waiting for changes/);
  workspace.write(".yoi/policies/notes.cedar", "permit (x);");
  await until(/^✗ \.yoi\/policies\/notes\.cedar/);
  await until(/^… waiting for changes/);
  workspace.write(".yoi/policies/notes.cedar", policies);
  workspace.write(".yoi/policies/notes.test.toml", good);
  await until(/^✓ .* 1 case$/);
  await until(/^… waiting for changes/);
  child.kill("SIGINT");
  t.deepEqual(await ended, [0, null]);
  t.true(readFileSync(join(workspace.folder, ".yoi/policies/notes.test.toml"), "utf8") === good);
});
