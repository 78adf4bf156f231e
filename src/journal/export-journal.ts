import { YoiError } from "../errors/yoi-error.ts";
import { parseEntry } from "./parse-entry.ts";
import type { JournalReader } from "./read-journal.ts";
import { allEntries } from "./verify-journal.ts";

// Canonical JSON has none: it writes them as `\n`.
const lineBreak = /[\r\n]/;

/**
 * The whole chain as JSON lines, one at a time: place, both hashes, and the entry in the very spelling that was hashed.
 * Refuses what is no entry or would forge lines; whether the hashes hold is for `verifyJournal` to say.
 * @throws {YoiError} YOI_JOURNAL_UNREADABLE
 */
export function* exportJournal(reader: JournalReader): Generator<string, void, undefined> {
  for (const { seq, previous, hash, text } of allEntries(reader)) {
    if (parseEntry(text) === undefined || lineBreak.test(text)) {
      const message = `entry ${seq} of the journal is damaged`;
      throw new YoiError("YOI_JOURNAL_UNREADABLE", message, { path: reader.file });
    }
    yield `{"seq":${seq},"previous":${JSON.stringify(previous)},"hash":${JSON.stringify(hash)},"entry":${text}}\n`;
  }
}
