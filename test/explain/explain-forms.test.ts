import test from "ava";
import { runCommandLine } from "../../src/cli/run-command-line.ts";
import { newWorkspace, notesWorkspace } from "../support/workspaces.ts";

const explain = ["plugin", "explain", "example.notes", "fs.read", "notes/today.md"] as const;

test("a ticket and a page go to stdout, or to the file that is named", async (t) => {
  const { yoi, read } = await notesWorkspace(t);
  for (const [form, begins] of [
    ["--markdown", /^## ✓ Allowed\n/],
    ["--html", /^<!doctype html>\n/],
  ] as const) {
    const piped = await yoi(...explain, form);
    t.is(piped.code, 0, piped.stderr);
    t.regex(piped.stdout, begins);
    const named = await yoi(...explain, form, "--out", "for/a-ticket");
    t.deepEqual([named.code, named.stdout], [0, "Written: for/a-ticket\n"]);
    t.is(withoutTimes(read("for/a-ticket")), withoutTimes(piped.stdout));
  }
});

/** Two explanations of one call differ in the moment that they are asked at. */
function withoutTimes(text: string): string {
  return text.replace(/datetime\(.*?\)|duration\(.*?\)|minute: \d+|hour: \d+/g, "T");
}

test("a page has everything in it that `--full` shows", async (t) => {
  const { yoi } = await notesWorkspace(t);
  const page = (await yoi(...explain, "--html")).stdout;
  t.regex(page, /<h2>The request as it was evaluated<\/h2>/);
  t.regex(page, /plugin-is-pinned/);
  t.notRegex((await yoi(...explain, "--markdown")).stdout, /plugin-is-pinned/);
  t.regex((await yoi(...explain, "--markdown", "--full")).stdout, /plugin-is-pinned/);
});

const unmeant: readonly (readonly [words: readonly string[], message: RegExp])[] = [
  [["--markdown", "--html"], /`--markdown` and `--html` are two forms: choose one/],
  [["--out", "x"], /`--out` is for `--markdown` and `--html`: add one of them/],
  [["--html", "--out", ""], /`` cannot be written: name a file that you may write/],
  [["--html", "--out", "."], /`\.` cannot be written: name a file that you may write/],
];
for (const [words, message] of unmeant) {
  test(`explain with ${words.join(" ")} is refused, with what to do`, async (t) => {
    const { yoi } = await newWorkspace(t);
    const ran = await yoi("plugin", "explain", "cli", "tool.execute", "project:example.nobody/nothing", ...words);
    t.deepEqual([ran.code, ran.stdout], [2, ""]);
    t.regex(ran.stderr.replace(/\s+/g, " "), message);
  });
}

test("a form beside JSON is refused, as JSON", async (t) => {
  const { yoi } = await newWorkspace(t);
  const ran = await yoi(...explain, "--html", "--json");
  t.is(ran.code, 2);
  t.regex(ran.stdout, /"YOI_USAGE".*`--json` and `--html` are two forms/);
});

test("nobody's terminal is filled with a page", async (t) => {
  const { folder, environment } = await newWorkspace(t);
  const stdout: string[] = [];
  const stderr: string[] = [];
  const code = await runCommandLine([...explain, "--html"], {
    stdout: { write: (text) => stdout.push(text), isTTY: true },
    stderr: { write: (text) => stderr.push(text) },
    environment,
    folder,
    nowMs: Date.now,
    version: "0.0.0-test",
  });
  t.deepEqual([code, stdout], [2, []]);
  t.regex(stderr.join("").replace(/\s+/g, " "), /add `--out explanation\.html`, or pipe it/);
});
