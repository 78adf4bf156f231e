// Reads a journal in every way there is and prints what it found, as one line of JSON. As root, it becomes nobody
// first, so that permissions count.
import { exportJournal } from "../../../src/journal/export-journal.ts";
import { readJournal } from "../../../src/journal/read-journal.ts";
import { verifyJournal } from "../../../src/journal/verify-journal.ts";

if (process.getuid?.() === 0) process.setuid?.(65_534);
const reader = readJournal(process.argv[2] ?? "");
const { entries, problems } = verifyJournal(reader);
const exported = Array.from(exportJournal(reader)).length;
console.log(JSON.stringify({ entries, problems, exported, listed: reader.list({ limit: 10_000 }).length }));
