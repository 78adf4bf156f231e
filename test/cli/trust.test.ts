import { chownSync, renameSync, rmSync } from "node:fs";
import test, { type ExecutionContext } from "ava";
import { readTrust, recordTrust } from "../../src/config/trust.ts";
import {
  enable,
  jsonOf,
  newWorkspace,
  notesWorkspace,
  readsOfNotes,
  type TestWorkspace,
} from "../support/workspaces.ts";

const call = ({ yoi }: TestWorkspace) => yoi("tool", "call", "read_note", '{"path":"notes/today.md"}');

/** A workspace that came from somebody else: nobody here has said `yoi trust`. */
async function cloned(t: ExecutionContext): Promise<TestWorkspace> {
  const workspace = await notesWorkspace(t);
  t.is((await call(workspace)).code, 0);
  rmSync(workspace.places.trustFile);
  return workspace;
}

// ATTACK: threats 44: a clone that brings policies, grants, pins and the package itself.
test("a cloned workspace is inventory: every call is denied, and it says why", async (t) => {
  const workspace = await cloned(t);
  const denied = await call(workspace);
  t.is(denied.code, 3);
  t.regex(denied.stderr, /\(untrusted-workspace\)\n {2}do {3}yoi trust$/m);
  t.regex((await workspace.yoi("plugin", "list")).stdout, /^! not trusted: nobody has said `yoi trust`/m);
  const explained = await workspace.yoi("plugin", "explain", "example.notes", "fs.read", "notes/today.md", "read_note");
  t.regex(explained.stdout, /\(untrusted-workspace\)/);
  t.regex((await workspace.yoi("tool", "list")).stdout, /✗ {2}read_note {2}not registered: untrusted-workspace/);

  t.is((await workspace.yoi("trust")).code, 0);
  t.is((await call(workspace)).code, 0);
});

test("policies of a workspace that is not trusted are not even parsed", async (t) => {
  const workspace = await cloned(t);
  workspace.write(".yoi/policies/bad.cedar", "this is no policy");
  workspace.write(".yoi/policies/entities.json", "neither is this");
  const check = jsonOf(await workspace.yoi("policy", "check", "--json"));
  t.like(check, { valid: true, trusted: false, findings: [] });
  t.notRegex((await workspace.yoi("policy", "show")).stdout, /notes-read|Grants/);
  t.is((await workspace.yoi("trust")).code, 0);
  t.is((await workspace.yoi("policy", "check")).code, 1, "once they count, they are read");
});

test("an exact trust ends with any change, and shows what it was", async (t) => {
  const workspace = await cloned(t);
  t.regex((await workspace.yoi("trust", "--exact")).stdout, /^Trusted as it is now/m);
  t.is((await call(workspace)).code, 0);
  const kept = workspace.read(".yoi/policies/notes.cedar");

  const changes: readonly (readonly [change: () => void, file: string, how: string])[] = [
    [() => workspace.write(".yoi/policies/notes.cedar", `${kept}\n`), ".yoi/policies/notes.cedar", "changed"],
    [() => workspace.write(".yoi/policies/deep/new.cedar", ""), ".yoi/policies/deep/new.cedar", "added"],
    [() => workspace.write(".yoi/policies/entities.json", "[]"), ".yoi/policies/entities.json", "added"],
    [() => workspace.write(".yoi/yoi.local.toml", 'zone = "UTC"\n'), ".yoi/yoi.local.toml", "added"],
    [() => workspace.remove(".yoi/policies/deep/new.cedar"), ".yoi/policies/deep/new.cedar", "removed"],
    [() => workspace.configure("# a comment\n"), ".yoi/yoi.toml", "changed"],
  ];
  for (const [change, file, how] of changes) {
    change();
    const denied = await workspace.yoi("plugin", "explain", "host", "plugin.prepare", "example.notes", "--json");
    t.like(jsonOf(denied), { explanation: { answer: "deny", cause: "untrusted-workspace" } }, file);
    const asked = await workspace.yoi("trust", "--exact");
    t.regex(asked.stdout, new RegExp(`^ {2}${how} +${file.replaceAll(".", "\\.")}$`, "m"));
  }
  t.is((await call(workspace)).code, 0);
});

test("an exact trust holds for compiled policies too, and ends with another one", async (t) => {
  const workspace = await newWorkspace(t);
  workspace.write(".yoi/policies/team.wasm", Uint8Array.of(0, 0x61, 0x73, 0x6d, 0xff));
  await workspace.yoi("trust", "--exact");
  t.deepEqual(await readTrust(workspace.places), { trusted: true, exact: true });
  workspace.write(".yoi/policies/team.wasm", Uint8Array.of(0, 0x61, 0x73, 0x6d, 0xfe));
  t.like(await readTrust(workspace.places), { trusted: false });
});

test("a trust that was exact stays so until it is said to be of any", async (t) => {
  const workspace = await newWorkspace(t);
  await workspace.yoi("trust", "--exact");
  workspace.write(".yoi/policies/more.cedar", "");
  t.regex((await workspace.yoi("trust")).stdout, /^Trusted as it is now: .* `--any` ends that\.$/m);
  t.deepEqual(await readTrust(workspace.places), { trusted: true, exact: true });
  t.is((await workspace.yoi("trust", "--any", "--exact")).code, 2);
  t.regex((await workspace.yoi("trust", "--any")).stdout, /^Trusted: its policies/m);
  t.deepEqual(await readTrust(workspace.places), { trusted: true, exact: false });
});

test("trust is of one folder: another one, and the same one elsewhere, is not trusted", async (t) => {
  const workspace = await newWorkspace(t);
  renameSync(workspace.folder, `${workspace.folder}-moved`);
  const moved = await workspace.yoi("plugin", "list", "--workspace", `${workspace.folder}-moved`, "--json");
  t.false(jsonOf(moved)["trusted"]);
});

test("a record of trust that cannot be understood trusts nothing", async (t) => {
  const workspace = await newWorkspace(t);
  for (const text of [
    "",
    "{",
    '{"version":2,"workspaces":{}}',
    `{"version":1,"workspaces":{"${workspace.folder}":{}}}`,
  ]) {
    workspace.write(workspace.places.trustFile, text);
    t.false(jsonOf(await workspace.yoi("plugin", "list", "--json"))["trusted"], text);
  }
});

// ATTACK: threats 44: who owns `.yoi` can change it after any trust.
test("a `.yoi` of another user is refused, trusted or not", async (t) => {
  const { places } = await newWorkspace(t);
  t.true((await readTrust(places)).trusted);
  const foreign = { ...places, dotYoi: foreignFolder(places.dotYoi) };
  t.like(await readTrust(foreign), { trusted: false, because: "`.yoi` belongs to another user" });
  await t.throwsAsync(recordTrust(foreign, { exact: false, at: new Date() }), {
    message: "`.yoi` belongs to another user",
  });
});

/** A folder of somebody else's: root gives this one away, and everybody else has one of root's. */
function foreignFolder(own: string): string {
  if (process.getuid?.() !== 0) return "/etc";
  chownSync(own, 65_534, 65_534);
  return own;
}

test("a forbid of the user's own stands, whatever a trusted workspace permits", async (t) => {
  const workspace = await notesWorkspace(t);
  workspace.write(
    `${workspace.places.userPolicies}/mine.cedar`,
    '@id("no-notes")\n@reason("not on this machine")\nforbid (principal, action == Yoi::Action::"tool.execute", resource);\n',
  );
  workspace.write(".yoi/policies/all.cedar", "permit (principal, action, resource);\n");
  const denied = await call(workspace);
  t.is(denied.code, 3);
  const explained = await workspace.yoi(
    "plugin",
    "explain",
    "cli",
    "tool.execute",
    "example.notes/read_note",
    '{"path":"notes/a"}',
  );
  t.regex(explained.stdout, /forbid no-notes, which applies +~\/\.config\/yoi\/policies\/mine\.cedar:1:1/);
});

test("a workspace cannot mount, enable or grant for a folder that is not its own", async (t) => {
  const workspace = await newWorkspace(t);
  await workspace.install("notes");
  workspace.configure(`[mounts.notes]\npath = "${workspace.home}"\n`);
  workspace.write(`${workspace.home}/diary.md`, "secret");
  await enable(t, workspace, "example.notes");
  workspace.write(".yoi/policies/notes.cedar", readsOfNotes);
  const denied = await workspace.yoi("tool", "call", "read_note", '{"path":"notes/diary.md"}');
  t.is(denied.code, 4);
  t.notRegex(denied.stdout + denied.stderr, /secret|home/);
  t.regex(
    (await workspace.yoi("plugin", "show", "example.notes")).stdout,
    /mount `notes` lies outside of the workspace/,
  );
});
