import { chmodSync, linkSync, readFileSync, statSync, truncateSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import test from "ava";
import { limits } from "../../../src/calls/limits.ts";
import { answerOf, mountScene, performFileEffect, wordOf } from "../../support/file-effects.ts";
import { runProgram } from "../../support/run-program.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

function append(folder: string, path: string, bytes: Uint8Array): Promise<string> {
  return wordOf(async () => {
    await performFileEffect("fs.append", { folder, path }, { bytes });
    return "done";
  });
}

test("bytes go to the end of a file, which is made where there is none", async (t) => {
  const folder = temporaryFolder(t);
  for (const text of ["one", "", "two", "\0\xff"]) {
    t.is(await append(folder, "log", Buffer.from(text, "latin1")), "done");
  }
  t.is(readFileSync(join(folder, "log"), "latin1"), "onetwo\0\xff");
});

test("a file grows to its bound and not past it, however many append at once", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "log"), "");
  truncateSync(join(folder, "log"), limits.fileAppendedBytesMax - 10);
  t.is(await append(folder, "log", new Uint8Array(11)), "too-large");
  t.is(statSync(join(folder, "log")).size, limits.fileAppendedBytesMax - 10);
  const answers = await Promise.all(Array.from({ length: 8 }, () => append(folder, "log", new Uint8Array(5))));
  t.deepEqual(answers.toSorted(), ["done", "done", ...Array.from({ length: 6 }, () => "too-large")]);
  t.is(statSync(join(folder, "log")).size, limits.fileAppendedBytesMax);
});

test("more bytes than may be written at once are refused again", async (t) => {
  const folder = temporaryFolder(t);
  t.is(await append(folder, "log", new Uint8Array(limits.fileWriteBytesMax + 1)), "too-large");
  t.is(await append(folder, "log", new Uint8Array(limits.fileWriteBytesMax)), "done");
});

test("what did not fit whole is taken back", async (t) => {
  const folder = temporaryFolder(t);
  chmodSync(folder, 0o777);
  writeFileSync(join(folder, "log"), "x".repeat(6_000));
  chmodSync(join(folder, "log"), 0o666);
  // Half of it has room: the system writes that half, and says so.
  const program = runProgram(t, "write-as-nobody", ["append", folder, "log", "4000"], { shell: "ulimit -f 8" });
  t.is(await program.nextLine(), "no-space");
  t.is(readFileSync(join(folder, "log"), "latin1"), "x".repeat(6_000));
});

test("an append that is called off once it writes is done, and said to be", async (t) => {
  const folder = temporaryFolder(t);
  const bytes = Buffer.alloc(limits.fileWriteBytesMax, "x");
  for (let round = 0; round < 20; round++) {
    writeFileSync(join(folder, "log"), "");
    const caller = new AbortController();
    const aim = { folder, path: "log", signal: caller.signal };
    const answer = performFileEffect("fs.append", aim, { bytes });
    for (let turns = 0; turns < 100_000 && statSync(join(folder, "log")).size === 0; turns++) await nextTurn();
    caller.abort();
    t.is(await answer, undefined);
    t.is(statSync(join(folder, "log")).size, bytes.length);
  }
});

// ATTACK: threats 24, 25
test("a file that got a second name after it was opened is not written to", async (t) => {
  const { folder } = mountScene(t);
  const file = join(folder, "2026", "plan.md");
  for (let round = 0; round < 20; round++) {
    // The call looks at the file before it first waits: the name comes after that look, and before the write.
    const answer = answerOf("append", { folder, path: "2026/plan.md" });
    linkSync(file, join(folder, "second"));
    t.is(await answer, "not-a-file");
    unlinkSync(join(folder, "second"));
  }
  t.is(readFileSync(file, "latin1"), "inside");
});
