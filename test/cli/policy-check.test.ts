import test from "ava";
import { enable, weatherWorkspace } from "../support/workspaces.ts";

test("a policy check has findings in entries and mounts too, and says so by its exit code", async (t) => {
  const workspace = await weatherWorkspace(t);
  workspace.write("notes/sub/x.md", "x");
  t.is((await workspace.yoi("policy", "check")).code, 0);
  workspace.configure('[mounts.notes]\npath = "notes"\n[mounts.sub]\npath = "notes/sub"\n');
  const overlapping = await workspace.yoi("policy", "check");
  t.is(overlapping.code, 1);
  t.regex(overlapping.stdout, /yoi\.toml:\d+:\d+ {2}mount `sub` overlaps mount `notes`/);
  workspace.write(".yoi/yoi.toml", "");
  await enable(t, workspace, "example.weather");
  workspace.configure('efects = ["read"]\n');
  const misspelt = await workspace.yoi("policy", "check");
  t.is(misspelt.code, 1);
  t.regex(misspelt.stdout, /unknown key `efects`/);
});
