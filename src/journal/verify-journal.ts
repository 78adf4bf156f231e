import { limits } from "../calls/limits.ts";
import { genesis, hashEntry, type StoredEntry } from "./chain-entries.ts";
import type { JournalEntry } from "./journal-entry.ts";
import { parseEntry } from "./parse-entry.ts";
import { isEvidenceOf, type JournalReader } from "./read-journal.ts";

/** Something that an untouched journal cannot have. `seq` is absent where no one entry is at fault. */
interface JournalProblem {
  readonly kind: "gap" | "hash" | "link" | "entry" | "order" | "evidence" | "head";
  readonly seq?: number;
  readonly message: string;
}

/** A call that was allowed and has no end: it is running, or the host died in the middle of it. */
interface UnfinishedCall {
  readonly seq: number;
  readonly at: string;
  readonly call: string;
  readonly decision: string;
  readonly action: string;
}

export interface Verification {
  readonly entries: number;
  /** The hash of the last entry; keep it outside, and hand it in the next time. Absent for an empty journal. */
  readonly head?: string;
  /** At most `journalProblemsMax` of them. */
  readonly problems: readonly JournalProblem[];
  /** At most `journalProblemsMax` of them, the newest. */
  readonly unfinished: readonly UnfinishedCall[];
}

/**
 * Reads the whole journal and recomputes its chain. `head` is a hash that the journal is known to have had: without
 * one, a tail that was cut off cannot be missed, nor a chain that was written anew.
 * @throws {YoiError} YOI_JOURNAL_UNREADABLE
 */
export function verifyJournal(reader: JournalReader, known: { readonly head?: string } = {}): Verification {
  const problems: JournalProblem[] = [];
  const report = (problem: JournalProblem) => {
    if (problems.length < limits.journalProblemsMax) problems.push(problem);
  };
  const calls = followCalls(report);
  let last: StoredEntry | undefined;
  let entries = 0;
  let isHeadSeen = known.head === undefined;

  for (const stored of allEntries(reader)) {
    checkLink(last, stored, report);
    const entry = parseEntry(stored.text);
    if (entry === undefined) report({ kind: "entry", seq: stored.seq, message: "this is no entry" });
    else calls.follow(stored.seq, entry);
    isHeadSeen ||= stored.hash === known.head;
    last = stored;
    entries += 1;
  }
  checkEvidence(reader, report);
  if (!isHeadSeen) report({ kind: "head", message: "no entry has the hash that the journal is known to have had" });
  return { entries, ...(last && { head: last.hash }), problems, unfinished: calls.unfinished() };
}

type Report = (problem: JournalProblem) => void;

/** In pages, so that no reading holds up the database's own cleaning. */
export function* allEntries(reader: JournalReader): Generator<StoredEntry, void, undefined> {
  for (let after = 0; ; ) {
    const page = reader.stored(after, limits.journalPageRowsMax);
    yield* page;
    const end = page.at(-1);
    if (end === undefined) return;
    after = end.seq;
  }
}

function checkLink(last: StoredEntry | undefined, entry: StoredEntry, report: Report): void {
  const { seq } = entry;
  const expected = (last?.seq ?? 0) + 1;
  if (seq !== expected) report({ kind: "gap", seq, message: `entry ${expected} should stand here` });
  if (entry.previous !== (last?.hash ?? genesis)) {
    report({ kind: "link", seq, message: "its previous hash is not that of the entry before it" });
  }
  if (entry.hash !== hashEntry(seq, entry.previous, entry.text)) {
    report({ kind: "hash", seq, message: "its hash is not that of what it says" });
  }
}

/** Holds every end against its decision: an effect without an allow before it must not exist. */
function followCalls(report: Report): {
  follow(seq: number, entry: JournalEntry): void;
  unfinished(): readonly UnfinishedCall[];
} {
  const running = new Map<string, UnfinishedCall>();
  return {
    follow: (seq, entry) => {
      if (entry.stage === "decided" && entry.answer === "allow") {
        const { at, call, decision, action } = entry;
        running.set(decision, { seq, at, call, decision, action });
      } else if (entry.stage === "performed" || entry.stage === "failed") {
        if (running.get(entry.decision)?.call !== entry.call) {
          report({ kind: "order", seq, message: "it ends a call that was not allowed, or that had ended" });
        }
        running.delete(entry.decision);
      }
    },
    unfinished: () => Array.from(running.values()).slice(-limits.journalProblemsMax),
  };
}

/** Evidence may be gone, but what is there must be what the entry was decided on. */
function checkEvidence(reader: JournalReader, report: Report): void {
  for (let after = 0; ; ) {
    const page = reader.storedEvidence(after, limits.journalPageRowsMax);
    for (const kept of page.filter((one) => !isEvidenceOf(one))) {
      report({ kind: "evidence", seq: kept.seq, message: "the evidence beside it is not what it was decided on" });
    }
    const end = page.at(-1);
    if (end === undefined) return;
    after = end.seq;
  }
}
