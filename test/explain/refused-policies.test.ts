import test from "ava";
import type { Explanation } from "../../src/explain/explanation.ts";
import { readJournal } from "../../src/journal/read-journal.ts";
import { jsonOf, notesWorkspace, type Ran, type TestWorkspace } from "../support/workspaces.ts";

const words = ["plugin", "explain", "cli", "tool.execute", "example.notes/read_note", '{"path":"notes/a"}'] as const;
const explanationOf = (ran: Ran) => jsonOf(ran)["explanation"] as Explanation;

function lastDecision({ places }: TestWorkspace): string {
  const entries = readJournal(places.journal).list({ limit: 50, answer: "deny" });
  const found = entries.map(({ entry }) => entry).findLast((entry) => "decision" in entry);
  return found !== undefined && "decision" in found ? found.decision : "";
}

const refusals: readonly (readonly [what: string, breakIt: (workspace: TestWorkspace) => void, place: RegExp])[] = [
  [
    "policies",
    ({ write }) => write(".yoi/policies/bad.cedar", "permit (principal, acton, resource);\n"),
    /^✗ \.yoi\/policies\/bad\.cedar:1:\d+ {2}/m,
  ],
  [
    "a configuration",
    ({ write, read }) => write(".yoi/yoi.toml", `zoen = "UTC"\n${read(".yoi/yoi.toml")}`),
    /^✗ \.yoi\/yoi\.toml:\d+:1 {2}unknown key `zoen`/m,
  ],
];
for (const [what, breakIt, place] of refusals) {
  test(`a denial because ${what} cannot be read leads to the place, and to nothing that would not help`, async (t) => {
    const workspace = await notesWorkspace(t);
    breakIt(workspace);
    const called = await workspace.yoi("tool", "call", "read_note", '{"path":"notes/today.md"}');
    t.is(called.code, 3, called.stderr);
    t.regex(called.stderr, place);
    t.regex(called.stderr, /why {2}the policies or the configuration are refused: all is denied/);
    t.regex(called.stderr, /do {3}yoi policy check/);
    const recorded = await workspace.yoi("plugin", "explain", lastDecision(workspace));
    for (const { stdout } of [await workspace.yoi(...words), recorded]) {
      t.regex(stdout, /\(engine-error\)$/m);
      t.regex(stdout, place);
      t.regex(stdout, /^How +yoi policy check/m);
      t.notRegex(stdout, /no-permit|widen|Considered|no permit speaks|NOT the recorded answer|marked !/);
    }
  });
}

test("a denial under policies that were refused is told as one after they were mended", async (t) => {
  const workspace = await notesWorkspace(t);
  workspace.write(".yoi/policies/bad.cedar", "permit (principal, acton, resource);\n");
  await workspace.yoi("tool", "call", "read_note", '{"path":"notes/today.md"}');
  workspace.remove(".yoi/policies/bad.cedar");
  const decision = lastDecision(workspace);
  const { stdout } = await workspace.yoi("plugin", "explain", decision);
  t.regex(stdout, /\(engine-error\)$/m);
  t.regex(stdout, /By now the policies and the configuration are accepted/);
  t.regex(stdout, /as things are now: allowed/);
  const explanation = explanationOf(await workspace.yoi("plugin", "explain", decision, "--json"));
  t.like(explanation, { cause: "engine-error", refused: [], traces: [], recorded: { same: true, now: "allow" } });
});

test("of a denial that is on record nothing is suggested while the present policies are refused", async (t) => {
  const workspace = await notesWorkspace(t);
  workspace.remove(".yoi/policies/notes.cedar");
  await workspace.yoi("tool", "call", "read_note", '{"path":"notes/today.md"}');
  const decision = lastDecision(workspace);
  const before = explanationOf(await workspace.yoi("plugin", "explain", decision, "--json"));
  t.true(before.suggestions.length > 0);
  workspace.write(".yoi/policies/bad.cedar", "permit (principal, acton, resource);\n");
  const { suggestions, changes } = explanationOf(await workspace.yoi("plugin", "explain", decision, "--json"));
  t.deepEqual(suggestions, []);
  t.is(changes, undefined);
});

test("what would mend a denial on record is looked for in the present policies", async (t) => {
  const workspace = await notesWorkspace(t);
  const permits = workspace.read(".yoi/policies/notes.cedar");
  workspace.remove(".yoi/policies/notes.cedar");
  await workspace.yoi("tool", "call", "read_note", '{"path":"notes/today.md"}');
  const decision = lastDecision(workspace);
  workspace.write(".yoi/policies/notes.cedar", permits);
  const mended = explanationOf(await workspace.yoi("plugin", "explain", decision, "--json"));
  t.like(mended, { answer: "deny", recorded: { now: "allow" }, suggestions: [] });
});
