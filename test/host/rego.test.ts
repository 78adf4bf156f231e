import test, { type ExecutionContext } from "ava";
import type { Yoi } from "../../src/open-yoi.ts";
import { opaTest } from "../support/opa.ts";
import { notesWorkspace } from "../support/workspaces.ts";

// Whole hosts with policies in both languages.

const agent = { agent: "cli" };
const read = (yoi: Yoi) => yoi.tools.call("read_note", { path: "notes/today.md" }, agent);
const tidying = `package yoi.policy.notes

forbid contains {"id": "tidying", "because": "the notes are being tidied"} if {
	input.action == "fs.read"
	"notes" in input.resource.within
	data.tidying
}
`;

async function opened(t: ExecutionContext) {
  const workspace = await notesWorkspace(t);
  workspace.write(".yoi/policies/notes.rego", tidying);
  workspace.write(".yoi/policies/data.json", '{ "tidying": false }');
  const yoi = await workspace.open();
  return { workspace, yoi };
}

opaTest("what Cedar permits, a rule in Rego forbids as soon as its data say so", async (t) => {
  const { workspace, yoi } = await opened(t);
  t.like(await read(yoi), { outcome: "performed", isError: false });
  workspace.write(".yoi/policies/data.json", '{ "tidying": true }');
  t.is((await yoi.reload()).problem, undefined);
  t.like(await read(yoi), { isError: true });
  const denied = await workspace.yoi("journal", "tail", "--denied", "--json");
  t.regex(denied.stdout, /notes\.rego#notes\/tidying/);
});

// ATTACK: threats 14: both engines switch together, or neither does.
opaTest("a mistake in Rego keeps the last good set of both languages in force", async (t) => {
  const { workspace, yoi } = await opened(t);
  const { sources } = yoi.state();
  workspace.write(".yoi/policies/notes.cedar", "forbid (principal, action, resource);");
  workspace.write(".yoi/policies/bad.rego", "package yoi.policy.bad\n\nforbid contains {");
  const { problem } = await yoi.reload();
  t.is(problem?.code, "YOI_POLICY_INVALID");
  t.is(yoi.state().sources, sources);
  t.like(await read(yoi), { outcome: "performed", isError: false });
});

opaTest("mistakes in both languages come in one report", async (t) => {
  const { workspace } = await opened(t);
  workspace.write(".yoi/policies/bad.cedar", "forbid (principal, action, resource) when { context.nonsense };");
  workspace.write(".yoi/policies/bad.rego", 'package yoi.policy.bad\n\nforbid contains {"id": "x"} if input.nonsense');
  const checked = await workspace.yoi("policy", "check");
  t.is(checked.code, 1);
  t.regex(checked.stdout, /bad\.cedar:1/);
  t.regex(checked.stdout, /bad\.rego:3:\d+ .*has no `nonsense`/);
});

test("tests of policies lie beside them and decide nothing", async (t) => {
  const workspace = await notesWorkspace(t);
  workspace.write(".yoi/policies/notes_test.rego", "this is no Rego");
  const yoi = await workspace.open();
  t.is(yoi.state().problem, undefined);
  t.like(await read(yoi), { outcome: "performed", isError: false });
});
