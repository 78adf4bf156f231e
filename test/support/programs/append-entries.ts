// Appends entries to a journal until it has appended as many as asked for, or for ever. Prints each that is committed.
import { openJournal } from "../../../src/journal/sqlite-journal.ts";
import { decidedEntry } from "../journal-entries.ts";

const [file = "", count = "0"] = process.argv.slice(2);
const journal = await openJournal({ file });
console.log("open");
for (let appended = 1; count === "for-ever" || appended <= Number(count); appended++) {
  await journal.append(decidedEntry({ at: new Date().toISOString() }), JSON.stringify({ appended }));
  console.log(appended);
}
journal.close();
