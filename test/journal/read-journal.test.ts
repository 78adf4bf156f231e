import { chmodSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import test, { type ExecutionContext } from "ava";
import { readJournal } from "../../src/journal/read-journal.ts";
import { openJournal } from "../../src/journal/sqlite-journal.ts";
import { decidedEntry, openedEntry, performedEntry } from "../support/journal-entries.ts";
import { runProgram } from "../support/run-program.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const notes = decidedEntry({ call: "01AAAAAAAAAAAAAAAAAAAAAA11", decision: "01BBBBBBBBBBBBBBBBBBBBBB11" });
const weather = decidedEntry({
  at: "2026-11-23T00:00:00.000Z",
  call: "01AAAAAAAAAAAAAAAAAAAAAA22",
  decision: "01CCCCCCCCCCCCCCCCCCCCCC22",
  parent: notes.call,
  plugin: "project:example.weather",
  action: "tool.execute",
  answer: "deny",
});

async function journalOfFour(t: ExecutionContext) {
  const folder = temporaryFolder(t);
  const file = join(folder, "state", "journal.db");
  const journal = await openJournal({ file });
  t.teardown(() => journal.close());
  for (const entry of [openedEntry(), notes, weather, performedEntry(notes)]) await journal.append(entry, "{}");
  return { folder, file, journal, reader: readJournal(file) };
}

const lists = test.macro<[filter: Omit<Parameters<ReturnType<typeof readJournal>["list"]>[0], never>, seqs: number[]]>({
  exec: async (t, filter, seqs) => {
    const { reader } = await journalOfFour(t);
    t.deepEqual(
      reader.list(filter).map(({ seq }) => seq),
      seqs,
    );
  },
  title: (_, filter, seqs) => `a list by ${JSON.stringify(filter)} has the entries ${seqs.join(", ") || "of none"}`,
});

test(lists, { limit: 10 }, [1, 2, 3, 4]);
test(lists, { limit: 2 }, [3, 4]);
test(lists, { limit: 2, after: 0 }, [1, 2]);
test(lists, { limit: 2, after: 2 }, [3, 4]);
test(lists, { limit: 2, after: 4 }, []);
test(lists, { limit: 10, plugin: "project:example.notes" }, [2, 4]);
test(lists, { limit: 10, plugin: "project:example.weather" }, [3]);
test(lists, { limit: 10, action: "tool.execute" }, [3]);
test(lists, { limit: 10, answer: "deny" }, [3]);
test(lists, { limit: 10, answer: "allow", plugin: "project:example.weather" }, []);
test(lists, { limit: 10, since: "2026-11-23T00:00:00.000Z" }, [3]);

const finds = test.macro<[suffix: string, found: unknown]>({
  exec: async (t, suffix, found) => {
    const { reader } = await journalOfFour(t);
    const answer = reader.find(suffix);
    t.deepEqual(answer.kind === "found" ? [answer.id, ...answer.entries.map(({ seq }) => seq)] : answer, found);
  },
  title: (_, suffix) => `\`${suffix}\` finds what ends in it`,
});

test(finds, "AAAA11", [notes.call, 2, 4]);
test(finds, "aaaa11", [notes.call, 2, 4]);
test(finds, notes.decision, [notes.decision, 2, 4]);
test(finds, "CCCC22", [weather.decision, 3]);
test(finds, "ZZZZZZ", { kind: "missing" });
test(finds, "%%%%%%", { kind: "missing" });

test("a suffix of several ids names them all instead of choosing", async (t) => {
  const { journal, reader } = await journalOfFour(t);
  const other = decidedEntry({ call: "01DDDDDDDDDDDDDDDDAAAAAA11" });
  await journal.append(other);
  t.deepEqual(reader.find("AAAA11"), { kind: "ambiguous", candidates: [notes.call, other.call] });
});

test("fewer than six characters name nothing", async (t) => {
  const { reader } = await journalOfFour(t);
  t.throws(() => reader.find("AAA11"), { code: "YOI_USAGE" });
});

test("the children of a call are those that name it as their parent", async (t) => {
  const { reader } = await journalOfFour(t);
  t.deepEqual(
    reader.descendants(notes.call).map(({ entry }) => entry.at),
    [weather.at],
  );
});

test("a journal that is not there, or not yet laid out, is an empty one, and stays so", (t) => {
  const folder = temporaryFolder(t);
  const reader = readJournal(join(folder, "journal.db"));
  t.deepEqual(reader.list({ limit: 1 }), []);
  t.deepEqual(reader.find("AAAAAA"), { kind: "missing" });
  t.is(reader.evidence("x"), undefined);
  t.is(reader.policySet("x"), undefined);
  t.deepEqual(reader.guestLog({ limit: 1 }), []);
  t.deepEqual(readdirSync(folder), []);
});

test("evidence that no longer has its entry's hash is not answered", async (t) => {
  const { file, reader } = await journalOfFour(t);
  t.is(reader.evidence(notes.decision), "{}");
  const db = new DatabaseSync(file);
  db.exec(`UPDATE evidence SET request = '{"x":1}'`);
  db.close();
  t.is(reader.evidence(notes.decision), undefined);
});

test("an entry that is none any more is an error, not a crash and not a silence", async (t) => {
  const { file, reader } = await journalOfFour(t);
  const db = new DatabaseSync(file);
  db.exec(`UPDATE entries SET entry = '{"stage":"decided"}' WHERE seq = 2`);
  db.close();
  t.throws(() => reader.list({ limit: 9 }), { code: "YOI_JOURNAL_UNREADABLE" });
});

test("a reader sees what a running writer appends, each time that it asks", async (t) => {
  const { journal, reader } = await journalOfFour(t);
  await journal.append(openedEntry());
  t.is(reader.list({ limit: 9, after: 4 }).length, 1);
  journal.close();
  t.is(reader.list({ limit: 9, after: 4 }).length, 1);
});

function snapshot(folder: string) {
  return readdirSync(folder).map((name) => {
    const { size, mtimeMs, ctimeMs } = statSync(join(folder, name));
    return { name, size, mtimeMs, ctimeMs, bytes: readFileSync(join(folder, name)).toString("base64") };
  });
}

for (const [when, leave] of [
  ["was closed", "close"],
  ["was left by a writer that was killed", "kill"],
] as const) {
  test(`a journal that ${when} is read whole, as nobody, on a full disk, without a byte written`, async (t) => {
    const { folder, file, journal } = await journalOfFour(t);
    journal.close();
    let written = 4;
    if (leave === "kill") {
      const writer = runProgram(t, "append-entries", [file, "for-ever"]);
      for (let lines = 0; lines < 20; lines++) await writer.nextLine();
      writer.child.kill("SIGKILL");
      await writer.ended;
      written = readJournal(file).list({ limit: 10_000 }).length;
    }
    const state = join(folder, "state");
    for (const name of readdirSync(state)) chmodSync(join(state, name), 0o444);
    for (const path of [folder, state]) chmodSync(path, 0o555);
    const before = snapshot(state);
    t.deepEqual(
      before.map(({ name }) => name),
      leave === "kill" ? ["journal.db", "journal.db-shm", "journal.db-wal"] : ["journal.db"],
    );
    const program = runProgram(t, "read-journal", [file], { shell: "ulimit -f 0" });
    t.deepEqual(JSON.parse((await program.nextLine()) ?? "null"), {
      entries: written,
      problems: [],
      exported: written,
      listed: written,
    });
    t.deepEqual(snapshot(state), before);
  });
}
