import { DatabaseSync } from "node:sqlite";
import test from "ava";
import type { Explanation } from "../../src/explain/explanation.ts";
import { jsonOf, notesWorkspace, readsOfNotes, type TestWorkspace } from "../support/workspaces.ts";

const call = ["tool", "call", "read_note", '{"path":"notes/today.md"}'] as const;

/** The decision on the read that the tool made. */
async function decided(workspace: TestWorkspace): Promise<string> {
  await workspace.yoi(...call);
  const [last] = entriesOf(workspace, "action = 'fs.read' AND stage = 'decided' ORDER BY seq DESC");
  return String(last?.["decision"]);
}

function entriesOf({ places }: TestWorkspace, where: string): readonly { readonly [key: string]: unknown }[] {
  const db = new DatabaseSync(places.journal);
  const rows = db.prepare(`SELECT seq, entry FROM entries WHERE ${where}`).all();
  db.close();
  return rows.map(({ seq, entry }) => ({ seq, ...JSON.parse(String(entry)) }));
}

function rewrite({ places }: TestWorkspace, sql: string, ...values: readonly string[]): void {
  const db = new DatabaseSync(places.journal);
  db.prepare(sql).run(...values);
  db.close();
}

async function explained(workspace: TestWorkspace, decision: string): Promise<Explanation> {
  return jsonOf(await workspace.yoi("plugin", "explain", decision, "--json"))["explanation"] as Explanation;
}

test.serial("what an operator has mended since is said to be allowed, and nothing is suggested any more", async (t) => {
  const workspace = await notesWorkspace(t);
  workspace.remove(".yoi/policies/notes.cedar");
  const decision = await decided(workspace);
  workspace.write(".yoi/policies/notes.cedar", readsOfNotes);
  const { stdout } = await workspace.yoi("plugin", "explain", decision);
  t.regex(stdout, /^What has changed since\n {2}the same call {2}as policies and plugins are now +→ allowed ✓$/m);
  t.notRegex(stdout, /One change away|What was tried|no change was found|Who can/);
  t.regex(stdout, /^ +as things are now: allowed$/m);
  t.deepEqual((await explained(workspace, decision)).suggestions, []);
});

test.serial("what an enablement has come to provide since counts, though no policy has changed", async (t) => {
  const workspace = await notesWorkspace(t);
  const configuration = workspace.read(".yoi/yoi.toml");
  workspace.write(".yoi/yoi.toml", configuration.replace(/^mounts = .*$/m, ""));
  const decision = await decided(workspace);
  t.is((await explained(workspace, decision)).cause, "undeclared");
  workspace.write(".yoi/yoi.toml", configuration);
  t.is((await explained(workspace, decision)).recorded?.now, "allow");
});

test.serial("a policy is suggested for the call as it would be asked now, and says so", async (t) => {
  const workspace = await notesWorkspace(t);
  workspace.remove(".yoi/policies/notes.cedar");
  const decision = await decided(workspace);
  t.is((await explained(workspace, decision)).suggestions[0]?.allows, true);
  workspace.write(
    ".yoi/policies/other.cedar",
    '@id("others") permit (principal, action == Yoi::Action::"fs.list", resource);',
  );
  t.regex((await workspace.yoi("plugin", "explain", decision)).stdout, /^One change away, as things are now$/m);
  // A plugin that is off by now: no policy lifts that.
  t.is((await workspace.yoi("plugin", "disable", "example.notes")).code, 0);
  const off = await explained(workspace, decision);
  t.is(off.recorded?.now, "deny");
  t.deepEqual(off.suggestions, []);
});

test.serial("while the present policies are refused, nothing is said to have been tried", async (t) => {
  const workspace = await notesWorkspace(t);
  workspace.remove(".yoi/policies/notes.cedar");
  const decision = await decided(workspace);
  workspace.write(".yoi/policies/bad.cedar", "permit(");
  const { stdout } = await workspace.yoi("plugin", "explain", decision);
  t.regex(stdout, /as things are now: denied, for the policies are refused/);
  t.notRegex(stdout, /no change was found|What was tried/);
});

test.serial("the chain of an execution on record is of the present from its first step to its last", async (t) => {
  const workspace = await notesWorkspace(t);
  await workspace.yoi(...call);
  const [last] = entriesOf(workspace, "action = 'tool.execute' AND stage = 'decided'");
  t.is((await workspace.yoi("plugin", "disable", "example.notes")).code, 0);
  const { chain = [], answer } = await explained(workspace, String(last?.["decision"]));
  t.is(answer, "allow");
  t.deepEqual(
    chain.filter(({ what }) => what !== "capability").map((step) => [step.what, step.answer]),
    [
      ["enablement", "deny"],
      ["registration", "deny"],
      ["preparation", "deny"],
      ["execution", "deny"],
    ],
  );
});

test.serial("without the policies of then, those of now are not shown in their place", async (t) => {
  const workspace = await notesWorkspace(t);
  const decision = await decided(workspace);
  workspace.write(".yoi/policies/notes.cedar", '@id("frozen") forbid (principal, action, resource);');
  rewrite(workspace, "DELETE FROM policy_sets");
  const ran = await workspace.yoi("plugin", "explain", decision);
  t.is(ran.code, 2);
  t.is(ran.stdout, "");
  t.regex(ran.stderr, /the policies of [0-9A-Z]{26} are gone/);
});

for (const kept of ["{garbage", "null", "[]", '{"policies":[{"file":"x"}]}', refusedSet()]) {
  test.serial(`kept policies that cannot be read are the journal's fault: ${kept.slice(0, 60)}`, async (t) => {
    const workspace = await notesWorkspace(t);
    const decision = await decided(workspace);
    workspace.write(".yoi/policies/more.cedar", '@id("more") forbid (principal, action, resource);');
    rewrite(workspace, "UPDATE policy_sets SET sources = ?", kept);
    const ran = await workspace.yoi("plugin", "explain", decision);
    t.is(ran.code, 1);
    t.regex(
      ran.stderr,
      new RegExp(
        `${decision} are\\s+not\\s+the\\s+ones\\s+that\\s+were\\s+in\\s+force, or this\\s+version\\s+cannot\\s+read`,
      ),
    );
  });
}

function refusedSet(): string {
  const policy = { file: "x.cedar", layer: "workspace", language: "cedar", text: "permit(" };
  return JSON.stringify({ policies: [policy] });
}

const alarm = /evaluated again just now: NOT the recorded answer/;
const altered: { readonly [what: string]: (entry: Record<string, unknown>) => object } = {
  "an answer of a gate that was none": () => ({ answer: "deny", cause: "limit", causes: ["limit"] }),
  "another policy that decided": ({ verdicts }) => ({
    verdicts: (verdicts as readonly object[]).map((verdict) => ({
      ...verdict,
      determining: [{ id: "ghost", place: "x:1" }],
    })),
  }),
  "another resource": () => ({ resource: 'Yoi::Path::"notes/other.md"' }),
  "another action": () => ({ action: "fs.stat" }),
};
for (const [what, change] of Object.entries(altered)) {
  test.serial(`an entry that its own evidence does not come to raises an alarm: ${what}`, async (t) => {
    const workspace = await notesWorkspace(t);
    const decision = await decided(workspace);
    t.notRegex((await workspace.yoi("plugin", "explain", decision)).stdout, alarm);
    const [found = {}] = entriesOf(workspace, `decision = '${decision}' AND stage = 'decided'`);
    const { seq, ...entry } = found;
    rewrite(
      workspace,
      `UPDATE entries SET entry = ? WHERE seq = ${String(seq)}`,
      JSON.stringify({ ...entry, ...change(entry) }),
    );
    t.regex((await workspace.yoi("plugin", "explain", decision)).stdout, alarm);
  });
}

test.serial("without a journal that can be read, a call in words is explained all the same", async (t) => {
  const workspace = await notesWorkspace(t);
  workspace.remove(".yoi/policies/notes.cedar");
  await workspace.yoi(...call);
  rewrite(workspace, "UPDATE entries SET entry = '{}' WHERE action = 'fs.read'");
  const ran = await workspace.yoi("plugin", "explain", "example.notes", "fs.read", "notes/today.md", "read_note");
  t.regex(ran.stdout, /^DENIED/);
  t.regex(ran.stdout, /the policy +a permit for this plugin, action and path +→ allowed ✓/);
});
