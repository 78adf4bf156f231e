import { type BigIntStats, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { limits } from "../calls/limits.ts";
import { YoiError } from "../errors/yoi-error.ts";
import { unreadable } from "./journal-failure.ts";
import { hasJournal } from "./journal-schema.ts";

/** How often a reading that was overtaken by a writer is begun again. */
const readingsMax = 5;

/**
 * Reads from the journal in `file` and writes nothing, so that it works in a read-only folder and on a full disk.
 * Where there is no journal yet, the answer is `absent`. `read` may run more than once.
 * @throws {YoiError} YOI_JOURNAL_UNREADABLE
 */
export function readDatabase<T>(file: string, absent: T, read: (db: DatabaseSync) => T): T {
  try {
    for (let reading = 1; reading <= readingsMax; reading++) {
      const before = statSync(file, { bigint: true, throwIfNoEntry: false });
      if (before === undefined || before.size === 0n) return absent;
      // A write-ahead log belongs to a writer that is running or was killed: what it holds must be seen, and the
      // shared index beside it is there to be used.
      if (statSync(`${file}-wal`, { throwIfNoEntry: false }) !== undefined)
        return readFrom(file, "mode=ro", absent, read);
      // With none, nobody has the database open. Opening it as usual would leave two new files behind.
      const answer = readFrom(file, "immutable=1", absent, read);
      if (isUntouched(file, before)) return answer;
    }
  } catch (error) {
    throw unreadable(file, error);
  }
  throw new YoiError("YOI_JOURNAL_UNREADABLE", "the journal cannot be read: it keeps changing", { path: file });
}

function readFrom<T>(file: string, mode: string, absent: T, read: (db: DatabaseSync) => T): T {
  const address = pathToFileURL(file);
  address.search = mode;
  const db = new DatabaseSync(address, { readOnly: true, timeout: limits.journalBusyMs });
  try {
    return hasJournal(db, file) ? read(db) : absent;
  } finally {
    db.close();
  }
}

function isUntouched(file: string, before: BigIntStats): boolean {
  const after = statSync(file, { bigint: true, throwIfNoEntry: false });
  return (
    after !== undefined &&
    after.ino === before.ino &&
    after.size === before.size &&
    after.mtimeNs === before.mtimeNs &&
    statSync(`${file}-wal`, { throwIfNoEntry: false }) === undefined
  );
}
