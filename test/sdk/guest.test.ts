import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import type { JsonObject } from "../../src/calls/json.ts";
import { limits } from "../../src/calls/limits.ts";
import type { ToolOutput } from "../../src/calls/powers.ts";
import { YoiError } from "../../src/errors/yoi-error.ts";
import type { GuestAnswer, SandboxPool } from "../../src/sandbox/sandbox.ts";
import { createSandboxPool } from "../../src/sandbox/sandbox-pool.ts";
import { buildGuest } from "../support/build-guest.ts";

let folder: string;
let pool: SandboxPool;

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), "yoi-test-"));
  pool = createSandboxPool({ cacheFolder: folder });
});

test.after.always(async () => {
  await pool.close();
  await rm(folder, { recursive: true, force: true });
});

const markdown = "# Today\ntext\n## Morning\n### Tea\n";

test.serial("a tool's text is its content, and its first line the summary", async (t) => {
  const { output, asked } = await callGuest(
    "notes",
    "read_note",
    { path: "notes/today.md" },
    { answer: file(markdown) },
  );
  t.deepEqual(output, { summary: "# Today", content: markdown, isError: false });
  t.deepEqual(asked, ["notes/today.md"]);
});

test.serial("a tool's JSON is its content", async (t) => {
  const { output } = await callGuest(
    "notes",
    "outline",
    { path: "notes/today.md", depth: 2 },
    { answer: file(markdown) },
  );
  t.deepEqual("content" in output && JSON.parse(output.content ?? ""), [
    { line: 1, level: 1, title: "Today" },
    { line: 3, level: 2, title: "Morning" },
  ]);
});

test.serial("a host error that a tool catches is told apart by its tag", async (t) => {
  const answer: GuestAnswer = { ok: false, error: { tag: "not-found" } };
  const { output } = await callGuest("notes", "read_note", { path: "notes/x.md" }, { answer });
  t.deepEqual(output, { summary: "there is no note `notes/x.md`", isError: true });
});

test.serial("a host error that nobody catches is the tool's error, with the decision to ask about", async (t) => {
  const answer: GuestAnswer = { ok: false, error: { tag: "denied", val: "01JDQ5T8C3M0V9W7QK2D7Q5T8X" } };
  const { output, log } = await callGuest("notes", "outline", { path: "notes/x.md" }, { answer });
  const summary = "cannot read `notes/x.md`: denied by policy (decision 01JDQ5T8C3M0V9W7QK2D7Q5T8X)";
  t.deepEqual(output, { summary, isError: true });
  t.deepEqual(log, []);
});

test.serial("a file that is not text ends the call with an error that its author can read", async (t) => {
  const answer: GuestAnswer = { ok: true, bytes: Uint8Array.of(0xc0, 0x80) };
  const { output, log } = await callGuest("notes", "read_note", { path: "notes/x.bin" }, { answer });
  t.is(failureOf(output), "trap");
  t.regex(log[0] ?? "", /^error uncaught in `read_note`: TypeError: the bytes are not UTF-8 text\n/);
});

test.serial("config is typed JSON, and null where nothing is configured", async (t) => {
  const configured = await callGuest("greeter", "greet", { name: "Ada" }, { config: '{"greeting":"Hei","loud":true}' });
  t.like(configured.output, { summary: "HEI, ADA!" });
  const bare = await callGuest("greeter", "greet", { name: "Ada" }, { config: "null" });
  t.like(bare.output, { summary: "Hello, Ada!" });
});

test.serial("console goes to the plugin's log, unasked for and without an import", async (t) => {
  const { log } = await callGuest("greeter", "greet", { name: "Ada" }, {});
  t.deepEqual(log, ['info greeting {name: "Ada", loud: false}']);
});

test.serial("an error that nobody catches is a trap, with message, cause and stack in the log", async (t) => {
  const { output, log } = await callGuest("throws", "throw_error", {}, {});
  t.is(failureOf(output), "trap");
  const [line = ""] = log;
  t.regex(line, /^error uncaught in `throw_error`: TypeError: the note has no title\n {4}at failDeepInside /);
  t.regex(line, /\ncaused by RangeError: line 7\n/);
});

for (const tool of ["throw_text", "reject"]) {
  test.serial(`a tool that fails by ${tool} is a trap and not an answer`, async (t) => {
    const { output, log } = await callGuest("throws", tool, {}, {});
    t.is(failureOf(output), "trap");
    t.regex(log[0] ?? "", new RegExp(`^error uncaught in \`${tool}\`: `));
  });
}

test.serial("recursion without end is a trap and not an answer", async (t) => {
  const { output } = await callGuest("throws", "overflow", {}, {});
  t.is(failureOf(output), "trap");
});

test.serial("a tool that the plugin has not is an error for the agent, and inherited names are no tools", async (t) => {
  for (const tool of ["nothing", "toString", "__proto__", "constructor"]) {
    const { output } = await callGuest("throws", tool, {}, {});
    t.is(failureOf(output), "guest-error");
  }
});

interface Said {
  readonly output: ToolOutput | YoiError;
  readonly log: readonly string[];
  readonly asked: readonly string[];
}

async function callGuest(
  name: string,
  tool: string,
  input: JsonObject,
  { answer = file(""), config = "null" }: { readonly answer?: GuestAnswer; readonly config?: string },
): Promise<Said> {
  const { componentPath } = await buildGuest(name);
  const bytes = await readFile(componentPath);
  const log: string[] = [];
  const asked: string[] = [];
  const component = {
    plugin: `project:example.${name}`,
    digest: await digestOf(bytes),
    bytes,
    config,
    limits,
  } as const;
  const host = {
    ask: async ({ path }: { readonly path: string }) => {
      asked.push(path);
      return answer;
    },
    log: (level: string, text: string) => void log.push(`${level} ${text}`),
  };
  const { signal } = new AbortController();
  const request = { tool, input: JSON.stringify(input), timeoutMs: limits.toolCallMs, signal, host };
  const output = await pool.call(component, request).catch((error: unknown) => {
    if (YoiError.is(error, "YOI_PLUGIN_FAILED")) return error;
    throw error;
  });
  return { output, log, asked };
}

async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return `sha256:${Buffer.from(await crypto.subtle.digest("SHA-256", bytes)).toString("hex")}`;
}

function failureOf(output: ToolOutput | YoiError): string | undefined {
  return YoiError.is(output, "YOI_PLUGIN_FAILED") ? output.details.why : undefined;
}

function file(text: string): GuestAnswer {
  return { ok: true, bytes: new TextEncoder().encode(text) };
}
