import test from "ava";
import { jsonOf, newWorkspace, readsOfNotes } from "../support/workspaces.ts";

// The path of one plugin from a file that does nothing to a call that works, and back.
test("a package does nothing until it is enabled, nothing that policy did not allow, and nothing after", async (t) => {
  const workspace = await newWorkspace(t);
  const { yoi } = workspace;
  await workspace.install("notes");
  workspace.write("notes/today.md", "# Today\n");
  workspace.write("notes/private/diary.md", "# Secret\n");
  workspace.configure('[mounts.notes]\npath = "notes"\n');
  const call = (path: string) => yoi("tool", "call", "read_note", JSON.stringify({ path }));

  t.regex((await yoi("plugin", "list")).stdout, /^disabled {2}project:example\.notes {2}0\.1\.0 /m);
  const early = await call("notes/today.md");
  t.is(early.code, 3);
  t.regex(early.stderr, /a package does nothing until an operator enables it \(not-enabled\)/);

  const enabled = await yoi("plugin", "enable", "example.notes", "--yes");
  t.is(enabled.code, 0, enabled.stderr);
  t.regex(enabled.stdout, /files: read in notes\/\n {4}"Reads the notes that are asked for\."/);
  const shown = await yoi("plugin", "show", "example.notes");
  t.regex(shown.stdout, /denied +read files of notes\/ +\(no-permit\)/);
  t.regex(shown.stdout, /holds +yes/);

  const unpermitted = await call("notes/today.md");
  t.is(unpermitted.code, 4, "the call is allowed, and what it asks for is not");
  t.regex(unpermitted.stderr, /denied by policy \(decision\s+[0-9A-Z]{26}\)/);

  workspace.write(
    ".yoi/policies/notes.cedar",
    `${readsOfNotes}
@id("no-diary")
@reason("a diary is nobody's business")
forbid (principal, action in Yoi::Action::"files", resource in Yoi::Path::"notes/private");
`,
  );
  const allowed = await call("notes/today.md");
  t.is(allowed.code, 0, allowed.stderr);
  t.is(allowed.stdout, "# Today\n");

  // ATTACK: threats 34: the guest learns a decision's id, and nothing of the policy, the reason or the file.
  const denied = await call("notes/private/diary.md");
  t.is(denied.code, 4);
  t.notRegex(denied.stdout + denied.stderr, /no-diary|nobody's business|forbid|Secret/);
  const decision = /decision\s+([0-9A-Z]{26})/.exec(denied.stderr)?.[1] ?? "";

  const recorded = await yoi("plugin", "explain", decision.slice(-8));
  t.is(recorded.code, 0, recorded.stderr);
  t.regex(recorded.stdout, /^DENIED {3}project:example\.notes → fs\.read notes\/private\/diary\.md$/m);
  t.regex(recorded.stdout, /forbid no-diary, which applies +\.yoi\/policies\/notes\.cedar:9:1/);
  t.regex(recorded.stdout, /evaluated again just now: same answer/);
  const inWords = await yoi("plugin", "explain", "example.notes", "fs.read", "notes/private/diary.md", "read_note");
  t.is(inWords.stdout.split("\n\n").slice(0, 3).join(), recorded.stdout.split("\n\n").slice(0, 3).join());
  const exact = await yoi("plugin", "explain", decision.toLowerCase(), "--exit-code");
  t.is(exact.code, 3);

  const entry = jsonOf(await yoi("journal", "show", decision, "--json"));
  t.regex(JSON.stringify(entry), /"cause":"explicit-forbid"/);
  t.regex((await yoi("journal", "tail", "--denied")).stdout, /denied +project:example\.notes → fs\.read/);
  t.regex((await yoi("journal", "verify")).stdout, /✓ \d+ entries, each in its place/);
  const exported = await yoi("journal", "export");
  const lines = exported.stdout.trimEnd().split("\n");
  t.true(lines.every((line) => typeof JSON.parse(line) === "object"));
  t.is((await yoi("plugin", "logs", "example.notes")).code, 0);

  t.is((await yoi("plugin", "disable", "example.notes")).code, 0);
  t.is((await call("notes/today.md")).code, 3);
  t.notRegex(workspace.read(".yoi/yoi.toml"), /example\.notes/);
  t.regex(workspace.read(".yoi/yoi.toml"), /\[mounts\.notes\]/);
});
