import { mkdirSync } from "node:fs";
import test from "ava";
import type { AgentTool } from "../../src/host/builtin-tools.ts";
import { readJournal } from "../../src/journal/read-journal.ts";
import type { Yoi } from "../../src/open-yoi.ts";
import { enable, newWorkspace, notesWorkspace } from "../support/workspaces.ts";

const agent = { agent: "cli" };
const echo = (name: string, more: Partial<AgentTool> = {}): AgentTool => ({
  name,
  description: "Says what it was told.",
  inputSchema: { type: "object", properties: { text: { type: "string" } }, additionalProperties: false },
  run: async ({ text }) => String(text),
  ...more,
});
const answerOf = async (yoi: Yoi, name: string, input = {}) => yoi.tools.call(name, input, agent);

test("the agent's own tools come first, and no plugin's tool takes their names", async (t) => {
  const workspace = await notesWorkspace(t);
  const yoi = await workspace.open({ tools: [echo("read_note", { run: async () => "mine" })] });
  t.like(await answerOf(yoi, "read_note"), { content: "mine", origin: { kind: "builtin", plugin: "builtin:agent" } });
  t.deepEqual(
    yoi.state().unregistered.map(({ offer, why }) => [offer.id, why]),
    [["project:example.notes/read_note", "name-taken"]],
  );
  t.like(await answerOf(yoi, "outline", { path: "notes/today.md" }), { outcome: "performed" });
});

test("an alias gives a tool another name, and frees its own", async (t) => {
  const workspace = await notesWorkspace(t);
  workspace.configure('aliases = { read_note = "note" }');
  const yoi = await workspace.open({ tools: [echo("read_note")] });
  t.deepEqual(
    yoi.tools.list().map(({ name }) => name),
    ["note", "outline", "read_note"],
  );
  t.like(await answerOf(yoi, "note", { path: "notes/today.md" }), { origin: { plugin: "project:example.notes" } });
  workspace.write(".yoi/yoi.toml", workspace.read(".yoi/yoi.toml").replace('"note" }', '"another_note" }'));
  await yoi.reload();
  t.deepEqual(
    yoi.tools.list().map(({ name }) => name),
    ["another_note", "outline", "read_note"],
  );
});

test("a model is told a tool's name, description and schema, and nothing else", async (t) => {
  const yoi = await (await notesWorkspace(t)).open();
  for (const definition of yoi.tools.list()) {
    t.deepEqual(Object.keys(definition).sort(), ["description", "inputSchema", "name"]);
  }
});

test("input off a tool's schema is denied with its path, and the tool does not run", async (t) => {
  const workspace = await newWorkspace(t);
  let runs = 0;
  const yoi = await workspace.open({ tools: [echo("echo", { run: async () => String(++runs) })] });
  for (const input of [{ text: 1 }, { txt: "a" }, JSON.parse('{"__proto__":1}')]) {
    t.like(await answerOf(yoi, "echo", input), {
      outcome: "denied",
      summary: "the input does not fit the tool",
    });
  }
  t.is(runs, 0);
});

test("a denial tells the model nothing that an attacker could use", async (t) => {
  const workspace = await newWorkspace(t);
  workspace.write(
    ".yoi/policies/no.cedar",
    '@id("hush")\n@reason("because of the merger")\nforbid (principal, action == Yoi::Action::"tool.execute", resource);\n',
  );
  const yoi = await workspace.open({ tools: [echo("echo")] });
  const { callId: _call, decision, ...told } = await answerOf(yoi, "echo");
  t.regex(decision ?? "", /^[0-9A-Z]{26}$/);
  const origin = yoi.tools.history("cli").items()[0]?.origin;
  t.deepEqual(told, {
    name: "echo",
    outcome: "denied",
    summary: "denied by policy",
    content: "This call was not allowed. An operator can see why.",
    isError: true,
    ...(origin && { origin }),
  });
});

const badOutputs: readonly (readonly [title: string, run: AgentTool["run"], summary: RegExp])[] = [
  ["an error", () => Promise.reject(new Error("the password is hunter2")), /^the tool failed: guest-error$/],
  ["a summary that is too long", async () => ({ summary: "x".repeat(1_025) }), /^the tool failed: bad-output$/],
  ["an empty summary", async () => ({ summary: " " }), /^the tool failed: bad-output$/],
];
for (const [title, run, summary] of badOutputs) {
  test(`a tool of the agent's own that gives ${title} fails, and keeps its secrets`, async (t) => {
    const yoi = await (await newWorkspace(t)).open({ tools: [echo("echo", { run })] });
    const result = await answerOf(yoi, "echo");
    t.is(result.outcome, "failed");
    t.regex(result.summary, summary);
    t.notRegex(JSON.stringify(result), /hunter2/);
  });
}

test("every call has exactly one result, side by side, unknown, denied or failed", async (t) => {
  const workspace = await notesWorkspace(t);
  const yoi = await workspace.open({ tools: [echo("echo")] });
  const results = await Promise.all([
    answerOf(yoi, "echo", { text: "a" }),
    answerOf(yoi, "echo", { text: 1 }),
    answerOf(yoi, "nothing\u001b[31m"),
    ...Array.from({ length: 4 }, () => answerOf(yoi, "read_note", { path: "notes/today.md" })),
    answerOf(yoi, "read_note", { path: "notes/none.md" }),
  ]);
  t.deepEqual(
    results.map(({ outcome }) => outcome),
    ["performed", "denied", "unknown-tool", ...Array(5).fill("performed")],
  );
  t.is(results[2]?.summary, "no tool is named nothing\\u{1b}[31m");
  const items = yoi.tools.history("cli").items();
  for (const { callId } of results) {
    t.deepEqual(
      items.filter((item) => item.callId === callId).map(({ kind }) => kind),
      ["call", "result"],
    );
  }
  t.deepEqual(yoi.tools.history("somebody-else").items(), []);
});

test("a call that its caller gives up ends the guest and has its closing result", async (t) => {
  const workspace = await newWorkspace(t);
  await workspace.install("loops-forever");
  await enable(t, workspace, "example.loops-forever");
  const yoi = await workspace.open();
  const giveUp = new AbortController();
  const running = yoi.tools.call("spin", {}, { agent: "cli", signal: giveUp.signal });
  giveUp.abort();
  t.like(await running, { outcome: "failed", isError: true });
  t.is(yoi.tools.history("cli").items().at(-1)?.kind, "result");
});

test("a limit that the entry lowers is enforced, and one that it raises is not", async (t) => {
  const workspace = await newWorkspace(t);
  await workspace.install("loops-forever");
  await enable(t, workspace, "example.loops-forever");
  workspace.configure('limits = { guest_cpu = "200ms", tool_call = "10m" }');
  const yoi = await workspace.open();
  t.like(await answerOf(yoi, "spin"), { outcome: "failed", summary: "the tool failed: deadline" });
});

test("a plugin's configuration reaches its guest, and only when it fits its schema", async (t) => {
  const workspace = await newWorkspace(t);
  await workspace.install("greeter");
  await enable(t, workspace, "example.greeter");
  workspace.configure('config = { greeting = "Good morning", loud = true }');
  const yoi = await workspace.open();
  t.like(await answerOf(yoi, "greet", { name: "Ada" }), { content: "GOOD MORNING, ADA!" });
  workspace.write(".yoi/yoi.toml", workspace.read(".yoi/yoi.toml").replace("loud = true", 'loud = "yes"'));
  await yoi.reload();
  t.like(await answerOf(yoi, "greet", { name: "Ada" }), { outcome: "unknown-tool" });
});

// ATTACK: threats 35: what cannot be recorded is not done.
test("a journal that cannot be opened leaves no host to ask", async (t) => {
  const workspace = await newWorkspace(t);
  mkdirSync(workspace.places.journal);
  await t.throwsAsync(workspace.open(), { code: "YOI_JOURNAL_UNWRITABLE" });
});

test("every call of an agent, and what its guest asked, is on record under its id", async (t) => {
  const workspace = await notesWorkspace(t);
  const yoi = await workspace.open();
  const { callId } = await answerOf(yoi, "read_note", { path: "notes/today.md" });
  const reader = readJournal(workspace.places.journal);
  const found = reader.find(callId);
  t.deepEqual(found.kind === "found" && found.entries.map(({ entry }) => entry.stage), ["decided", "performed"]);
  t.deepEqual(
    reader.descendants(callId).map(({ entry }) => "action" in entry && [entry.stage, entry.action]),
    [
      ["decided", "fs.read"],
      ["performed", "fs.read"],
    ],
  );
});
