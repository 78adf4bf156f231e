import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { readTrust } from "../../src/config/trust.ts";
import * as surface from "../../src/index.ts";
import { enable, newWorkspace, notesWorkspace } from "../support/workspaces.ts";

// ATTACK: threats 41: management within reach of whom it manages. Only files, and the operator's command line, decide.

test("an agent's program can list, call, ask why, look and reload, and nothing that decides", async (t) => {
  t.deepEqual(Object.keys(surface).sort(), ["YoiError", "openYoi"]);
  const yoi = await (await newWorkspace(t)).open();
  t.deepEqual(Object.keys(yoi).sort(), ["close", "explain", "reload", "state", "tools"]);
  t.deepEqual(Object.keys(yoi.tools).sort(), ["call", "history", "list"]);
});

test("a workspace offers the tools of its plugins and its agent, and none of Yoi's own", async (t) => {
  const workspace = await notesWorkspace(t);
  const run = async () => "mine";
  const tool = { name: "mine", description: "Mine.", inputSchema: { type: "object" }, run };
  const yoi = await workspace.open({ tools: [tool] });
  t.deepEqual(
    yoi.tools.list().map(({ name }) => name),
    ["mine", "outline", "read_note"],
  );
  for (const name of ["enable", "plugin.enable", "tool.register", "yoi", "grant", "trust", "reload"]) {
    t.like(await yoi.tools.call(name, {}, { agent: "cli" }), { outcome: "unknown-tool" });
  }
});

test("no start, list, call or reload pins, enables or trusts anything", async (t) => {
  const workspace = await newWorkspace(t);
  await workspace.install("notes");
  workspace.configure('[plugins."project:example.notes"]\nagents = ["cli"]\neffects = ["read"]\n');
  const before = workspace.read(".yoi/yoi.toml");
  workspace.remove(workspace.places.trustFile);
  const yoi = await workspace.open();
  await yoi.reload();
  await yoi.tools.call("read_note", { path: "notes/today.md" }, { agent: "cli" });
  for (const words of [
    ["plugin", "list"],
    ["plugin", "show", "example.notes"],
    ["tool", "list"],
    ["policy", "check"],
  ]) {
    await workspace.yoi(...words);
  }
  t.is((await workspace.yoi("tool", "call", "read_note", '{"path":"notes/today.md"}')).code, 3);
  t.is(workspace.read(".yoi/yoi.toml"), before);
  t.false((await readTrust(workspace.places)).trusted);
});

// ATTACK: threats 24, 26, 27, 45: whatever a guest asks for, `.yoi` and what lies outside answer like what is not there.
test("no path of a guest leads to `.yoi` or out of its mount, and a denial is the same for what is and is not", async (t) => {
  const workspace = await newWorkspace(t);
  await workspace.install("climbs-out");
  workspace.write("notes/in.md", "inside");
  workspace.write("secret.md", "outside");
  workspace.configure('[mounts.notes]\npath = "notes"\n');
  await enable(t, workspace, "example.climbs-out");
  workspace.write(
    ".yoi/policies/reads.cedar",
    'permit (principal, action == Yoi::Action::"fs.read", resource);\nforbid (principal, action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes/private");\n',
  );
  workspace.write("notes/private/there.md", "diary");
  const yoi = await workspace.open();
  const answer = async (path: string) => {
    const { content = "" } = await yoi.tools.call("read", { path }, { agent: "cli" });
    return JSON.parse(content) as { readonly answer: string; readonly message?: string };
  };
  t.is((await answer("notes/in.md")).answer, "read");
  const outside = ["notes/../secret.md", "notes/..\\secret.md", "/etc/passwd", "../x", ".yoi/yoi.toml", "yoi/yoi.toml"];
  for (const path of [...outside, "notes/./in.md", "notes//in.md", "NOTES/in.md", "other/in.md"]) {
    t.regex((await answer(path)).answer, /^(denied|invalid)$/, path);
  }
  const worded = async (path: string) => JSON.stringify(await answer(path)).replace(/[0-9A-Z]{26}/, "ID");
  t.is(await worded("notes/private/there.md"), (await worded("notes/private/none.md")).replace("none", "there"));
});

test("the shipped policies permit nothing but the connection of a request that is allowed", (t) => {
  const text = readFileSync(join(import.meta.dirname, "../../policies/invariants.cedar"), "utf8");
  t.deepEqual(text.match(/^permit[\s\S]*?;$/gm), [
    `permit (
  principal,
  action == Yoi::Action::"network.connect",
  resource
)
when { context.behalf == "https.request" };`,
  ]);
});
