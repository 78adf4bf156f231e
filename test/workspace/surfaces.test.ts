import test from "ava";
import { enable, jsonOf, weatherWorkspace } from "../support/workspaces.ts";

async function stateOf(workspace: Awaited<ReturnType<typeof weatherWorkspace>>) {
  const shown = jsonOf(await workspace.yoi("plugin", "show", "example.weather", "--json"));
  return shown["plugin"] as { readonly status: string; readonly diagnostics: readonly object[] };
}

test("a plugin that is enabled without its tools offers none", async (t) => {
  const workspace = await weatherWorkspace(t);
  await enable(t, workspace, "example.weather");
  workspace.configure("surfaces = []\n");
  t.is((await stateOf(workspace)).status, "rejected");
  const { tools } = jsonOf(await workspace.yoi("tool", "list", "--json"));
  t.deepEqual(tools, []);
  const denied = await workspace.yoi("plugin", "explain", "cli", "tool.execute", "example.weather/get_weather");
  t.regex(denied.stdout, /undeclared/);
});

test("a surface that the manifest does not declare is told, and the others count", async (t) => {
  const workspace = await weatherWorkspace(t);
  await enable(t, workspace, "example.weather");
  workspace.configure('surfaces = ["tools", "services"]\n');
  const state = await stateOf(workspace);
  t.is(state.status, "partial");
  t.regex(JSON.stringify(state.diagnostics), /undeclared-surface.*the entry enables `services`/);
});

test("an entry that does not say its source is ambiguous, enables nothing, and stops no other", async (t) => {
  const workspace = await weatherWorkspace(t);
  await enable(t, workspace, "example.weather");
  workspace.configure('[plugins."example.other"]\nversion = "1.0.0"\n');
  const { stdout, code } = await workspace.yoi("plugin", "list");
  t.is(code, 0);
  t.regex(stdout, /`example\.other` is no source-qualified id/);
  t.regex(stdout, /\[plugins\."project:example\.other"\]/);
  t.true(["active", "partial"].includes((await stateOf(workspace)).status));
});
