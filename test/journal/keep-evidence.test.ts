import { join } from "node:path";
import test from "ava";
import { readJournal } from "../../src/journal/read-journal.ts";
import { openJournal } from "../../src/journal/sqlite-journal.ts";
import { verifyJournal } from "../../src/journal/verify-journal.ts";
import { decidedEntry } from "../support/journal-entries.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

// ATTACK: threats 35: a plugin that asks very often, to make what others did inexplicable.
test("a plugin that asks without end pushes out its own evidence, and nobody else's", async (t) => {
  const file = join(temporaryFolder(t), "journal.db");
  const journal = await openJournal({ file, limits: { evidenceRowsMax: 40, evidenceRowsPerPluginMax: 10 } });
  t.teardown(() => journal.close());
  const quiet = { ...decidedEntry(), plugin: "project:example.quiet" };
  await journal.append(quiet, '{"of":"the quiet one"}');
  const loud = Array.from({ length: 200 }, () => ({ ...decidedEntry(), plugin: "project:example.loud" }));
  for (const entry of loud) await journal.append(entry, '{"of":"the loud one"}');
  const reader = readJournal(file);
  t.is(reader.evidence(quiet.decision), '{"of":"the quiet one"}');
  const kept = loud.filter(({ decision }) => reader.evidence(decision) !== undefined);
  t.true(kept.length >= 10 && kept.length < 20);
  t.deepEqual(kept, loud.slice(-kept.length));
  t.deepEqual(verifyJournal(reader).problems, []);
});
