import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import test from "ava";
import { openStage } from "./stage.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "yoi-test-")));
const home = join(folder, "home");
const temporary = join(folder, "tmp");
let ended: { readonly exit: number; readonly output: string; readonly errors: string };

test.before("the demo runs once", async () => {
  for (const made of [home, temporary]) mkdirSync(made);
  const child = spawn(process.execPath, [join(import.meta.dirname, "demo.ts")], {
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: home, TMPDIR: temporary },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [output, errors, [exit]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  ended = { exit: Number(exit), output, errors };
});

test.after.always("its folder goes", () => rmSync(folder, { recursive: true, force: true }));

test("the demo goes as told, from TypeScript to a journal that holds", (t) => {
  t.is(ended.errors, "");
  t.is(ended.exit, 0);
  t.like(inOrder(ended.output, milestones), { missing: undefined });
});

test("each command stands before its output, and each chapter has its line", (t) => {
  const lines = ended.output.split("\n");
  t.is(lines.filter((line) => line.startsWith("── ")).length, 19);
  t.is(lines.filter((line) => line.startsWith("$ yoi ")).length, 28);
});

test("what the demo itself writes keeps within 80 columns", (t) => {
  const own = ended.output.split("\n").filter((line) => /^(── |\$ )/.test(line));
  t.deepEqual(
    own.filter((line) => line.length > 80),
    [],
  );
});

test("a guest that is denied learns a decision's id and no policy", (t) => {
  const denials = ended.output.split("\n").filter((line) => line.startsWith("failed: cannot read"));
  t.is(denials.length, 3);
  for (const denial of denials) t.notRegex(denial, /permit|forbid|desk|cedar/);
});

test("nothing of the user's is touched, and nothing is left behind", (t) => {
  t.deepEqual(readdirSync(home), []);
  t.deepEqual(readdirSync(temporary), []);
  t.deepEqual(readdirSync(folder).sort(), ["home", "tmp"]);
});

test("a step that ends otherwise than told stops the demo", async (t) => {
  const stage = openStage(() => undefined);
  t.teardown(stage.close);
  const version = (exit: number, phrase: string) => stage.yoi(["--version"], { exit, says: [phrase] });
  await t.notThrowsAsync(version(0, "yoi 0."));
  await t.throwsAsync(version(3, "yoi 0."), { message: /ended with 0, not with 3/ });
  await t.throwsAsync(version(0, "denied"), { message: /does not say denied/ });
});

const milestones = [
  "$ yoi plugin build outliner",
  "disabled  project:example.outliner",
  "✓ enabled project:example.outliner",
  "denied by policy (decision",
  "no permit applies",
  "→ allowed ✓",
  "resource == Yoi::Path::",
  "\n# Yoi\n## ",
  "denied by policy (decision",
  "✗ permit outline-the-readme",
  "spin      called",
  "outline   answered while spin loops",
  "spin      failed: the tool failed: deadline",
  "outline   answered after spin's end",
  "✓ enabled project:example.forecast",
  "loopback    → denied by no-special-addresses",
  "failed: cannot `GET https://localhost",
  "(decision",
  'range = "127.0.0.0/8"',
  '"degrees":-3,"sky":"snow","age":"as of now"',
  "for the server is down",
  "✓ enabled project:example.webhook",
  "posted as 1209 by [redacted]",
  "secret.use",
  "entries, each in its place",
] as const;

/** The first milestone that does not come after the one before it. */
function inOrder(output: string, awaited: readonly string[]): { readonly missing: string | undefined } {
  let at = 0;
  for (const milestone of awaited) {
    at = output.indexOf(milestone, at);
    if (at < 0) return { missing: milestone };
    at += milestone.length;
  }
  return { missing: undefined };
}
