import test from "ava";
import type { ToolOutput } from "../../src/calls/powers.ts";
import { YoiError } from "../../src/errors/yoi-error.ts";
import type { GuestAnswer } from "../../src/sandbox/sandbox.ts";
import { callGuest } from "../support/call-guest.ts";
import { fileOf } from "../support/sandboxes.ts";
import { sharedPool } from "../support/shared-pool.ts";

const pool = sharedPool();
const markdown = "# Today\ntext\n## Morning\n### Tea\n";

test.serial("a tool's text is its content, and its first line the summary", async (t) => {
  const { output, asked } = await callGuest(
    pool,
    "notes",
    "read_note",
    { path: "notes/today.md" },
    { answer: fileOf(markdown) },
  );
  t.deepEqual(output, { summary: "# Today", content: markdown, isError: false });
  t.deepEqual(asked, [{ kind: "fs.read", path: "notes/today.md" }]);
});

test.serial("a tool's JSON is its content", async (t) => {
  const { output } = await callGuest(
    pool,
    "notes",
    "outline",
    { path: "notes/today.md", depth: 2 },
    { answer: fileOf(markdown) },
  );
  t.deepEqual("content" in output && JSON.parse(output.content ?? ""), [
    { line: 1, level: 1, title: "Today" },
    { line: 3, level: 2, title: "Morning" },
  ]);
});

test.serial("a host error that a tool catches is told apart by its tag", async (t) => {
  const answer: GuestAnswer = { ok: false, error: { tag: "not-found" } };
  const { output } = await callGuest(pool, "notes", "read_note", { path: "notes/x.md" }, { answer });
  t.deepEqual(output, { summary: "there is no note `notes/x.md`", isError: true });
});

test.serial("a host error that nobody catches is the tool's error, with the decision to ask about", async (t) => {
  const answer: GuestAnswer = { ok: false, error: { tag: "denied", val: "01JDQ5T8C3M0V9W7QK2D7Q5T8X" } };
  const { output, log } = await callGuest(pool, "notes", "outline", { path: "notes/x.md" }, { answer });
  const summary = "cannot read `notes/x.md`: denied by policy (decision 01JDQ5T8C3M0V9W7QK2D7Q5T8X)";
  t.deepEqual(output, { summary, isError: true });
  t.deepEqual(log, []);
});

test.serial("a file that is not text ends the call with an error that its author can read", async (t) => {
  const answer: GuestAnswer = { ok: true, value: { kind: "bytes", bytes: Uint8Array.of(0xc0, 0x80) } };
  const { output, log } = await callGuest(pool, "notes", "read_note", { path: "notes/x.bin" }, { answer });
  t.is(failureOf(output), "trap");
  t.regex(log[0] ?? "", /^error: uncaught in `read_note`: TypeError: the bytes are not UTF-8 text\n/);
});

test.serial("config is typed JSON, and null where nothing is configured", async (t) => {
  const configured = await callGuest(
    pool,
    "greeter",
    "greet",
    { name: "Ada" },
    { config: '{"greeting":"Hei","loud":true}' },
  );
  t.like(configured.output, { summary: "HEI, ADA!" });
  const bare = await callGuest(pool, "greeter", "greet", { name: "Ada" }, { config: "null" });
  t.like(bare.output, { summary: "Hello, Ada!" });
});

test.serial("console goes to the plugin's log, unasked for and without an import", async (t) => {
  const { log } = await callGuest(pool, "greeter", "greet", { name: "Ada" }, {});
  t.deepEqual(log, ['info: greeting {name: "Ada", loud: false}']);
});

test.serial("an error that nobody catches is a trap, with message, cause and stack in the log", async (t) => {
  const { output, log } = await callGuest(pool, "throws", "throw_error", {}, {});
  t.is(failureOf(output), "trap");
  const [line = ""] = log;
  t.regex(line, /^error: uncaught in `throw_error`: TypeError: the note has no title\n {4}at failDeepInside /);
  t.regex(line, /\ncaused by RangeError: line 7\n/);
});

for (const tool of ["throw_text", "reject"]) {
  test.serial(`a tool that fails by ${tool} is a trap and not an answer`, async (t) => {
    const { output, log } = await callGuest(pool, "throws", tool, {}, {});
    t.is(failureOf(output), "trap");
    t.regex(log[0] ?? "", new RegExp(`^error: uncaught in \`${tool}\`: `));
  });
}

test.serial("recursion without end is a trap and not an answer", async (t) => {
  const { output } = await callGuest(pool, "throws", "overflow", {}, {});
  t.is(failureOf(output), "trap");
});

test.serial("a tool that the plugin has not is an error for the agent, and inherited names are no tools", async (t) => {
  for (const tool of ["nothing", "toString", "__proto__", "constructor"]) {
    const { output } = await callGuest(pool, "throws", tool, {}, {});
    t.is(failureOf(output), "guest-error");
  }
});

function failureOf(output: ToolOutput | YoiError): string | undefined {
  return YoiError.is(output, "YOI_PLUGIN_FAILED") ? output.details.why : undefined;
}
