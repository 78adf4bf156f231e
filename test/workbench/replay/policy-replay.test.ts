import { cpSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { departures, shapesOf } from "../../support/json-shapes.ts";
import { readPage } from "../../support/pages.ts";
import { enable, jsonOf, newWorkspace, readsOfNotes, type TestWorkspace } from "../../support/workspaces.ts";

const shapes = shapesOf(readPage("json.md"));
const narrow = readsOfNotes.replace('Path::"notes"', 'Path::"notes/2026"');

interface Flipped {
  readonly change: string;
  readonly decision: string;
  readonly accepted: boolean;
  readonly changes: readonly { readonly place: string; readonly what: string }[];
}
const flipsOf = (document: { readonly [key: string]: unknown }) => document["flips"] as readonly Flipped[];

/** A workspace in which reads of `notes/2026` were allowed and another was denied, and a copy of its policies. */
async function recorded(t: ExecutionContext): Promise<TestWorkspace> {
  const workspace = await newWorkspace(t);
  await workspace.install("notes");
  workspace.write("notes/today.md", "# Today");
  workspace.write("notes/2026/plan.md", "# Plan");
  workspace.configure('[mounts.notes]\npath = "notes"\n');
  await enable(t, workspace, "example.notes");
  workspace.write(".yoi/policies/notes.cedar", narrow);
  const yoi = await workspace.open();
  for (const path of ["notes/2026/plan.md", "notes/today.md", "notes/2026/plan.md"])
    await yoi.tools.call("read_note", { path }, { agent: "cli" });
  await yoi.close();
  cpSync(workspace.places.workspacePolicies, join(workspace.folder, "proposed"), { recursive: true });
  return workspace;
}

const replay = (workspace: TestWorkspace, ...words: readonly string[]) =>
  workspace.yoi("policy", "replay", "--candidate", "proposed", ...words);

test("a replay under the policies in force, or a copy of them, passes", async (t) => {
  const workspace = await recorded(t);
  for (const words of [[], ["--candidate", "proposed"]]) {
    const ran = await workspace.yoi("policy", "replay", ...words);
    t.is(ran.code, 0, ran.stderr);
    t.regex(ran.stdout, /^\d+ recorded decisions, evaluated again in /);
    t.notRegex(ran.stdout, /→/);
  }
});

test("a call that was denied and would be allowed is told of with what widened, and fails until it is accepted", async (t) => {
  const workspace = await recorded(t);
  workspace.write("proposed/notes.cedar", readsOfNotes);
  const ran = await replay(workspace);
  t.is(ran.code, 1);
  t.regex(ran.stdout, /^ {2}deny → allow +1 {2}project:example\.notes {2}fs\.read {2}←$/m);
  const words = ran.stdout.replace(/\s+/g, " ");
  t.regex(words, /project:example\.notes → fs\.read notes\/today\.md was denied: no-permit/);
  t.regex(
    words,
    /notes-read \(proposed\/notes\.cedar:1:1\) `resource in Path::"notes"` where it was `resource in Path::"notes\/2026"`/,
  );
  const told = jsonOf(await replay(workspace, "--json"));
  const { version, command, ...rest } = told;
  t.deepEqual([version, command, departures(shapes, "policy replay", rest)], [1, "policy replay", []]);
  const [flip] = flipsOf(told);
  t.like(flip, { change: "deny-to-allow", accepted: false });
  const accepted = await replay(workspace, "--accept", flip?.decision.slice(-6).toLowerCase() ?? "");
  t.is(accepted.code, 0);
  t.regex(accepted.stdout, /accepted/);
});

test("calls that would be less limited are told of with both limits, and fail until they are accepted", async (t) => {
  const workspace = await recorded(t);
  const limited = (rate: string) => readsOfNotes.replace("permit", `@rate("${rate}")\npermit`);
  workspace.write(".yoi/policies/notes.cedar", limited("10/1h"));
  workspace.write("proposed/notes.cedar", limited("20/1h"));
  const yoi = await workspace.open();
  await yoi.tools.call("read_note", { path: "notes/2026/plan.md" }, { agent: "cli" });
  await yoi.close();
  const last = ["--last", "1", "--action", "fs.read"] as const;
  const ran = await replay(workspace, ...last);
  t.is(ran.code, 1);
  t.regex(ran.stdout, /^ {2}less limited {2}1 {2}project:example\.notes {2}fs\.read {2}←$/m);
  t.regex(ran.stdout, /^ {6}no longer 10 in 3600 s \(notes-read\)\n {6}now 20 in 3600 s \(notes-read\)$/m);
  t.regex(
    ran.stdout.replace(/\s+/g, " "),
    /exit 1: a call that was allowed would be less limited\. To agree: --accept /,
  );
  const [flip] = flipsOf(jsonOf(await replay(workspace, ...last, "--json")));
  t.like(flip, { change: "less-limited" });
  t.is((await replay(workspace, ...last, "--allow-narrowing")).code, 1);
  t.is((await replay(workspace, ...last, "--accept", flip?.decision ?? "")).code, 0);
});

test("calls that were allowed and would be denied fail, unless narrowing is what is meant", async (t) => {
  const workspace = await recorded(t);
  workspace.write(
    "proposed/hours.cedar",
    '@id("never") forbid (principal, action == Yoi::Action::"fs.read", resource);',
  );
  const ran = await replay(workspace);
  t.is(ran.code, 1);
  t.regex(ran.stdout, /^ {2}allow → deny +2 {2}project:example\.notes {2}fs\.read\n {6}new: never$/m);
  t.regex(ran.stdout, /and 1 alike/);
  t.regex(ran.stdout, /To agree: --allow-narrowing/);
  t.is((await replay(workspace, "--allow-narrowing")).code, 0);
  const decisions = flipsOf(jsonOf(await replay(workspace, "--json")))
    .filter(({ change }) => change === "allow-to-deny")
    .flatMap(({ decision }) => ["--accept", decision]);
  t.is((await replay(workspace, ...decisions)).code, 0);
});

test("a forbid that is gone is told of where it was", async (t) => {
  const workspace = await recorded(t);
  workspace.write(".yoi/policies/never.cedar", '@id("never") forbid (principal, action, resource);');
  const yoi = await workspace.open();
  await yoi.tools.call("read_note", { path: "notes/2026/plan.md" }, { agent: "cli" });
  await yoi.close();
  const ran = await replay(workspace);
  t.is(ran.code, 1);
  t.regex(ran.stdout, /gone: never/);
  t.regex(ran.stdout.replace(/\s+/g, " "), /never \(\.yoi\/policies\/never\.cedar:1:1\) is gone; it forbade it/);
});

const refusals: readonly (readonly [words: readonly string[], code: number, says: RegExp])[] = [
  [["--candidate", "nowhere"], 2, /`nowhere` is neither a folder nor a policy archive/],
  [["--since", "yesterday"], 2, /--since takes a duration such as `7d`/],
  [["--last", "0"], 2, /--last takes a number from 1 to 10000/],
  [["--action", "fs.raed"], 2, /did you mean `fs\.read`\?/],
  [["--plugin", "nobody"], 2, /nobody/],
  [["--candidate", "bad"], 1, /bad\/x\.cedar:1:7 {2}unexpected end of input/],
];

test("a replay refuses what it does not understand, and a candidate that does not load with places in it", async (t) => {
  const workspace = await recorded(t);
  workspace.write("bad/x.cedar", "forbid");
  for (const [words, code, says] of refusals) {
    const ran = await workspace.yoi("policy", "replay", ...words);
    t.is(ran.code, code, words.join(" "));
    t.regex(ran.stderr.replace(/\n +/g, " "), says);
  }
  workspace.write("proposed/notes.cedar", readsOfNotes);
  const short = await replay(workspace, "--accept", "ABC");
  t.is(short.code, 2);
  const idle = await replay(workspace, "--accept", "ABCDEFGH");
  t.is(idle.code, 1);
  t.regex(idle.stderr, /--accept ABCDEFGH accepts nothing/);
});

test("a replay looks at the period, the plugin and the action that it is told", async (t) => {
  const workspace = await recorded(t);
  const count = async (...words: readonly string[]) =>
    jsonOf(await workspace.yoi("policy", "replay", "--json", ...words))["decisions"];
  t.is(await count("--action", "fs.read"), 3);
  t.is(await count("--action", "fs.read", "--last", "2"), 2);
  t.is(await count("--since", "1h", "--action", "fs.read", "--plugin", "example.notes"), 3);
  t.is(await count("--since", "2999-01-01"), 0);
  t.is(await count("--plugin", "project:example.nobody"), 0);
});

test("what `policy suggest`, `bench`, `fmt` and `build` print as JSON is what `docs/json.md` says", async (t) => {
  const workspace = await recorded(t);
  for (const command of ["policy suggest", "policy bench", "policy fmt", "policy build"]) {
    const ran = await workspace.yoi(...command.split(" "), "--json");
    t.is(ran.code, 0, ran.stdout);
    const { version, command: named, ...rest } = jsonOf(ran);
    t.is(version, 1);
    t.is(named, command);
    t.deepEqual(departures(shapes, command, rest), [], command);
  }
});

test("a suggestion is Cedar on stdout, what it stands for on stderr, and can be in force in place of the permits", async (t) => {
  const workspace = await recorded(t);
  const ran = await workspace.yoi("policy", "suggest");
  t.is(ran.code, 0, ran.stderr);
  t.regex(
    ran.stderr.replace(/\n */g, " "),
    /covers \d+ calls with \d+ permits, in place of \d+ in force; nothing was changed/,
  );
  t.regex(ran.stderr, /2 of \d+ permits in force were never used:\n {2}builtin-tools-register/);
  workspace.write("least/suggested.cedar", ran.stdout);
  const replayed = await workspace.yoi("policy", "replay", "--candidate", "least");
  t.is(replayed.code, 0, replayed.stdout);
  const checked = await workspace.yoi("policy", "fmt", "--check", "least");
  t.is(checked.code, 0, checked.stdout);
});

test("a suggestion tells of a permit that stays whole, which nothing used", async (t) => {
  const workspace = await recorded(t);
  workspace.write(
    ".yoi/policies/slow.cedar",
    '@id("slow")\n@timeout("1s")\npermit (principal, action == Yoi::Action::"network.connect", resource);\n',
  );
  const ran = await workspace.yoi("policy", "suggest");
  t.regex(
    ran.stderr,
    /^1 permit stays as it is, for narrowed it would limit less:\n {2}slow {2}\.yoi\/policies\/slow/m,
  );
  t.regex(ran.stdout, /@id\("slow"\)\n@timeout\("1s"\)\npermit \(\n {2}principal,/);
});

test("costs are told by engine and by policy, and need something on record", async (t) => {
  const workspace = await recorded(t);
  const ran = await workspace.yoi("policy", "bench", "--rounds", "1", "--action", "fs.read");
  t.is(ran.code, 0, ran.stderr);
  t.regex(ran.stdout, /^cedar +\d+ +[\d.]+ /m);
  t.regex(ran.stdout, /µs {2}notes-read {2}\(3\) +\.yoi\/policies\/notes\.cedar:1:1$/m);
  const empty = await newWorkspace(t);
  const nothing = await empty.yoi("policy", "bench");
  t.is(nothing.code, 2);
  t.regex(nothing.stderr, /nothing on record to measure with/);
});

test("where nobody trusts the workspace its own policies do not count, but for a candidate that is named", async (t) => {
  const workspace = await recorded(t);
  workspace.remove(workspace.places.trustFile);
  for (const command of ["replay", "suggest", "bench"]) {
    const ran = await workspace.yoi("policy", command);
    t.regex(ran.stderr.replace(/\s+/g, " "), /own policies and grants do not count: nobody has said `yoi trust`/);
  }
  t.is((await workspace.yoi("policy", "replay")).code, 1);
  t.is((await replay(workspace)).code, 0);
  t.is((await workspace.yoi("policy", "build")).code, 0);
});
