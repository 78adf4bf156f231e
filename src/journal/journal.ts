import type { JournalEntry } from "./journal-entry.ts";

// Where decisions are remembered. The broker appends; nothing that it appended is ever changed.
// The journal is the record, and pino is the log: neither stands in for the other.

/** A limit on how often: at most `count` in any `windowMs`. `key` names who and which policy. */
export interface RateClaim {
  readonly key: string;
  readonly count: number;
  readonly windowMs: number;
}

/** A line that a guest wrote. */
export interface GuestLogLine {
  readonly at: string;
  readonly plugin: string;
  readonly call?: string;
  readonly level: "debug" | "info" | "warn" | "error";
  readonly text: string;
}

export interface Journal {
  /**
   * Appends one entry and returns when it is committed. `evidence` is the request as policy saw it, as JSON:
   * kept beside the chain, bounded, with retention.
   * @throws {YoiError} YOI_JOURNAL_UNWRITABLE
   */
  append(entry: JournalEntry, evidence?: string): Promise<void>;
  /**
   * Takes one place in each window, all or none, at `atMs` (Unix milliseconds).
   * Answers the claims that were full; empty when the call may go on. With `consume: false` nothing is taken.
   * @throws {YoiError} YOI_JOURNAL_UNWRITABLE
   */
  claimRates(
    claims: readonly RateClaim[],
    atMs: number,
    options: { readonly consume: boolean },
  ): Promise<readonly RateClaim[]>;
  /** Keeps the sources of a policy set under its digest; a digest that is already there costs nothing. */
  keepPolicySet(digest: string, sources: string): Promise<void>;
  /** Keeps a guest's line, dropping the oldest beyond `guestLogRowsMax`. Never throws: a log line is not worth a call. */
  keepGuestLog(line: GuestLogLine): void;
  close(): void;
}
