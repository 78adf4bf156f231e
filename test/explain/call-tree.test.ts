import test from "ava";
import { limits } from "../../src/calls/limits.ts";
import { callTree } from "../../src/explain/call-tree.ts";
import type { CallTree, Explanation } from "../../src/explain/explanation.ts";
import type { DecidedEntry, JournalEntry } from "../../src/journal/journal-entry.ts";
import { readJournal } from "../../src/journal/read-journal.ts";
import { requestCall } from "../support/calls.ts";
import { decidedEntry, performedEntry } from "../support/journal-entries.ts";
import { getsForecasts, networkWorkspace } from "../support/network-workspace.ts";
import { openOutside } from "../support/outside-world.ts";
import { jsonOf, notesWorkspace } from "../support/workspaces.ts";

const words = ({ action }: DecidedEntry) => action;
const root = decidedEntry({ action: "tool.execute", spent: { describe: 10, evaluate: 20 } });
const under = (parent: DecidedEntry, parts: Partial<DecidedEntry> = {}) =>
  decidedEntry({ parent: parent.call, root: root.call, ...parts });

test("a call is shown with every call below it, in their order, each with its end and its time", (t) => {
  const request = under(root, { action: "https.request", spent: { evaluate: 5 } });
  const connect = under(request, { action: "network.connect" });
  const read = under(root, { answer: "deny", cause: "no-permit", spent: { evaluate: 7 } });
  const { call, decision, action } = request;
  const failed: JournalEntry = {
    ...performedEntry(request),
    stage: "failed",
    failure: "denied",
    call,
    decision,
    action,
  };
  const entries = [performedEntry(root, { spent: { effect: 1_000 } }), request, connect, read, failed];
  const tree = callTree(root, entries, words);
  t.like(tree, {
    words: "tool.execute",
    ending: "performed",
    tookUs: 1_030,
    spent: { describe: 10, evaluate: 20, effect: 1_000 },
  });
  t.deepEqual(
    tree.below.map(({ words: said, answer, cause, ending, tookUs }) => [said, answer, cause, ending, tookUs]),
    [
      ["https.request", "allow", undefined, "failed: denied", 105],
      ["fs.read", "deny", "no-permit", undefined, 7],
    ],
  );
  t.deepEqual(
    tree.below[0]?.below.map(({ words: said, ending }) => [said, ending]),
    [["network.connect", undefined]],
  );
  t.is(tree.leftOut, undefined);
});

test("of more calls than a person reads, the rest is counted", (t) => {
  const many = Array.from({ length: limits.callTreeCallsMax + 5 }, () => under(root));
  const tree = callTree(root, many, words);
  t.is(tree.below.length, limits.callTreeCallsMax);
  t.is(tree.leftOut, 5);
});

// ATTACK: threats 35: a journal that somebody altered, in which a call is its own caller's caller.
test("calls that claim to have led to each other are shown once, and come to an end", (t) => {
  const first = under(root);
  const second = under(first);
  const again = { ...first, parent: second.call };
  const tree = callTree(root, [first, second, again], words);
  const count = (one: CallTree): number => 1 + one.below.reduce((sum, below) => sum + count(below), 0);
  t.is(count(tree), 3);
});

test("a deeper chain than any call can have is counted, not followed", (t) => {
  const entries: DecidedEntry[] = [];
  let last = root;
  for (let depth = 0; depth < limits.callDepthMax + 3; depth++) {
    last = under(last);
    entries.push(last);
  }
  t.is(callTree(root, entries, words).leftOut, 3);
});

test("a recorded request has its steps in its tree, in the words of their evidence", async (t) => {
  const workspace = await networkWorkspace(t);
  workspace.write(".yoi/policies/get.cedar", getsForecasts);
  const answer = (_: unknown, response: { end(text: string): void }) => response.end("sunny");
  const { host } = await openOutside(t, workspace, { answer, names: ["api.example.com"] });
  const outcome = await host.broker.submit(requestCall({ url: "https://api.example.com/v1/now" }));
  const ran = await workspace.yoi("plugin", "explain", outcome.decision.id, "--json");
  const tree = (jsonOf(ran)["explanation"] as Explanation).recorded?.tree;
  t.is(tree?.words, "project:example.weather → https.request GET https://api.example.com/v1/now");
  t.is(tree?.ending, "performed");
  t.deepEqual(
    tree?.below.map(({ words: said }) => said),
    ["project:example.weather → network.connect 93.184.215.14 for https.request https://api.example.com/v1/now"],
  );
  const decided = readJournal(workspace.places.journal).list({ limit: 50 });
  const spent = decided.flatMap(({ entry }) =>
    "decision" in entry && entry.decision === outcome.decision.id ? Object.values(entry.spent) : [],
  );
  t.is(
    tree?.tookUs,
    spent.reduce((sum, us) => sum + us, 0),
  );
});

test("a recorded execution shows what its tool asked for, also where the evidence is gone", async (t) => {
  const workspace = await notesWorkspace(t);
  await workspace.yoi("tool", "call", "read_note", '{"path":"notes/today.md"}');
  const reader = readJournal(workspace.places.journal);
  const executed = reader.list({ limit: 50, action: "tool.execute" }).map(({ entry }) => entry);
  const [decision = ""] = executed.flatMap((entry) => ("decision" in entry ? [entry.decision] : []));
  const { stdout } = await workspace.yoi("plugin", "explain", decision, "--json");
  const explained = (JSON.parse(stdout) as { explanation: Explanation }).explanation;
  t.deepEqual(
    explained.recorded?.tree?.below.map(({ words: said }) => said),
    ["project:example.notes → fs.read notes/today.md"],
  );
  const { recordedTree } = await import("../../src/host/recorded-tree.ts");
  const entry = executed.find((one): one is DecidedEntry => one.stage === "decided");
  if (entry === undefined) return t.fail("nothing was decided");
  const bare = recordedTree(entry, executed, { ...reader, evidence: () => undefined });
  t.deepEqual(
    bare.below.map(({ words: said }) => said),
    ["project:example.notes → fs.read notes/today.md"],
  );
});
