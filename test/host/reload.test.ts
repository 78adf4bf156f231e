import { DatabaseSync } from "node:sqlite";
import test, { type ExecutionContext } from "ava";
import type { Yoi } from "../../src/open-yoi.ts";
import { enable, newWorkspace, notesWorkspace, type TestWorkspace, weatherWorkspace } from "../support/workspaces.ts";

const agent = { agent: "cli" };
const read = (yoi: Yoi, path = "notes/today.md") => yoi.tools.call("read_note", { path }, agent);
const names = (yoi: Yoi) => yoi.tools.list().map(({ name }) => name);

// ATTACK: threats 14: a bad file is never a smaller set.
test("a bad policy file leaves the last good set in force, says so, and is over when it is mended", async (t) => {
  const workspace = await notesWorkspace(t);
  const yoi = await workspace.open();
  const { digest } = inForce(yoi);
  t.like(await read(yoi), { outcome: "performed", isError: false });

  workspace.write(".yoi/policies/bad.cedar", "forbid (principal, action, resource) when { context.nonsense };");
  workspace.write(".yoi/policies/notes.cedar", "forbid (principal, action, resource);");
  const state = await yoi.reload();
  t.is(state.problem?.code, "YOI_POLICY_INVALID");
  t.is(inForce(yoi).digest, digest);
  t.like(await read(yoi), { outcome: "performed", isError: false });

  workspace.remove(".yoi/policies/bad.cedar");
  t.is((await yoi.reload()).problem, undefined);
  t.like(await read(yoi), { outcome: "unknown-tool" });
});

test("a start without a good set denies everything as an engine's error, until there is one", async (t) => {
  const workspace = await weatherEnabled(t);
  workspace.write(".yoi/policies/bad.cedar", "nonsense");
  const yoi = await workspace.open();
  t.is(yoi.state().problem?.code, "YOI_POLICY_INVALID");
  t.deepEqual(names(yoi), []);
  t.true(yoi.state().unregistered.every(({ why }) => why === "denied"));
  workspace.remove(".yoi/policies/bad.cedar");
  await yoi.reload();
  t.deepEqual(names(yoi), ["get_weather"]);
});

// ATTACK: threats 19: what was allowed once is asked again.
const revocations: readonly (readonly [title: string, revoke: (workspace: TestWorkspace) => unknown])[] = [
  ["disabling", ({ yoi }) => yoi("plugin", "disable", "example.weather")],
  [
    "another version in the entry",
    ({ read: text, write }) =>
      write(".yoi/yoi.toml", text(".yoi/yoi.toml").replace('version = "0.1.0"', 'version = "0.1.1"')),
  ],
  ["the end of trust", ({ remove, places }) => remove(places.trustFile)],
];
for (const [title, revoke] of revocations) {
  test(`${title} takes effect even while policies are broken`, async (t) => {
    const workspace = await weatherEnabled(t);
    const yoi = await workspace.open();
    t.deepEqual(names(yoi), ["get_weather"]);
    await revoke(workspace);
    workspace.write(".yoi/policies/bad.cedar", "nonsense");
    await yoi.reload();
    t.deepEqual(names(yoi), []);
    t.like(await yoi.tools.call("get_weather", { city: "Oslo" }, agent), { outcome: "unknown-tool" });
  });
}

test("a configuration that is not valid enables nothing", async (t) => {
  const workspace = await weatherEnabled(t);
  const yoi = await workspace.open();
  workspace.write(".yoi/yoi.toml", `zoen = 1\n${workspace.read(".yoi/yoi.toml")}`);
  const { problem } = await yoi.reload();
  t.is(problem?.code, "YOI_CONFIG_INVALID");
  t.deepEqual(names(yoi), []);
});

test("a change of the files takes effect without anybody asking for it", async (t) => {
  const workspace = await weatherEnabled(t);
  workspace.write(".yoi/policies/deep/er/none.cedar", "");
  const yoi = await workspace.open({ watch: true });
  t.deepEqual(names(yoi), ["get_weather"]);
  workspace.write(
    ".yoi/policies/deep/er/none.cedar",
    'forbid (principal, action, resource == Yoi::Tool::"project:example.weather/get_weather");\n',
  );
  await until(() => names(yoi).length === 0);
  workspace.remove(".yoi/policies/deep/er");
  await until(() => names(yoi).length === 1);
  await workspace.yoi("plugin", "disable", "example.weather");
  await until(() => names(yoi).length === 0);
  t.pass();
});

test("a change that comes while the journal cannot be written takes effect when it can", async (t) => {
  const workspace = await weatherEnabled(t);
  const yoi = await workspace.open({ watch: true });
  const other = new DatabaseSync(workspace.places.journal);
  other.exec("BEGIN IMMEDIATE");
  workspace.write(".yoi/policies/nothing.cedar", "forbid (principal, action, resource);\n");
  await t.throwsAsync(yoi.reload(), { code: "YOI_JOURNAL_UNWRITABLE" });
  other.exec("ROLLBACK");
  other.close();
  await until(() => names(yoi).length === 0);
  t.pass();
});

test("a revocation reaches a call that runs: its signal fires, and it ends as a failure", async (t) => {
  const workspace = await newWorkspace(t);
  const running = Promise.withResolvers<void>();
  const yoi = await workspace.open({
    tools: [
      {
        name: "wait",
        description: "Waits until it is told to stop.",
        inputSchema: { type: "object" },
        run: (_input, { signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener("abort", () => reject(signal.reason));
            running.resolve();
          }),
      },
    ],
  });
  const result = yoi.tools.call("wait", {}, agent);
  await running.promise;
  workspace.write(".yoi/policies/stop.cedar", 'forbid (principal, action == Yoi::Action::"tool.execute", resource);\n');
  await yoi.reload();
  t.like(await result, { outcome: "failed", isError: true });
  t.is(yoi.tools.history("cli").items().length, 2);
  t.like(await yoi.tools.call("wait", {}, agent), { outcome: "denied" });
});

test("a package that is swapped while the host runs changes nothing that is pinned", async (t) => {
  const workspace = await notesWorkspace(t);
  await workspace.install("greeter");
  await enable(t, workspace, "example.greeter");
  const yoi = await workspace.open();
  t.deepEqual(names(yoi), ["greet", "outline", "read_note"]);
  workspace.remove(".yoi/plugins");
  await yoi.reload();
  t.deepEqual(names(yoi), ["greet", "outline", "read_note"]);
  t.like(await yoi.tools.call("greet", { name: "Ada" }, agent), { content: "Hello, Ada!" });
});

async function weatherEnabled(t: ExecutionContext): Promise<TestWorkspace> {
  const workspace = await weatherWorkspace(t);
  workspace.write("cache/x", "");
  workspace.configure('[mounts.cache]\npath = "cache"\n');
  await enable(t, workspace, "example.weather");
  return workspace;
}

function inForce(yoi: Yoi): { readonly digest: string } {
  return { digest: JSON.stringify(yoi.state().sources?.policies.map(({ text }) => text)) };
}

/** Asks again until it holds; a test that waits for ever is ended by its own time. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}
