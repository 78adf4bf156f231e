import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import test from "ava";
import { runCommandLine } from "../../src/cli/run-command-line.ts";
import { weatherManifestWith } from "../support/manifests.ts";
import { weatherFiles } from "../support/packages.ts";
import { emptyWorkspace, jsonOf, newWorkspace, notesWorkspace } from "../support/workspaces.ts";

const usageErrors: readonly (readonly [words: readonly string[], says: RegExp])[] = [
  [["frob"], /^yoi: no command `yoi frob`; `yoi help` lists the commands$/m],
  [["plugn", "list"], /no command `yoi plugn`; did you mean `yoi plugin`\?/],
  [["plugin", "lst"], /no command `yoi plugin lst`; did you mean `yoi plugin list`\?/],
  [["plugin"], /no command `yoi plugin`; known: plugin list, plugin show/],
  [["journal", "tail", "--action", "fs.raed"], /no action `fs\.raed`; did you mean `fs\.read`\?/],
  [["journal", "verify", "--head", "abc"], /--head takes a hash/],
  [["plugin", "check", "nope"], /there is no `nope` here/],
  [["plugin", "explain", "a", "b"], /a call in words is WHO ACTION WHAT, as in `example\.notes fs\.read/],
  [["policy", "x"], /known: policy check, policy show/],
  [["journal", "tail", "--limit", "0"], /--limit takes a number from 1 to 10000/],
  [["journal", "tail", "--limit", "1e9"], /--limit takes a number from 1 to 10000/],
  [["journal", "tail", "--action", "teleport"], /no action `teleport`; known: tool\.register/],
  [["journal", "show", "abc"], /`abc` has fewer/],
  [["plugin", "logs", "--limit", "many"], /--limit takes a number/],
  [["plugin", "show", "example.nots"], /no plugin `example\.nots` here; did you mean `example\.notes`\?/],
  [["plugin", "show", "project:example.none"], /no plugin `project:example\.none` here/],
  [["plugin", "enable", "project:example.none"], /no plugin `project:example\.none` here/],
  [["plugin", "disable", "example.none"], /no plugin `example\.none` here/],
  [
    ["plugin", "enable", "example.notes", "--yes", "--mount", "cache=notes"],
    /declares no mount `cache`; it has: notes/,
  ],
  [["plugin", "enable", "example.notes", "--yes", "--mount", "notes=none"], /the workspace has no mount `none`/],
  [["tool", "call", "read_not"], /no tool `read_not` here; did you mean `read_note`\?/],
  [["tool", "call", "read_note", "{"], /the input (?:at `.*` )?is not valid JSON, at character \d+/],
  [["tool", "call", "read_note", "[]"], /the input is not a JSON object/],
  [["tool", "call", "read_note", '{"path":"a","path":"b"}'], /the input at `\$\.path` appears twice, at character \d+/],
  [["plugin", "explain", "example.notes", "fs.raed", "notes/x"], /`fs\.raed` is no action; did you mean `fs\.read`\?/],
  [["plugin", "explain", "example.notes", "fs.read"], /say it as: <plugin> fs\.read <mount>\/<path>/],
  [["plugin", "explain", "nothing.json"], /there is no file `nothing\.json`/],
  [["plugin", "explain", ".yoi/yoi.toml.json"], /there is no file/],
  [["plugin", "explain", "01JDQ5T8C3M0V9W7QK2D7Q5T8X"], /nothing on record ends in/],
];

test("what cannot be meant is a usage error that names what can", async (t) => {
  const { yoi } = await notesWorkspace(t);
  for (const [words, says] of usageErrors) {
    const ran = await yoi(...words);
    t.is(ran.code, 2, words.join(" "));
    t.is(ran.stdout, "");
    t.regex(ran.stderr.replace(/\n +/g, " "), says);
    const json = await yoi(...words, "--json");
    t.is(json.code, 2);
    t.like(jsonOf(json), { version: 1, error: { code: "YOI_USAGE" } }, words.join(" "));
  }
});

test("help and version answer without a workspace", async (t) => {
  const { yoi } = emptyWorkspace(t);
  const help = await yoi("help");
  t.is(help.code, 0);
  t.regex(help.stdout, /Exit codes: 0 done or allowed · 1 broken · 2 usage · 3 denied · 4 plugin failed/);
  t.true(help.stdout.split("\n").every((line) => line.length <= 80));
  t.is((await yoi("--help")).code, 0);
  t.is((await yoi()).code, 2, "nothing at all is not a command");
  t.is((await yoi("--version")).stdout, "yoi 0.0.0-test\n");
  t.deepEqual(jsonOf(await yoi("--version", "--json")), { version: 1, command: null, yoi: "0.0.0-test" });
});

test("help is given for one command, and for a group of them", async (t) => {
  const { yoi } = emptyWorkspace(t);
  t.is((await yoi("version")).stdout, "yoi 0.0.0-test\n");
  const list = await yoi("help", "plugin", "list");
  t.is(list.stdout, (await yoi("plugin", "list", "--help")).stdout);
  t.is(list.code, 0);
  for (const words of [
    ["plugin", "--help"],
    ["help", "plugin"],
  ]) {
    const group = await yoi(...words);
    t.is(group.code, 0);
    t.regex(group.stdout, /^ {2}yoi plugin list /m);
    t.notRegex(group.stdout, /yoi journal/);
  }
});

test("a mistake in a manifest is told once, with its place", async (t) => {
  const { yoi, write } = emptyWorkspace(t);
  for (const [path, content] of weatherFiles()) write(`source/${path}`, content);
  const manifest = weatherManifestWith('version = "0.1.0"', 'versoin = "0.1.0"');
  write("source/plugin.toml", manifest);
  const { stderr } = await yoi("plugin", "pack", "source");
  t.is(stderr.match(/versoin/g)?.length, 1, stderr);
  t.regex(stderr, /^yoi: 1 problem\n✗ plugin\.toml:\d+:1 {2}unknown key `versoin`\n {4}did you mean `version`\?$/m);
  const nowhere = await yoi("plugin", "build", "nope");
  t.regex(nowhere.stderr, /`nope` is no plugin's folder: it has no `plugin\.toml`/);
});

test("the workspace is the nearest parent's, or the one that is named before or after the command", async (t) => {
  const { folder, environment, write } = await newWorkspace(t);
  write("deep/er/x", "");
  const inside = (words: readonly string[], from: string) => run(words, from, environment);
  t.is((await inside(["plugin", "list"], join(folder, "deep/er"))).code, 0);
  t.is((await inside(["--workspace", folder, "plugin", "list"], "/")).code, 0);
  t.is((await inside(["plugin", "list", "--workspace", "../.."], join(folder, "deep/er"))).code, 0);
  t.is((await inside(["plugin", "list"], "/")).code, 1);
});

test("init makes the workspace that is named, and never a second one in its place", async (t) => {
  const { yoi, folder, environment, write, read } = emptyWorkspace(t);
  write("there/readme.md", "");
  const made = await yoi("init", "--workspace", "there", "--json");
  t.like(jsonOf(made), { workspace: join(folder, "there"), trusted: true });
  write("there/.yoi/yoi.toml", "# mine\n");
  const again = await run(["init"], join(folder, "there"), environment);
  t.is(again.code, 1);
  t.regex(again.stderr, /a workspace already/);
  t.is(read("there/.yoi/yoi.toml"), "# mine\n");
});

test("a fault of our own is told without its stack", async (t) => {
  const machine = { environment: {}, folder: "/", nowMs: Date.now, version: "1" };
  const told: string[] = [];
  const broken = { write: () => raise(new TypeError("/secret/path went wrong")) };
  const code = await runCommandLine(["help"], {
    ...machine,
    stdout: broken,
    stderr: { write: (text) => told.push(text) },
  });
  t.is(code, 1);
  t.is(told.join(""), "yoi: something broke inside of yoi; YOI_DEBUG=1 shows where\n");
});

test("the program itself answers with the exit code, and with nothing but its words", async (t) => {
  const { folder, environment } = await newWorkspace(t);
  const main = join(import.meta.dirname, "../../src/cli/main.ts");
  const started = promisify(execFile)(process.execPath, [main, "plugin", "show", "nothing"], {
    cwd: folder,
    env: environment,
  });
  const { code, stdout, stderr } = await t.throwsAsync<ExecError>(started);
  t.deepEqual([code, stdout], [2, ""]);
  t.regex(stderr, /^yoi: no plugin `nothing` here; `yoi plugin list` shows what is installed$/m);
});

interface ExecError extends Error {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(words: readonly string[], folder: string, environment: { readonly [name: string]: string }) {
  const stderr: string[] = [];
  const code = await runCommandLine(words, {
    stdout: { write: () => true },
    stderr: { write: (text) => stderr.push(text) },
    environment,
    folder,
    nowMs: Date.now,
    version: "0.0.0-test",
  });
  return { code, stderr: stderr.join("") };
}

function raise(error: Error): never {
  throw error;
}
