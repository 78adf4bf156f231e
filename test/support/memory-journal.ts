import { YoiError } from "../../src/errors/yoi-error.ts";
import type { GuestLogLine, Journal, RateClaim } from "../../src/journal/journal.ts";
import type { DecidedEntry, EndedEntry, JournalEntry } from "../../src/journal/journal-entry.ts";

/** A journal in memory that can be looked into, and broken at will. */
export interface MemoryJournal extends Journal {
  readonly entries: readonly JournalEntry[];
  /** By decision id. */
  readonly evidence: ReadonlyMap<string, string>;
  readonly policySets: ReadonlyMap<string, string>;
  readonly guestLines: readonly GuestLogLine[];
  readonly closed: boolean;
  /** The entries of the stages `decided` and `rehearsed`. */
  decided(): readonly DecidedEntry[];
  /** The entries of the stages `performed` and `failed`. */
  ended(): readonly EndedEntry[];
  /** From now on, whatever `broken` answers yes to is refused as on a full disk. `rates` stands for claimRates. */
  breakWhen(broken: (what: JournalEntry["stage"] | "rates" | "policy-set") => boolean): void;
}

/** An in-memory journal. */
export function createMemoryJournal(): MemoryJournal {
  const entries: JournalEntry[] = [];
  const evidenceOf = new Map<string, string>();
  const policySets = new Map<string, string>();
  const guestLines: GuestLogLine[] = [];
  const taken = new Map<string, readonly number[]>();
  let isBroken: (what: JournalEntry["stage"] | "rates" | "policy-set") => boolean = () => false;
  let closed = false;

  const demandWritable = (what: JournalEntry["stage"] | "rates" | "policy-set") => {
    if (closed || isBroken(what)) {
      throw new YoiError("YOI_JOURNAL_UNWRITABLE", "the journal cannot be written", { path: "memory" });
    }
  };

  return {
    entries,
    evidence: evidenceOf,
    policySets,
    guestLines,
    get closed() {
      return closed;
    },
    decided: () => entries.filter((entry) => "answer" in entry),
    ended: () =>
      entries.filter((entry): entry is EndedEntry => entry.stage === "performed" || entry.stage === "failed"),
    breakWhen: (broken) => {
      isBroken = broken;
    },
    append: async (entry, evidence) => {
      demandWritable(entry.stage);
      entries.push(structuredClone(entry));
      if (evidence !== undefined && "decision" in entry) evidenceOf.set(entry.decision, evidence);
    },
    claimRates: async (claims, atMs, { consume }) => {
      demandWritable("rates");
      const inWindow = (claim: RateClaim) => (taken.get(claim.key) ?? []).filter((at) => at > atMs - claim.windowMs);
      const full = claims.filter((claim) => inWindow(claim).length >= claim.count);
      if (consume && full.length === 0) {
        for (const key of new Set(claims.map((claim) => claim.key))) taken.set(key, [...(taken.get(key) ?? []), atMs]);
      }
      return full;
    },
    keepPolicySet: async (digest, sources) => {
      demandWritable("policy-set");
      policySets.set(digest, policySets.get(digest) ?? sources);
    },
    keepGuestLog: (line) => {
      guestLines.push(line);
    },
    close: () => {
      closed = true;
    },
  };
}
