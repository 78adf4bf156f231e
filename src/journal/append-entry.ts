import type { DatabaseSync } from "node:sqlite";
import { canonicalJson } from "./canonical-json.ts";
import { chainEntry, sha256 } from "./chain-entries.ts";
import type { JournalEntry } from "./journal-entry.ts";
import { type EvidenceBounds, evidenceKeeper } from "./keep-evidence.ts";
import { inTransaction } from "./open-database.ts";
import { integerOf, textOf } from "./row-columns.ts";

/** Writes one entry at the end of the chain, with its evidence beside it. */
export type EntryAppender = (entry: JournalEntry, evidence: string | undefined) => void;

/** An appender to one database. Evidence that is too long is not kept, and the oldest makes room for the newest. */
export function entryAppender(db: DatabaseSync, bounds: EvidenceBounds): EntryAppender {
  const head = db.prepare("SELECT seq, hash FROM entries ORDER BY seq DESC LIMIT 1");
  const insertEntry = db.prepare("INSERT INTO entries (seq, previous, hash, entry) VALUES (?, ?, ?, ?)");
  const keepEvidence = evidenceKeeper(db, bounds);

  return (entry, evidence) => {
    const kept =
      evidence !== undefined && Buffer.byteLength(evidence) <= bounds.evidenceBytesMax ? evidence : undefined;
    const text = canonicalJson(kept === undefined ? entry : { ...entry, evidence: sha256(kept) });
    inTransaction(db, () => {
      // INVARIANT: the head is read inside of the transaction: another process may have appended since the last one.
      const row = head.get();
      const last = row && { seq: integerOf(row, "seq"), hash: textOf(row, "hash") };
      const { seq, previous, hash } = chainEntry(last, text);
      insertEntry.run(seq, previous, hash, text);
      if (kept !== undefined) keepEvidence(seq, "plugin" in entry ? entry.plugin : undefined, kept);
    });
  };
}
