import test from "ava";
import { newId } from "../../src/calls/identifiers.ts";
import { renderUnmetAsks, unmetAsks } from "../../src/cli/unmet-asks.ts";
import type { JournalEntry } from "../../src/journal/journal-entry.ts";
import { plain } from "../../src/terminal/paint.ts";
import { decidedEntry } from "../support/journal-entries.ts";
import { jsonOf, notesWorkspace } from "../support/workspaces.ts";

const request = decidedEntry({ action: "https.request", resource: 'Yoi::Url::"https://api.example.com/v1"' });

function readerOf(entries: readonly JournalEntry[]) {
  return { descendants: () => entries.map((entry, seq) => ({ seq, previous: "", hash: "", entry })) };
}

function failed(failure: string, message: string): JournalEntry {
  const { at, call, root, decision, action } = request;
  return { stage: "failed", at, call, root, decision, action, failure, message, spent: {} };
}

test("a request that was allowed and failed leads to its step, its line and its record", (t) => {
  const asks = unmetAsks(readerOf([request, failed("tls", "no secure connection came about")]), newId(0));
  t.deepEqual(renderUnmetAsks(asks, plain), [
    "  failed  project:example.notes → https.request https://api.example.com/v1",
    "  why     no secure connection came about (tls)",
    `  do      yoi journal show ${request.decision}`,
  ]);
});

test("a request that failed for a denied step leads to that step alone", (t) => {
  const step = decidedEntry({
    action: "network.connect",
    answer: "deny",
    cause: "explicit-forbid",
    causes: ["explicit-forbid"],
  });
  const asks = unmetAsks(readerOf([request, step, failed("denied", "a step was denied")]), newId(0));
  t.deepEqual(
    asks.map(({ decision, cause }) => [decision, cause]),
    [[step.decision, "explicit-forbid"]],
  );
});

test("a tool's denied ask has its id in JSON", async (t) => {
  const workspace = await notesWorkspace(t);
  workspace.remove(".yoi/policies/notes.cedar");
  const called = await workspace.yoi("tool", "call", "read_note", '{"path":"notes/today.md"}', "--json");
  const { unmet } = jsonOf(called) as {
    readonly unmet?: readonly { readonly decision: string; readonly cause: string }[];
  };
  t.like(unmet?.[0], { action: "fs.read", cause: "no-permit" });
  const id = unmet?.[0]?.decision ?? "";
  t.is((await workspace.yoi("plugin", "explain", id)).code, 0);
});
