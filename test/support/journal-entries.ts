import { newId } from "../../src/calls/identifiers.ts";
import type { DecidedEntry, EndedEntry, LifecycleEntry } from "../../src/journal/journal-entry.ts";

const at = "2026-11-22T14:03:22.000Z";

/** A `decided` entry of an allow, with new ids. */
export function decidedEntry(parts: Partial<DecidedEntry> = {}): DecidedEntry {
  const call = newId(Date.parse(at));
  return {
    stage: "decided",
    at,
    call,
    root: call,
    decision: newId(Date.parse(at)),
    action: "fs.read",
    principal: 'Yoi::Plugin::"project:example.notes"',
    resource: 'Yoi::Path::"notes/today.md"',
    plugin: "project:example.notes",
    answer: "allow",
    causes: [],
    verdicts: [
      {
        engine: "cedar",
        version: "4.13.0",
        effect: "permit",
        determining: [{ id: "notes.cedar#read", place: "notes.cedar:1:1" }],
        errors: [],
        considered: 2,
        total: 9,
      },
    ],
    obligations: [],
    policies: "9f3c21a",
    spent: { evaluate: 44 },
    ...parts,
  };
}

/** The `performed` entry that ends a decided call. */
export function performedEntry(decided: DecidedEntry, parts: Partial<EndedEntry> = {}): EndedEntry {
  const { call, root, decision, action } = decided;
  return { stage: "performed", at, call, root, decision, action, spent: { effect: 100 }, ...parts };
}

/** An entry of the host's own life. */
export function openedEntry(): LifecycleEntry {
  return { stage: "lifecycle", at, what: "opened", message: "the broker opened" };
}
