import { DatabaseSync } from "node:sqlite";
import { YoiError } from "../errors/yoi-error.ts";
import { integerOf } from "./row-columns.ts";

/** The layout that this version writes and reads. */
const schemaVersion = 2;

// INVARIANT: `entry` is the only copy of what was recorded. The columns beside it are computed from it when they are
// asked for, so that a filter can never see another entry than the one whose hash is checked.
const schema = `
  CREATE TABLE entries (
    seq INTEGER PRIMARY KEY,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    entry TEXT NOT NULL,
    stage TEXT AS (entry ->> '$.stage'),
    at TEXT AS (entry ->> '$.at'),
    call TEXT AS (entry ->> '$.call'),
    parent TEXT AS (entry ->> '$.parent'),
    decision TEXT AS (entry ->> '$.decision'),
    action TEXT AS (entry ->> '$.action'),
    plugin TEXT AS (entry ->> '$.plugin'),
    answer TEXT AS (entry ->> '$.answer')
  ) STRICT;
  CREATE INDEX entries_by_call ON entries (call);
  CREATE INDEX entries_by_decision ON entries (decision);
  CREATE INDEX entries_by_parent ON entries (parent) WHERE parent IS NOT NULL;
  CREATE TABLE evidence (
    id INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL UNIQUE,
    plugin TEXT NOT NULL,
    request TEXT NOT NULL
  ) STRICT;
  CREATE INDEX evidence_by_plugin ON evidence (plugin, id);
  CREATE TABLE policy_sets (digest TEXT PRIMARY KEY, sources TEXT NOT NULL) STRICT;
  CREATE TABLE rates (key TEXT NOT NULL, at INTEGER NOT NULL, until INTEGER NOT NULL) STRICT;
  CREATE INDEX rates_by_key ON rates (key, at);
  CREATE INDEX rates_by_end ON rates (until);
  CREATE TABLE guest_log (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    plugin TEXT NOT NULL,
    call TEXT,
    level TEXT NOT NULL,
    line TEXT NOT NULL
  ) STRICT;
  PRAGMA user_version = ${schemaVersion};
`;

/**
 * Whether the database holds a journal (`false`: nothing at all yet).
 * @throws {YoiError} YOI_JOURNAL_UNREADABLE for a journal of another version, and for some other database
 */
export function hasJournal(db: DatabaseSync, path: string): boolean {
  const version = integerOf(db.prepare("PRAGMA user_version").get() ?? {}, "user_version");
  if (version === schemaVersion) {
    // ATTACK: a journal that came with a workspace can carry triggers that drop what is appended (threats 35, 44).
    if (layoutOf(db) === ownLayout()) return true;
    throw new YoiError("YOI_JOURNAL_UNREADABLE", `the journal \`${path}\` was laid out by something else than Yoi`, {
      path,
    });
  }
  if (version !== 0) {
    const message = `the journal \`${path}\` has the layout ${version}, and this version of Yoi knows ${schemaVersion}`;
    throw new YoiError("YOI_JOURNAL_UNREADABLE", message, { path });
  }
  const objects = integerOf(db.prepare("SELECT count(*) AS count FROM sqlite_schema").get() ?? {}, "count");
  if (objects === 0) return false;
  throw new YoiError("YOI_JOURNAL_UNREADABLE", `\`${path}\` is a database, but not a journal`, { path });
}

/** Everything that a database is laid out with: tables, indexes, and whatever else somebody put in. */
function layoutOf(db: DatabaseSync): string {
  const objects = db.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name").all();
  return JSON.stringify(objects);
}

let own: string | undefined;

function ownLayout(): string {
  if (own !== undefined) return own;
  const empty = new DatabaseSync(":memory:");
  createSchema(empty);
  own = layoutOf(empty);
  empty.close();
  return own;
}

/** Lays out an empty database; must run inside a transaction. */
export function createSchema(db: DatabaseSync): void {
  db.exec(schema);
}
