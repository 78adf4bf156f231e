import { chmodSync, closeSync, lstatSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { YoiError } from "../errors/yoi-error.ts";
import { isNoDatabase, unreadable, unwritable } from "./journal-failure.ts";
import { createSchema, hasJournal } from "./journal-schema.ts";
import { textOf } from "./row-columns.ts";

/** What an entry survives once its append has returned: a killed process, or a power cut too. */
export type Durability = "normal" | "full";

/**
 * Makes the journal's file if there is none, readable by its owner alone, in a folder that is.
 * @throws {YoiError} YOI_JOURNAL_UNWRITABLE where that cannot be, and for a link or a folder in its place
 */
export function createJournalFile(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    createIfAbsent(file);
    const found = lstatSync(file);
    if (!found.isFile()) {
      throw new YoiError("YOI_JOURNAL_UNWRITABLE", `the journal \`${file}\` is not a plain file`, { path: file });
    }
    if ((found.mode & 0o077) !== 0) chmodSync(file, 0o600);
  } catch (error) {
    throw unwritable(file, error);
  }
}

// INVARIANT: an existing file is never opened here. Closing a second descriptor to it would drop the locks that SQLite
// holds on it for the whole process (POSIX advisory locks), and two writers could ruin it.
function createIfAbsent(file: string): void {
  try {
    closeSync(openSync(file, "ax", 0o600));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}

/**
 * Opens the database for appending and lays it out if it is empty. May be busy: it never waits.
 * @throws {YoiError} YOI_JOURNAL_UNREADABLE for what is no journal of this version
 */
export function openForWriting(file: string, durability: Durability): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: 0 });
  try {
    // Asked before anything is written: a database that is not ours stays as it is.
    hasJournal(db, file);
    if (textOf(db.prepare("PRAGMA journal_mode = WAL").get() ?? {}, "journal_mode") !== "wal") {
      throw new YoiError("YOI_JOURNAL_UNWRITABLE", "the journal's file system has no shared memory", { path: file });
    }
    db.exec(`PRAGMA synchronous = ${durability}`);
    inTransaction(db, () => {
      if (!hasJournal(db, file)) createSchema(db);
    });
    return db;
  } catch (error) {
    db.close();
    throw isNoDatabase(error) ? unreadable(file, error) : error;
  }
}

/** Runs `write` between BEGIN IMMEDIATE and COMMIT; nothing of it stays when it throws. */
export function inTransaction<T>(db: DatabaseSync, write: () => T): T {
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = write();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    // SQLite ends the transaction by itself on a full disk.
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

/** Answers whether `file` is still the file that it was when this was called. */
export function watchIdentity(file: string): () => boolean {
  const opened = statSync(file, { bigint: true });
  return () => {
    const now = statSync(file, { bigint: true, throwIfNoEntry: false });
    return now !== undefined && now.ino === opened.ino && now.dev === opened.dev;
  };
}
