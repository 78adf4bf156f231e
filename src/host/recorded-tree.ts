import { readEvidence } from "../broker/evidence.ts";
import { callTree } from "../explain/call-tree.ts";
import type { CallTree } from "../explain/explanation.ts";
import { requestInWords } from "../explain/request-in-words.ts";
import type { DecidedEntry, JournalEntry } from "../journal/journal-entry.ts";
import type { JournalReader } from "../journal/read-journal.ts";

/** A recorded call with every call that it led to, from the journal alone. `own` is what is on record of it itself. */
export function recordedTree(entry: DecidedEntry, own: readonly JournalEntry[], reader: JournalReader): CallTree {
  const below = reader.descendants(entry.call).map((chained) => chained.entry);
  return callTree(entry, [...own.filter(isEnding), ...below], (one) => wordsOf(one, reader));
}

function isEnding({ stage }: JournalEntry): boolean {
  return stage === "performed" || stage === "failed";
}

// The method of a request and the place of a secret are in the evidence alone, which may be gone.
function wordsOf(entry: DecidedEntry, reader: JournalReader): string {
  const evidence = reader.evidence(entry.decision);
  if (evidence !== undefined) return requestInWords(readEvidence(evidence).request);
  const at = entry.address === undefined ? "" : `${entry.address} for `;
  return `${idOf(entry.principal)} → ${entry.action} ${at}${idOf(entry.resource)}`;
}

/** The id in an entity as an entry has it: `Yoi::Path::"notes/x"`. */
function idOf(entity: string): string {
  try {
    return String(JSON.parse(entity.slice(entity.indexOf('"'))));
  } catch {
    return entity;
  }
}
