import { DatabaseSync } from "node:sqlite";
import test from "ava";
import { readsOfNotes, weatherWorkspace } from "../support/workspaces.ts";

// ATTACK: threats 34, 35: what is kept beside the chain must not pass for what was in force.
test("policies that were altered in the journal are not shown as the ones of then", async (t) => {
  const workspace = await weatherWorkspace(t);
  const denied = await workspace.yoi("tool", "call", "get_weather", '{"city":"Oslo"}');
  const decision = /explain ([0-9A-Z]{26})/.exec(denied.stderr)?.[1] ?? "";
  t.is((await workspace.yoi("plugin", "explain", decision)).code, 0);
  workspace.write(".yoi/policies/more.cedar", readsOfNotes);
  t.is((await workspace.yoi("plugin", "explain", decision)).code, 0);
  const db = new DatabaseSync(workspace.places.journal);
  db.exec("UPDATE policy_sets SET sources = replace(sources, 'unless { context.plugin.pinned }', '')");
  db.close();
  const { code, stdout, stderr } = await workspace.yoi("plugin", "explain", decision);
  t.is(code, 1);
  t.is(stdout, "");
  t.regex(stderr, /are not\s+the ones that were in force/);
});
