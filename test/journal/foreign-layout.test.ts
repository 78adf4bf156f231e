import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import test from "ava";
import { readJournal } from "../../src/journal/read-journal.ts";
import { openJournal } from "../../src/journal/sqlite-journal.ts";
import { openedEntry } from "../support/journal-entries.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const additions: readonly (readonly [title: string, sql: string])[] = [
  ["a trigger that drops entries", "CREATE TRIGGER t BEFORE INSERT ON entries BEGIN SELECT RAISE(IGNORE); END"],
  ["a trigger that empties windows", "CREATE TRIGGER t AFTER INSERT ON rates BEGIN DELETE FROM rates; END"],
  ["a view", "CREATE VIEW v AS SELECT 1"],
  ["a column of its own", "ALTER TABLE entries ADD COLUMN more TEXT"],
];
for (const [title, sql] of additions) {
  // ATTACK: threats 35, 44: a journal that came with a workspace must not decide what is remembered.
  test(`a journal with ${title} is neither written nor read`, async (t) => {
    const file = join(temporaryFolder(t), "journal.db");
    const journal = await openJournal({ file });
    await journal.append(openedEntry());
    journal.close();
    const db = new DatabaseSync(file);
    db.exec(sql);
    db.close();
    await t.throwsAsync(openJournal({ file }), { code: "YOI_JOURNAL_UNREADABLE" });
    t.throws(() => readJournal(file).list({ limit: 1 }), { code: "YOI_JOURNAL_UNREADABLE" });
  });
}
