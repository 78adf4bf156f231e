import { DatabaseSync } from "node:sqlite";
import test, { type ExecutionContext } from "ava";
import { enable, jsonOf, newWorkspace, type TestWorkspace } from "../support/workspaces.ts";

const agent = { agent: "cli" };

async function climbing(t: ExecutionContext, grants: string): Promise<TestWorkspace> {
  const workspace = await newWorkspace(t);
  await workspace.install("climbs-out");
  workspace.write("notes/today.md", "0123456789");
  workspace.write("notes/deep/er.md", "deeper");
  workspace.configure('[mounts.notes]\npath = "notes"\n');
  await enable(t, workspace, "example.climbs-out");
  workspace.configure(
    grants.replaceAll("[[grant]]", '[[plugins."project:example.climbs-out".grants]]\naction = "fs.read"'),
  );
  return workspace;
}

test("a grant permits what lies in its path, within its bounds, as often as its rate says", async (t) => {
  const workspace = await climbing(
    t,
    '[[grant]]\npath = "notes/deep"\nrate = "2/1h"\n[[grant]]\npath = "notes/today.md"\nmax_response_bytes = 9\n',
  );
  const yoi = await workspace.open();
  const answer = async (path: string) => {
    const { content = "{}" } = await yoi.tools.call("read", { path }, agent);
    return (JSON.parse(content) as { readonly answer?: string }).answer;
  };
  t.is(await answer("notes/deep/er.md"), "read");
  t.is(await answer("notes/deeper.md"), "denied");
  t.is(await answer("notes/today.md"), "limit", "the file is longer than the grant allows");
  t.is(await answer("notes/deep/er.md"), "read");
  t.is(await answer("notes/deep/er.md"), "limit", "the third one in its window");
});

test("whatever path a grant names, it never makes the policies of others invalid", async (t) => {
  const paths = [
    "notes/a b",
    "notes/'",
    'notes/"',
    "notes/$x",
    "notes/日本",
    "notes/😀",
    "notes/*",
    "notes",
    "notes/",
    "Notes",
    "",
  ];
  const grants = paths.map((path) => `[[grant]]\npath = ${JSON.stringify(path)}\n`).join("");
  const workspace = await climbing(t, grants.replace('[[grant]]\npath = ""\n', ""));
  const check = jsonOf(await workspace.yoi("policy", "check", "--json"));
  t.like(check, { valid: true, findings: [] });
  const left = (check["diagnostics"] as readonly { readonly message: string }[]).map(({ message }) => message);
  t.deepEqual(left.toSorted(), [
    "grant 10 is left out: a path begins with the name of a mount, as in `notes/today.md`",
    "grant 9 is left out: a path has no slash at its end",
  ]);
});

// ATTACK: threats 35: what cannot be recorded is not done.
test("while the journal cannot be written, calls are denied and nothing runs", async (t) => {
  const workspace = await newWorkspace(t);
  let runs = 0;
  const run = async () => String(++runs);
  const yoi = await workspace.open({
    tools: [{ name: "count", description: "Counts.", inputSchema: { type: "object" }, run }],
  });
  t.like(await yoi.tools.call("count", {}, agent), { outcome: "performed" });
  const other = new DatabaseSync(workspace.places.journal);
  other.exec("BEGIN IMMEDIATE");
  t.like(await yoi.tools.call("count", {}, agent), { outcome: "denied" });
  t.is(runs, 1);
  other.exec("ROLLBACK");
  other.close();
  t.like(await yoi.tools.call("count", {}, agent), { outcome: "performed" });
});
