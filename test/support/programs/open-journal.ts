// Opens a journal and appends large entries until that fails; prints how many it appended, the code and the message.
// As root, it becomes nobody first, so that permissions count.
import { YoiError } from "../../../src/errors/yoi-error.ts";
import { openJournal } from "../../../src/journal/sqlite-journal.ts";
import { decidedEntry } from "../journal-entries.ts";

if (process.getuid?.() === 0) process.setuid?.(65_534);
let appended = 0;
try {
  const journal = await openJournal({ file: process.argv[2] ?? "" });
  for (; appended < 10_000; appended++) await journal.append(decidedEntry({ because: "x".repeat(4_000) }));
} catch (error) {
  const { code, message } = error instanceof YoiError ? error : { code: "none", message: String(error) };
  console.log(JSON.stringify({ appended, code, message }));
}
