import { mkdirSync, readdirSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { resolveMounts } from "../../src/config/resolve-mounts.ts";
import { enable, jsonOf, weatherWorkspace } from "../support/workspaces.ts";

// ATTACK: threats 37, 44: the store assigns a source, and a workspace cannot claim another one for what it brings.
test("a package that a workspace keeps in its cache is not the user's, whatever its entry says", async (t) => {
  const workspace = await weatherWorkspace(t);
  await enable(t, workspace, "example.weather");
  t.is(readdirSync(join(workspace.folder, ".yoi/state/cache/packages")).length, 1);
  workspace.remove(".yoi/plugins/weather.yoi-plugin");
  workspace.write(".yoi/yoi.toml", workspace.read(".yoi/yoi.toml").replace("project:example", "user:example"));
  const { plugins } = jsonOf(await workspace.yoi("plugin", "list", "--json"));
  t.like(plugins, [{ plugin: "user:example.weather", status: "missing", pinned: false }]);
});

test("no entry can claim to be the agent's own program", async (t) => {
  const workspace = await weatherWorkspace(t);
  workspace.configure('[plugins."builtin:agent"]\nagents = ["cli"]\n');
  const { plugins } = jsonOf(await workspace.yoi("plugin", "list", "--json"));
  t.like(plugins, [{ plugin: "project:example.weather" }]);
  t.is((plugins as readonly unknown[]).length, 1);
});

// ATTACK: threats 45: `.yoi/policies` may be a link to where a mount lies.
test("no mount is, contains or lies in what a folder of Yoi's own is linked to", async (t) => {
  const { folder, places } = await weatherWorkspace(t);
  mkdirSync(join(folder, "notes"));
  renameSync(join(folder, ".yoi/policies"), join(folder, "notes/policies"));
  symlinkSync("../notes/policies", join(folder, ".yoi/policies"));
  const setting = { path: "notes", layer: "workspace", place: { file: "yoi.toml" } } as const;
  const { folders, findings } = await resolveMounts(new Map([["notes", setting]]), places);
  t.is(folders.size, 0);
  t.regex(findings.get("notes")?.message ?? "", /a folder of Yoi's own/);
});

// ATTACK: threats 38: a stranger's configuration must not hold up the command that looks at it.
test("more entries than a store can have packages are refused at once", async (t) => {
  const workspace = await weatherWorkspace(t);
  const entries = Array.from({ length: 4_000 }, (_, index) => `[plugins."user:p${index}"]`);
  workspace.configure(entries.join("\n"));
  const { stdout, code } = await workspace.yoi("plugin", "list");
  t.is(code, 1);
  t.regex(stdout, /more than 128 plugins/);
});

// ATTACK: threats 34: the page that an operator reads before trusting must not be repainted.
test("a version in an entry that no version can be is refused, and nothing of it is printed", async (t) => {
  const workspace = await weatherWorkspace(t);
  workspace.configure('[plugins."project:example.weather"]\nversion = "1\\u001b[2Kok"\n');
  const { stdout } = await workspace.yoi("plugin", "show", "example.weather");
  t.false(stdout.includes("\u001b"));
});
