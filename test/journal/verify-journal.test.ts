import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import test, { type ExecutionContext } from "ava";
import fc from "fast-check";
import { exportJournal } from "../../src/journal/export-journal.ts";
import { readJournal } from "../../src/journal/read-journal.ts";
import { openJournal } from "../../src/journal/sqlite-journal.ts";
import { verifyJournal } from "../../src/journal/verify-journal.ts";
import { decidedEntry, openedEntry, performedEntry } from "../support/journal-entries.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const [allowed, denied, rehearsed] = [
  decidedEntry(),
  decidedEntry({ answer: "deny", cause: "no-permit", causes: ["no-permit"] }),
  decidedEntry({ stage: "rehearsed" }),
];

/** A journal of six entries, with evidence beside the first; and a way to change it behind its back. */
async function writtenJournal(t: ExecutionContext) {
  const file = join(temporaryFolder(t), "journal.db");
  const journal = await openJournal({ file });
  await journal.append(openedEntry());
  await journal.append(allowed, '{"asked":"notes/today.md"}');
  await journal.append(performedEntry(allowed));
  await journal.append(denied);
  await journal.append(rehearsed);
  await journal.append(openedEntry());
  journal.close();
  const change = (sql: string, ...values: readonly (string | number)[]) => {
    const db = new DatabaseSync(file);
    db.prepare(sql).run(...values);
    db.close();
  };
  return { file, change, reader: readJournal(file) };
}

test("a journal that nobody touched has no problems, and shows its head", async (t) => {
  const { reader } = await writtenJournal(t);
  const head = reader.stored(5, 1)[0]?.hash ?? "";
  t.deepEqual(verifyJournal(reader), { entries: 6, head, problems: [], unfinished: [] });
});

test("a journal that is not there has no entries, no head and no problems", (t) => {
  const reader = readJournal(join(temporaryFolder(t), "journal.db"));
  t.deepEqual(verifyJournal(reader), { entries: 0, problems: [], unfinished: [] });
  t.is(verifyJournal(reader, { head: "0".repeat(64) }).problems.at(0)?.kind, "head");
});

// ATTACK: threats 35
test("editing any byte of any entry breaks verification", async (t) => {
  const { reader, change } = await writtenJournal(t);
  const whole = reader.stored(0, 10);
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.integer({ min: 0x20, max: 0x7e }), (entry, at, byte) => {
      const stored = whole[entry % whole.length];
      if (stored === undefined) return;
      const bytes = Buffer.from(stored.text);
      fc.pre(bytes[at % bytes.length] !== byte);
      bytes[at % bytes.length] = byte;
      // Some edits are no JSON any more, and a column that is computed from it would refuse them: not so a raw file.
      change("DELETE FROM entries WHERE seq = ?", stored.seq);
      fc.pre(isJson(bytes.toString()));
      const put = "INSERT OR REPLACE INTO entries (seq, previous, hash, entry) VALUES (?, ?, ?, ?)";
      change(put, stored.seq, stored.previous, stored.hash, bytes.toString());
      t.true(verifyJournal(reader).problems.some(({ kind, seq }) => kind === "hash" && seq === stored.seq));
      change(put, stored.seq, stored.previous, stored.hash, stored.text);
    }),
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const edits = test.macro<[sql: string, problems: readonly [kind: string, seq: number | undefined][]]>(
  async (t, sql, problems) => {
    const { reader, change } = await writtenJournal(t);
    change(sql);
    t.deepEqual(
      verifyJournal(reader).problems.map(({ kind, seq }) => [kind, seq]),
      problems.map(([kind, seq]) => [kind, seq]),
    );
  },
);

// ATTACK: threats 35
test("an entry's own hash is covered", edits, `UPDATE entries SET hash = '${"a".repeat(64)}' WHERE seq = 3`, [
  ["hash", 3],
  ["link", 4],
]);
test("a previous hash is covered", edits, `UPDATE entries SET previous = '${"a".repeat(64)}' WHERE seq = 3`, [
  ["link", 3],
  ["hash", 3],
]);
test("an entry that was taken out leaves a gap", edits, "DELETE FROM entries WHERE seq = 4", [
  ["gap", 5],
  ["link", 5],
]);
test("the first entry cannot be missing", edits, "DELETE FROM entries WHERE seq = 1", [
  ["gap", 2],
  ["link", 2],
]);
test("white space that says the same is an edit", edits, "UPDATE entries SET entry = entry || ' ' WHERE seq = 6", [
  ["hash", 6],
]);
test("evidence that was changed is seen", edits, `UPDATE evidence SET request = '{"asked":"notes/other.md"}'`, [
  ["evidence", 2],
]);
test("evidence that was moved to another entry is seen", edits, "UPDATE evidence SET seq = 4", [["evidence", 4]]);
test("evidence of an entry that is not there is seen", edits, "UPDATE evidence SET seq = 40", [["evidence", 40]]);
test("evidence that is gone is no problem", edits, "DELETE FROM evidence", []);

// ATTACK: threats 35
test("a tail that was cut off is seen with a head that was kept outside, and never without", async (t) => {
  const { reader, change } = await writtenJournal(t);
  const { head = "" } = verifyJournal(reader);
  change("DELETE FROM entries WHERE seq = 6");
  t.deepEqual(verifyJournal(reader).problems, []);
  t.deepEqual(
    verifyJournal(reader, { head }).problems.map(({ kind }) => kind),
    ["head"],
  );
});

test("a head that was kept outside may be an older one", async (t) => {
  const { reader } = await writtenJournal(t);
  t.deepEqual(verifyJournal(reader, { head: reader.stored(1, 1)[0]?.hash ?? "" }).problems, []);
});

test("an allowed call without an end is listed as unfinished; a denied and a rehearsed one are not", async (t) => {
  const { file, reader } = await writtenJournal(t);
  const journal = await openJournal({ file });
  const running = decidedEntry();
  await journal.append(running);
  journal.close();
  const { at, call, decision, action } = running;
  t.deepEqual(verifyJournal(reader).unfinished, [{ seq: 7, at, call, decision, action }]);
});

for (const [what, end] of [
  ["was denied", performedEntry(denied)],
  ["had ended", performedEntry(allowed)],
  ["was only rehearsed", performedEntry(rehearsed)],
  ["nobody decided", performedEntry(decidedEntry())],
] as const) {
  test(`the end of a call that ${what} is a problem`, async (t) => {
    const { file, reader } = await writtenJournal(t);
    const journal = await openJournal({ file });
    await journal.append(end);
    journal.close();
    t.deepEqual(
      verifyJournal(reader).problems.map(({ kind, seq }) => [kind, seq]),
      [["order", 7]],
    );
  });
}

test("an export is one line an entry, in the very spelling that was hashed", async (t) => {
  const { reader } = await writtenJournal(t);
  const lines = Array.from(exportJournal(reader));
  t.deepEqual(
    lines.map((line) => JSON.parse(line)),
    reader.list({ limit: 10 }),
  );
  for (const [index, line] of lines.entries()) {
    t.true(line.endsWith(`,"entry":${reader.stored(index, 1)[0]?.text}}\n`));
    t.is(line.indexOf("\n"), line.length - 1);
  }
});

// ATTACK: threats 34
test("an entry that was changed to forge lines is not exported", async (t) => {
  const { reader, change } = await writtenJournal(t);
  change("UPDATE entries SET entry = replace(entry, ',', ',' || char(10)) WHERE seq = 2");
  t.throws(() => Array.from(exportJournal(reader)), { code: "YOI_JOURNAL_UNREADABLE" });
});
