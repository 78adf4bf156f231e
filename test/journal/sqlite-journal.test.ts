import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import test, { type ExecutionContext } from "ava";
import { YoiError } from "../../src/errors/yoi-error.ts";
import { readJournal } from "../../src/journal/read-journal.ts";
import { type JournalParts, openJournal } from "../../src/journal/sqlite-journal.ts";
import { verifyJournal } from "../../src/journal/verify-journal.ts";
import { decidedEntry, openedEntry, performedEntry } from "../support/journal-entries.ts";
import { runProgram } from "../support/run-program.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

async function journalIn(t: ExecutionContext, limits: JournalParts["limits"] = {}) {
  const file = join(temporaryFolder(t), "state", "journal.db");
  const journal = await openJournal({ file, limits });
  t.teardown(() => journal.close());
  return { file, journal, reader: readJournal(file) };
}

async function refusal(work: Promise<unknown>): Promise<YoiError> {
  return work.then(
    () => Promise.reject(new Error("it was not refused")),
    (error: unknown) => (error instanceof YoiError ? error : Promise.reject(error)),
  );
}

test("an entry is there for another reader once its append has returned", async (t) => {
  const { journal, reader } = await journalIn(t);
  const decided = decidedEntry();
  await journal.append(decided);
  await journal.append(performedEntry(decided));
  t.deepEqual(
    reader.list({ limit: 10 }).map(({ seq, entry }) => [seq, entry]),
    [
      [1, decided],
      [2, performedEntry(decided)],
    ],
  );
  t.deepEqual(verifyJournal(reader).problems, []);
});

test("entries stand in the order in which one process appended them, without waiting for each other", async (t) => {
  const { journal, reader } = await journalIn(t);
  const all = Array.from({ length: 100 }, () => decidedEntry());
  await Promise.all(all.map((entry) => journal.append(entry)));
  t.deepEqual(
    reader.list({ limit: 200 }).map(({ entry }) => entry),
    all,
  );
});

test("the journal's file and folder are its owner's alone", async (t) => {
  const { file, journal } = await journalIn(t);
  await journal.append(openedEntry());
  t.is(statSync(join(file, "..")).mode & 0o777, 0o700);
  for (const name of [file, `${file}-wal`, `${file}-shm`]) t.is(statSync(name).mode & 0o777, 0o600, name);
});

test("a file that others may read is closed to them", async (t) => {
  const { file, journal } = await journalIn(t);
  journal.close();
  chmodSync(file, 0o644);
  (await openJournal({ file })).close();
  t.is(statSync(file).mode & 0o777, 0o600);
});

test("two processes that append at once keep one whole chain", async (t) => {
  const { file, reader } = await journalIn(t);
  const programs = [1, 2].map(() => runProgram(t, "append-entries", [file, "500"]));
  for (const { child } of programs) child.stdout.resume();
  t.deepEqual(await Promise.all(programs.map(({ ended }) => ended)), [0, 0]);
  const { entries, problems } = verifyJournal(reader);
  t.deepEqual({ entries, problems }, { entries: 1_000, problems: [] });
});

// ATTACK: threats 40
test("a process killed in the middle of appending loses nothing that was committed", async (t) => {
  const { file, reader } = await journalIn(t);
  const program = runProgram(t, "append-entries", [file, "for-ever"]);
  let committed = "";
  while (Number(committed) < 50 || committed === "open") committed = (await program.nextLine()) ?? "999";
  program.child.kill("SIGKILL");
  t.is(await program.ended, "SIGKILL");
  const { entries, problems, unfinished } = verifyJournal(reader);
  t.true(entries >= Number(committed));
  t.deepEqual(problems, []);
  t.is(unfinished.length, entries);
  const again = await openJournal({ file });
  await again.append(openedEntry());
  again.close();
  t.deepEqual(verifyJournal(reader).problems, []);
});

// ATTACK: threats 35
test("a lock of another process delays an append without holding up the event loop", async (t) => {
  const { file, journal, reader } = await journalIn(t, { journalBusyMs: 60_000 });
  const holder = runProgram(t, "hold-lock", [file]);
  t.is(await holder.nextLine(), "locked");
  const appended = journal.append(openedEntry());
  for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve));
  t.is(reader.list({ limit: 1 }).length, 0);
  holder.child.stdin.end();
  await appended;
  t.is(reader.list({ limit: 1 }).length, 1);
});

// ATTACK: threats 35
test("a lock that outlasts the limit makes the journal unwritable, for all that wait at once", async (t) => {
  const { file, journal } = await journalIn(t, { journalBusyMs: 30 });
  const holder = runProgram(t, "hold-lock", [file]);
  t.is(await holder.nextLine(), "locked");
  const waiting = Array.from({ length: 5 }, () => refusal(journal.append(openedEntry())));
  for (const error of await Promise.all(waiting)) t.is(error.code, "YOI_JOURNAL_UNWRITABLE");
  t.is((await refusal(openJournal({ file, limits: { journalBusyMs: 30 } }))).code, "YOI_JOURNAL_UNWRITABLE");
  holder.child.stdin.end();
  await holder.ended;
  await t.notThrowsAsync(journal.append(openedEntry()));
});

test("more writes than the queue holds are refused at once", async (t) => {
  const { journal, reader } = await journalIn(t, { journalQueueMax: 3 });
  const settled = await Promise.allSettled(Array.from({ length: 5 }, () => journal.append(openedEntry())));
  t.deepEqual(
    settled.map(({ status }) => status),
    ["fulfilled", "fulfilled", "fulfilled", "rejected", "rejected"],
  );
  t.is(reader.list({ limit: 10 }).length, 3);
});

// ATTACK: threats 35
test("on a full disk an append is refused, and what was committed before stays whole", async (t) => {
  const file = join(temporaryFolder(t), "open", "journal.db");
  mkdirSync(join(file, ".."));
  chmodSync(join(file, "..", ".."), 0o755);
  chmodSync(join(file, ".."), 0o777);
  const program = runProgram(t, "open-journal", [file], { shell: "trap '' XFSZ; ulimit -f 400" });
  const { appended, code, message } = JSON.parse((await program.nextLine()) ?? "null");
  t.is(code, "YOI_JOURNAL_UNWRITABLE");
  t.regex(message, /^the journal cannot be written: (the disk is full|the disk refused)$/);
  t.true(appended > 10);
  const { entries, problems } = verifyJournal(readJournal(file));
  t.deepEqual({ entries, problems }, { entries: appended, problems: [] });
});

// ATTACK: threats 35
test("a file that may not be written, and a folder that may not be made, are refused at opening", async (t) => {
  const { file, journal } = await journalIn(t);
  journal.close();
  for (const folder of [join(file, "..", ".."), join(file, "..")]) chmodSync(folder, 0o555);
  chmodSync(file, 0o444);
  for (const path of [file, join(file, "..", "..", "other", "journal.db")]) {
    const program = runProgram(t, "open-journal", [path]);
    t.like(JSON.parse((await program.nextLine()) ?? "null"), { appended: 0, code: "YOI_JOURNAL_UNWRITABLE" });
  }
});

test("a link or a folder in the place of the file is refused", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "elsewhere"), "");
  symlinkSync(join(folder, "elsewhere"), join(folder, "journal.db"));
  t.is((await refusal(openJournal({ file: join(folder, "journal.db") }))).code, "YOI_JOURNAL_UNWRITABLE");
  t.is((await refusal(openJournal({ file: folder }))).code, "YOI_JOURNAL_UNWRITABLE");
  t.is(readFileSync(join(folder, "elsewhere"), "utf8"), "");
});

// ATTACK: threats 35
test("a journal whose file was removed or replaced takes nothing more", async (t) => {
  const { file, journal } = await journalIn(t);
  await journal.append(openedEntry());
  rmSync(file);
  t.is((await refusal(journal.append(openedEntry()))).code, "YOI_JOURNAL_UNWRITABLE");
  writeFileSync(file, "");
  t.is((await refusal(journal.append(openedEntry()))).code, "YOI_JOURNAL_UNWRITABLE");
});

test("a closed journal takes nothing, and closing it again is nothing", async (t) => {
  const { journal } = await journalIn(t);
  journal.close();
  journal.close();
  t.is((await refusal(journal.append(openedEntry()))).code, "YOI_JOURNAL_UNWRITABLE");
  t.is((await refusal(journal.claimRates([], 0, { consume: true }))).code, "YOI_JOURNAL_UNWRITABLE");
  t.notThrows(() => journal.keepGuestLog({ at: "", plugin: "p", level: "info", text: "late" }));
});

for (const [what, make] of [
  ["a journal of a later version", "PRAGMA user_version = 2"],
  ["some other database", "CREATE TABLE bookmarks (url TEXT)"],
] as const) {
  test(`${what} is refused by writer and reader, and stays as it is`, async (t) => {
    const file = join(temporaryFolder(t), "journal.db");
    const db = new DatabaseSync(file);
    db.exec(make);
    db.close();
    const before = readFileSync(file);
    t.is((await refusal(openJournal({ file }))).code, "YOI_JOURNAL_UNREADABLE");
    t.true(
      YoiError.is(
        t.throws(() => readJournal(file).list({ limit: 1 })),
        "YOI_JOURNAL_UNREADABLE",
      ),
    );
    t.deepEqual(readFileSync(file), before);
  });
}

test("a file that is no database is refused by writer and reader", async (t) => {
  const file = join(temporaryFolder(t), "journal.db");
  writeFileSync(file, "not a database at all, but long enough to be looked at".repeat(40));
  t.is((await refusal(openJournal({ file }))).code, "YOI_JOURNAL_UNREADABLE");
  t.true(
    YoiError.is(
      t.throws(() => readJournal(file).list({ limit: 1 })),
      "YOI_JOURNAL_UNREADABLE",
    ),
  );
});

test("evidence is kept beside its decision, by hash, and goes when newer needs the room", async (t) => {
  const { journal, reader } = await journalIn(t, { evidenceRowsMax: 2, evidenceBytesMax: 16 });
  const decided = [1, 2, 3].map(() => decidedEntry());
  for (const [index, entry] of decided.entries()) await journal.append(entry, `{"call":${index}}`);
  t.deepEqual(
    decided.map(({ decision }) => reader.evidence(decision)),
    [undefined, '{"call":1}', '{"call":2}'],
  );
  t.deepEqual(verifyJournal(reader).problems, []);
});

test("evidence that is too long is not kept, and the entry does not speak of it", async (t) => {
  const { journal, reader } = await journalIn(t, { evidenceBytesMax: 16 });
  const decided = decidedEntry();
  await journal.append(decided, '{"much":"too long"}');
  t.is(reader.evidence(decided.decision), undefined);
  t.deepEqual(reader.list({ limit: 1 }).at(0)?.entry, decided);
});

test("a policy set is kept once under its digest", async (t) => {
  const { journal, reader } = await journalIn(t);
  await journal.keepPolicySet("9f3c", "permit (principal, action, resource);");
  await journal.keepPolicySet("9f3c", "another text");
  t.is(reader.policySet("9f3c"), "permit (principal, action, resource);");
  t.is(reader.policySet("0000"), undefined);
});

test("a rate's window slides, and looking at it takes nothing", async (t) => {
  const { journal } = await journalIn(t);
  const claim = { key: "project:x notes", count: 2, windowMs: 1_000 };
  const claimAt = (atMs: number, consume = true) => journal.claimRates([claim], atMs, { consume });
  t.deepEqual(await claimAt(0, false), []);
  t.deepEqual(await claimAt(0), []);
  t.deepEqual(await claimAt(600), []);
  t.deepEqual(await claimAt(999), [claim]);
  t.deepEqual(await claimAt(999, false), [claim]);
  t.deepEqual(await claimAt(1_000), []);
  t.deepEqual(await claimAt(1_599), [claim]);
});

test("a claim on several rates takes a place in all of them or in none", async (t) => {
  const { journal } = await journalIn(t);
  const wide = { key: "wide", count: 10, windowMs: 1_000 };
  const narrow = { key: "narrow", count: 1, windowMs: 1_000 };
  t.deepEqual(await journal.claimRates([wide, narrow], 0, { consume: true }), []);
  for (let again = 0; again < 20; again++) {
    t.deepEqual(await journal.claimRates([wide, narrow], 0, { consume: true }), [narrow]);
  }
  t.deepEqual(await journal.claimRates([{ ...wide, count: 2 }], 0, { consume: false }), []);
});

test("two journals on one file count one rate together", async (t) => {
  const { file, journal } = await journalIn(t);
  const other = await openJournal({ file });
  t.teardown(() => other.close());
  const claim = { key: "k", count: 50, windowMs: 60_000 };
  const claims = Array.from({ length: 100 }, (_, index) =>
    (index % 2 === 0 ? journal : other).claimRates([claim], 1, { consume: true }),
  );
  t.is((await Promise.all(claims)).filter((full) => full.length === 0).length, 50);
});

test("a clock that was set back does not empty a window", async (t) => {
  const { journal } = await journalIn(t);
  const claim = { key: "k", count: 1, windowMs: 1_000 };
  t.deepEqual(await journal.claimRates([claim], 1_000_000, { consume: true }), []);
  t.deepEqual(await journal.claimRates([claim], 5, { consume: true }), [claim]);
});

// ATTACK: threats 22
test("a guest's lines are kept in order, the oldest going first", async (t) => {
  const { journal, reader } = await journalIn(t, { guestLogRowsMax: 3 });
  const line = (text: string, plugin = "project:a") => ({ at: "t", plugin, call: "c", level: "warn" as const, text });
  for (const text of ["1", "2", "3", "4\u0000\n"]) journal.keepGuestLog(line(text));
  journal.keepGuestLog(line("5", "project:b"));
  await journal.append(openedEntry());
  t.deepEqual(
    reader.guestLog({ limit: 10 }).map(({ text }) => text),
    ["3", "4\u0000\n", "5"],
  );
  t.deepEqual(reader.guestLog({ plugin: "project:a", limit: 1 }), [line("4\u0000\n")]);
  t.deepEqual(reader.guestLog({ call: "other", limit: 9 }), []);
});

// ATTACK: threats 22
test("lines that wait for a busy database are bounded too, and none that was kept is lost to a retry", async (t) => {
  const { file, journal, reader } = await journalIn(t, { logLinesPerCallMax: 10, journalBusyMs: 60_000 });
  const holder = runProgram(t, "hold-lock", [file]);
  t.is(await holder.nextLine(), "locked");
  for (let line = 1; line <= 25; line++) {
    journal.keepGuestLog({ at: "t", plugin: "p", level: "info", text: String(line) });
    await new Promise((resolve) => setImmediate(resolve));
  }
  holder.child.stdin.end();
  await journal.append(openedEntry());
  t.deepEqual(
    reader.guestLog({ limit: 100 }).map(({ text }) => Number(text)),
    Array.from({ length: 10 }, (_, index) => index + 16),
  );
});
