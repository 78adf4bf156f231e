import { resolve } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { limits } from "../calls/limits.ts";
import { YoiError } from "../errors/yoi-error.ts";
import { entryAppender } from "./append-entry.ts";
import { rateCounter } from "./count-rates.ts";
import type { GuestLogLine, Journal } from "./journal.ts";
import { guestLogWriter } from "./keep-guest-log.ts";
import { createJournalFile, type Durability, openForWriting, watchIdentity } from "./open-database.ts";
import { createWriteQueue } from "./write-queue.ts";

/** The bounds that a journal keeps. */
type JournalLimits = {
  readonly [Name in
    | "journalBusyMs"
    | "journalQueueMax"
    | "evidenceBytesMax"
    | "evidenceRowsMax"
    | "evidenceRowsPerPluginMax"
    | "guestLogRowsMax"
    | "logLinesPerCallMax"]: number;
};

export interface JournalParts {
  readonly file: string;
  /** `normal` (the default) survives a killed process, `full` a power cut too. */
  readonly durability?: Durability;
  readonly limits?: Partial<JournalLimits>;
}

/**
 * Opens the journal in `file`, making it if there is none. Writes go to the database in the order in which they were
 * asked for; other processes may append to the same file.
 * @throws {YoiError} YOI_JOURNAL_UNWRITABLE
 * @throws {YoiError} YOI_JOURNAL_UNREADABLE for a file that is no journal of this version
 */
export async function openJournal(parts: JournalParts): Promise<Journal> {
  const bounds: JournalLimits = { ...limits, ...parts.limits };
  const file = resolve(parts.file);
  createJournalFile(file);
  const queue = createWriteQueue({ path: file, busyMs: bounds.journalBusyMs, pendingMax: bounds.journalQueueMax });
  const db = await queue.run(() => openForWriting(file, parts.durability ?? "normal"));
  const isSameFile = watchIdentity(file);

  // FAIL-CLOSED: SQLite goes on writing to a file that was removed or replaced, and nobody would ever read it.
  const write = <T>(change: () => T): Promise<T> =>
    queue.run(() => {
      if (!db.isOpen) throw new YoiError("YOI_JOURNAL_UNWRITABLE", "the journal is closed", { path: file });
      if (isSameFile()) return change();
      throw new YoiError("YOI_JOURNAL_UNWRITABLE", "the journal's file was removed or replaced", { path: file });
    });

  const appendEntry = entryAppender(db, bounds);
  const countRates = rateCounter(db);
  const keepSources = db.prepare("INSERT INTO policy_sets (digest, sources) VALUES (?, ?) ON CONFLICT DO NOTHING");
  const guestLog = collectGuestLog(db, bounds, write);

  return {
    append: (entry, evidence) => write(() => appendEntry(entry, evidence)),
    claimRates: (claims, atMs, { consume }) => write(() => countRates(claims, atMs, consume)),
    keepPolicySet: (digest, sources) => write(() => void keepSources.run(digest, sources)),
    keepGuestLog: guestLog.keep,
    close: () => {
      if (!db.isOpen) return;
      guestLog.flush();
      db.close();
    },
  };
}

/** Gathers lines until the queue comes to them, so that a guest that logs a lot does not pay for one commit a line. */
function collectGuestLog(
  db: DatabaseSync,
  bounds: JournalLimits,
  write: (change: () => void) => Promise<void>,
): { keep(line: GuestLogLine): void; flush(): void } {
  const writeLines = guestLogWriter(db, bounds.guestLogRowsMax);
  let waiting: GuestLogLine[] = [];
  let isDue = false;
  const writeWaiting = () => {
    if (waiting.length > 0) writeLines(waiting);
    waiting = [];
  };
  // A log line is not worth a call, nor a clean end: what cannot be written waits for the next one, or is lost.
  const forgive = () => undefined;
  return {
    keep: (line) => {
      waiting.push(line);
      if (waiting.length > bounds.logLinesPerCallMax) waiting.shift();
      if (isDue) return;
      isDue = true;
      write(writeWaiting)
        .catch(forgive)
        .finally(() => {
          isDue = false;
        });
    },
    flush: () => {
      try {
        writeWaiting();
      } catch {
        forgive();
      }
    },
  };
}
