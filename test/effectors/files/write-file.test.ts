import {
  chmodSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import test from "ava";
import { limits } from "../../../src/calls/limits.ts";
import type { WriteMode } from "../../../src/calls/powers.ts";
import { answerOf, mountScene, performFileEffect, snapshot, wordOf } from "../../support/file-effects.ts";
import { runProgram } from "../../support/run-program.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

function write(folder: string, path: string, mode: WriteMode, bytes: Uint8Array): Promise<string> {
  return wordOf(async () => {
    await performFileEffect("fs.write", { folder, path }, { mode, bytes });
    return "done";
  });
}

const everyByte = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256);

test("what is written is what is there, byte for byte, and nothing beside it", async (t) => {
  const folder = temporaryFolder(t);
  for (const [name, bytes] of [
    ["empty", new Uint8Array()],
    ["bytes", everyByte],
    ["longest", new Uint8Array(limits.fileWriteBytesMax)],
  ] as const) {
    t.is(await write(folder, name, "create", bytes), "done");
    t.true(readFileSync(join(folder, name)).equals(bytes), name);
    t.is(await write(folder, name, "replace", everyByte), "done");
    t.true(readFileSync(join(folder, name)).equals(everyByte), name);
  }
  t.deepEqual(readdirSync(folder).toSorted(), ["bytes", "empty", "longest"]);
});

test("more bytes than may be written at once are refused again", async (t) => {
  const folder = temporaryFolder(t);
  const tooMany = new Uint8Array(limits.fileWriteBytesMax + 1);
  for (const mode of ["create", "replace"] as const) t.is(await write(folder, "long", mode, tooMany), "too-large");
  t.deepEqual(readdirSync(folder), []);
});

test("replacing keeps the permissions of a file, but never the right to run as somebody else", async (t) => {
  const folder = temporaryFolder(t);
  for (const [mode, kept] of [
    [0o600, 0o600],
    [0o666, 0o666],
    [0o6755, 0o755],
    [0o1644, 0o644],
  ] as const) {
    writeFileSync(join(folder, "file"), "old");
    chmodSync(join(folder, "file"), mode);
    t.is(await answerOf("replace", { folder, path: "file" }), "done");
    t.is(statSync(join(folder, "file")).mode & 0o7777, kept);
  }
});

test("a new file and a new folder are for their owner to change, less what the process masks", async (t) => {
  const folder = temporaryFolder(t);
  const unmasked = 0o777 & ~process.umask();
  for (const operation of ["create", "replace", "append"] as const) {
    t.is(await answerOf(operation, { folder, path: operation }), "done");
    t.is(statSync(join(folder, operation)).mode & 0o7777, 0o644 & unmasked);
  }
  t.is(await answerOf("make", { folder, path: "folder" }), "done");
  t.is(statSync(join(folder, "folder")).mode & 0o7777, 0o755 & unmasked);
});

// ATTACK: threats 24, 25
test("replacing a name leaves the content of the file's other name alone", async (t) => {
  const { folder, outside } = mountScene(t);
  const other = join(outside, "2026", "plan.md");
  linkSync(other, join(folder, "second"));
  t.is(await answerOf("replace", { folder, path: "second" }), "done");
  t.is(readFileSync(other, "latin1"), "SECRET!");
  t.is(readFileSync(join(folder, "second"), "latin1"), "written");
  t.is(statSync(other).nlink, 1);
});

test("a file that its owner made read-only, or in a folder that is, is neither replaced nor appended to", async (t) => {
  const folder = temporaryFolder(t);
  chmodSync(folder, 0o777);
  writeFileSync(join(folder, "read-only"), "old");
  chmodSync(join(folder, "read-only"), 0o444);
  mkdirSync(join(folder, "closed"));
  chmodSync(join(folder, "closed"), 0o755);
  for (const operation of ["replace", "append"]) {
    for (const path of ["read-only", "closed/new"]) {
      // As root the program is nobody, and as anybody else the folder is made to be closed to its owner.
      if (process.getuid?.() !== 0) chmodSync(join(folder, "closed"), 0o555);
      const program = runProgram(t, "write-as-nobody", [operation, folder, path, "10"]);
      t.is(await program.nextLine(), "io", `${operation} ${path}`);
      await program.ended;
    }
  }
  chmodSync(join(folder, "closed"), 0o755);
  t.is(readFileSync(join(folder, "read-only"), "latin1"), "old");
  t.deepEqual(readdirSync(folder, { recursive: true }).toSorted(), ["closed", "read-only"]);
});

test("a write for which there is no room leaves the old file, and nothing beside it", async (t) => {
  const folder = temporaryFolder(t);
  chmodSync(folder, 0o777);
  writeFileSync(join(folder, "file"), "old");
  chmodSync(join(folder, "file"), 0o666);
  const before = snapshot(folder);
  for (const path of ["file", "new"]) {
    const program = runProgram(t, "write-as-nobody", ["replace", folder, path, "100000"], { shell: "ulimit -f 8" });
    t.is(await program.nextLine(), "too-large");
    await program.ended;
    t.deepEqual(snapshot(folder), before);
  }
});

test("what a killed write left is swept by a later one: when it is old, or is the second name of a file", async (t) => {
  const folder = temporaryFolder(t);
  const names = ["0", "1", "2", "3"].map((digit) => join(folder, `.yoi-${digit.repeat(32)}`));
  const [old = "", young = "", second = "", link = ""] = names;
  for (const path of [old, young, second]) writeFileSync(path, "half");
  linkSync(second, join(folder, "made"));
  symlinkSync("made", link);
  const longAgo = new Date(Date.now() - limits.temporaryFileMs - 60_000);
  for (const path of [old, link]) lutimesSync(path, longAgo, longAgo);
  writeFileSync(join(folder, ".yoi-notes"), "somebody's own");
  utimesSync(join(folder, ".yoi-notes"), longAgo, longAgo);
  t.is(await answerOf("read", { folder, path: "made" }), "not-a-file");

  t.is(await answerOf("create", { folder, path: "new" }), "done");
  t.deepEqual(
    readdirSync(folder).toSorted(),
    [".yoi-notes", "made", "new", ...[young, link].map((path) => path.slice(folder.length + 1))].toSorted(),
  );
  t.is(await answerOf("read", { folder, path: "made" }), "half");
  t.is(lstatSync(join(folder, "made")).nlink, 1);
});

for (const [moment, hasCome] of [
  ["while it is half written", (folder: string) => readdirSync(folder).length > 1],
  ["once it has its name", (folder: string) => readFileSync(join(folder, "file"), "latin1") === "written"],
] as const) {
  test(`a write that is called off ${moment} is told so and changed nothing, or is done`, async (t) => {
    const folder = temporaryFolder(t);
    for (let round = 0; round < 20; round++) {
      writeFileSync(join(folder, "file"), "old");
      const caller = new AbortController();
      const answer = answerOf("replace", { folder, path: "file", signal: caller.signal });
      for (let turns = 0; turns < 100_000 && !hasCome(folder); turns++) await nextTurn();
      caller.abort();
      const isDone = (await answer) === "done";
      // What was called off lets go of its temporary by itself.
      for (let turns = 0; turns < 100_000 && readdirSync(folder).length > 1; turns++) await nextTurn();
      t.is(readFileSync(join(folder, "file"), "latin1"), isDone ? "written" : "old");
    }
  });
}
