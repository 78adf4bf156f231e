import { resolve } from "node:path";
import type { SQLInputValue } from "node:sqlite";
import type { CallId, DecisionId } from "../calls/identifiers.ts";
import type { Action } from "../calls/powers.ts";
import { YoiError } from "../errors/yoi-error.ts";
import { type StoredEntry, sha256 } from "./chain-entries.ts";
import type { GuestLogLine } from "./journal.ts";
import { type ChainedEntry, type DecidedEntry, isDecided } from "./journal-entry.ts";
import { parseEntry } from "./parse-entry.ts";
import { readDatabase } from "./read-database.ts";
import { integerOf, type Row, textOf } from "./row-columns.ts";

/** What to list: the newest `limit` entries, or with `after` the `limit` oldest that follow that place. */
export interface JournalFilter {
  readonly limit: number;
  /** Entries of this plugin, and the ends of its calls. */
  readonly plugin?: string;
  readonly action?: Action;
  readonly answer?: "allow" | "deny";
  /** RFC 3339 in UTC with milliseconds, as entries have it. */
  readonly since?: string;
  readonly after?: number;
}

/** What an id's last characters lead to. */
export type Found =
  | { readonly kind: "found"; readonly id: string; readonly entries: readonly ChainedEntry[] }
  | { readonly kind: "ambiguous"; readonly candidates: readonly string[] }
  | { readonly kind: "missing" };

/** Decisions that were made for real, within a plugin, an action, an answer and a time. */
export interface DecisionFilter extends Omit<JournalFilter, "limit"> {
  /** The newest so many. */
  readonly last: number;
}

/** A decision with the evidence that is kept of it, if it is there and has the hash that the entry names. */
export interface DecisionOnRecord {
  readonly seq: number;
  readonly entry: DecidedEntry;
  readonly evidence?: string;
}

/** The evidence of one entry, as it is stored. */
export interface StoredEvidence {
  readonly seq: number;
  readonly request: string;
  /** The entry's own text; absent where there is no such entry. */
  readonly text?: string;
}

/**
 * Reads a journal and writes nothing. A journal that is not there yet is an empty one. Lists are in the order of the
 * chain. Every method can throw YOI_JOURNAL_UNREADABLE.
 */
export interface JournalReader {
  readonly file: string;
  list(filter: JournalFilter): readonly ChainedEntry[];
  /**
   * The entries of the one call or decision whose id ends in `suffix`, six characters or more.
   * @throws {YoiError} YOI_USAGE for a shorter one
   */
  find(suffix: string): Found;
  /** What the calls made under `call` left behind, and those under these. */
  descendants(call: CallId): readonly ChainedEntry[];
  /** The request that was decided, as it was recorded; nothing when it is gone or no longer has the entry's hash. */
  evidence(decision: DecisionId): string | undefined;
  /** The newest decisions, the oldest of them first; rehearsals are none. */
  decisions(filter: DecisionFilter): readonly DecisionOnRecord[];
  policySet(digest: string): string | undefined;
  /** The newest `limit` lines, the oldest of them first. */
  guestLog(filter: {
    readonly plugin?: string;
    readonly call?: CallId;
    readonly limit: number;
  }): readonly GuestLogLine[];
  /** Entries as they are stored, unread, after a place in the chain. */
  stored(after: number, limit: number): readonly StoredEntry[];
  /** Evidence as it is stored, by the entry that it belongs to, after a place in the chain. */
  storedEvidence(after: number, limit: number): readonly StoredEvidence[];
}

const suffixLengthMin = 6;
const candidatesMax = 10;
const chained = "SELECT seq, previous, hash, entry FROM entries";
const below = `WITH RECURSIVE below(call) AS (
  SELECT call FROM entries WHERE parent = ?
  UNION SELECT entries.call FROM entries JOIN below ON entries.parent = below.call
) SELECT call FROM below`;

/** A reader of the journal in the file at `path`. */
export function readJournal(path: string): JournalReader {
  const file = resolve(path);
  const rows = <T>(map: (row: Row) => T, sql: string, ...values: readonly SQLInputValue[]): readonly T[] =>
    readDatabase<readonly T[]>(file, [], (db) =>
      db
        .prepare(sql)
        .all(...values)
        .map(map),
    );
  const entries = (sql: string, ...values: readonly SQLInputValue[]) =>
    rows(storedEntry, sql, ...values).map((stored) => readEntry(stored, file));

  return {
    file,
    list: (filter) => {
      const { where, values } = conditions(filter);
      if (filter.after !== undefined)
        return entries(`${chained} ${where} ORDER BY seq LIMIT ?`, ...values, filter.limit);
      return entries(`${chained} ${where} ORDER BY seq DESC LIMIT ?`, ...values, filter.limit).toReversed();
    },
    find: (suffix) => {
      const ending = suffix.toUpperCase();
      if (ending.length < suffixLengthMin) {
        const message = `an id is named by its last ${suffixLengthMin} characters or more, and \`${suffix}\` has fewer`;
        throw new YoiError("YOI_USAGE", message, {});
      }
      const ids = rows((row) => textOf(row, "id"), endingIn, ending, candidatesMax);
      const [id, ...others] = ids;
      if (id === undefined) return { kind: "missing" };
      if (others.length > 0) return { kind: "ambiguous", candidates: ids };
      return { kind: "found", id, entries: entries(`${chained} WHERE call = ? OR decision = ? ORDER BY seq`, id, id) };
    },
    descendants: (call) => entries(`${chained} WHERE call IN (${below}) ORDER BY seq`, call),
    evidence: (decision) => {
      const [kept] = rows(storedEvidence, `${evidenceRows} WHERE entries.decision = ?`, decision);
      return kept !== undefined && isEvidenceOf(kept) ? kept.request : undefined;
    },
    decisions: ({ last, ...filter }) => {
      const { where, values } = conditions(filter, ["stage = 'decided'"]);
      const sql = `${decisionRows} ${where} ORDER BY entries.seq DESC LIMIT ?`;
      return rows((row) => decisionOnRecord(row, file), sql, ...values, last).toReversed();
    },
    policySet: (digest) =>
      rows((row) => textOf(row, "sources"), "SELECT sources FROM policy_sets WHERE digest = ?", digest)[0],
    guestLog: ({ plugin, call, limit }) =>
      rows(guestLine, guestLines, plugin ?? null, call ?? null, limit).toReversed(),
    stored: (after, limit) => rows(storedEntry, `${chained} WHERE seq > ? ORDER BY seq LIMIT ?`, after, limit),
    storedEvidence: (after, limit) =>
      rows(storedEvidence, `${evidenceRows} WHERE evidence.seq > ? ORDER BY evidence.seq LIMIT ?`, after, limit),
  };
}

/** Whether the evidence has the hash that its entry names. */
export function isEvidenceOf({ request, text }: StoredEvidence): boolean {
  const entry = parseEntry(text ?? "");
  return entry !== undefined && "evidence" in entry && entry.evidence === sha256(request);
}

const endingIn = `
  SELECT id FROM (
    SELECT decision AS id FROM entries WHERE substr(decision, -length(?1)) = ?1
    UNION
    SELECT call FROM entries WHERE substr(call, -length(?1)) = ?1
  ) LIMIT ?2`;

const evidenceRows = `
  SELECT evidence.seq, evidence.request, entries.entry AS entry
  FROM evidence LEFT JOIN entries ON entries.seq = evidence.seq`;

const decisionRows = `
  SELECT entries.seq AS seq, previous, hash, entry, evidence.request AS request
  FROM entries LEFT JOIN evidence ON evidence.seq = entries.seq`;

const guestLines = `
  SELECT at, plugin, call, level, line FROM guest_log
  WHERE (?1 IS NULL OR plugin = ?1) AND (?2 IS NULL OR call = ?2) ORDER BY id DESC LIMIT ?3`;

function conditions(
  filter: Omit<JournalFilter, "limit">,
  always: readonly string[] = [],
): { readonly where: string; readonly values: readonly SQLInputValue[] } {
  const parts: (readonly [string, ...SQLInputValue[]])[] = always.map((sql) => [sql]);
  if (filter.after !== undefined) parts.push(["entries.seq > ?", filter.after]);
  if (filter.since !== undefined) parts.push(["at >= ?", filter.since]);
  if (filter.action !== undefined) parts.push(["action = ?", filter.action]);
  if (filter.answer !== undefined) parts.push(["answer = ?", filter.answer]);
  if (filter.plugin !== undefined) {
    // The end of a call does not name the plugin; its decision does.
    const ofItsCalls = "EXISTS (SELECT 1 FROM entries own WHERE own.decision = entries.decision AND own.plugin = ?)";
    parts.push([`(entries.plugin = ? OR ${ofItsCalls})`, filter.plugin, filter.plugin]);
  }
  return {
    where: parts.length === 0 ? "" : `WHERE ${parts.map(([sql]) => sql).join(" AND ")}`,
    values: parts.flatMap(([, ...values]) => values),
  };
}

function storedEntry(row: Row): StoredEntry {
  return {
    seq: integerOf(row, "seq"),
    previous: textOf(row, "previous"),
    hash: textOf(row, "hash"),
    text: textOf(row, "entry"),
  };
}

function decisionOnRecord(row: Row, path: string): DecisionOnRecord {
  const stored = storedEntry(row);
  const { seq, entry } = readEntry(stored, path);
  if (!isDecided(entry))
    throw new YoiError("YOI_JOURNAL_UNREADABLE", `entry ${seq} of the journal is no decision`, { path });
  const request = row["request"];
  const isWhole = typeof request === "string" && entry.evidence === sha256(request);
  return { seq, entry, ...(isWhole && { evidence: request }) };
}

function storedEvidence(row: Row): StoredEvidence {
  const text = row["entry"];
  return {
    seq: integerOf(row, "seq"),
    request: textOf(row, "request"),
    ...(typeof text === "string" && { text }),
  };
}

function readEntry({ seq, previous, hash, text }: StoredEntry, path: string): ChainedEntry {
  const entry = parseEntry(text);
  if (entry !== undefined) return { seq, previous, hash, entry };
  throw new YoiError("YOI_JOURNAL_UNREADABLE", `entry ${seq} of the journal is no entry`, { path });
}

function guestLine(row: Row): GuestLogLine {
  const call = row["call"];
  return {
    at: textOf(row, "at"),
    plugin: textOf(row, "plugin"),
    ...(typeof call === "string" && { call }),
    level: levelOf(textOf(row, "level")),
    text: textOf(row, "line"),
  };
}

function levelOf(text: string): GuestLogLine["level"] {
  return text === "debug" || text === "warn" || text === "error" ? text : "info";
}
