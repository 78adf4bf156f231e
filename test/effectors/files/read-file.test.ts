import { appendFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import fc from "fast-check";
import { limits } from "../../../src/calls/limits.ts";
import { type Aim, answerOf, mountScene, performFileEffect, wordOf } from "../../support/file-effects.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

interface Range {
  readonly offset?: number;
  readonly length?: number;
}

function readRange(aim: Aim, range: Range): Promise<string> {
  return wordOf(async () => Buffer.from(await performFileEffect("fs.read", aim, range)).toString("latin1"));
}

test("a file of the mount is read whole", async (t) => {
  const { folder } = mountScene(t);
  t.is(await answerOf("read", { folder, path: "2026/plan.md" }), "inside");
  writeFileSync(join(folder, "empty"), "");
  t.is(await answerOf("read", { folder, path: "empty" }), "");
});

test("bytes come back as they are, to the last one that the bound allows", async (t) => {
  const { folder } = mountScene(t);
  const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256);
  writeFileSync(join(folder, "bytes"), bytes);
  const bounds = { responseBytesMax: bytes.length };
  t.deepEqual(await performFileEffect("fs.read", { folder, path: "bytes", bounds }, {}), bytes);
});

test("a file that is longer than any of its bounds is refused, never cut", async (t) => {
  const { folder } = mountScene(t);
  t.is(await answerOf("read", { folder, path: "2026/plan.md", bounds: { responseBytesMax: 6 } }), "inside");
  t.is(await answerOf("read", { folder, path: "2026/plan.md", bounds: { responseBytesMax: 5 } }), "too-large");
  writeFileSync(join(folder, "long"), Buffer.alloc(limits.fileReadBytesMax, "x"));
  const bounds = { responseBytesMax: 2 * limits.fileReadBytesMax };
  t.is((await answerOf("read", { folder, path: "long", bounds })).length, limits.fileReadBytesMax);
  appendFileSync(join(folder, "long"), "x");
  t.is(await answerOf("read", { folder, path: "long", bounds }), "too-large");
});

test("any range of any file is what a slice of its bytes is", async (t) => {
  const folder = temporaryFolder(t);
  const whole = "0123456789";
  writeFileSync(join(folder, "file"), whole);
  const count = fc.option(fc.nat(20), { nil: undefined });
  await fc.assert(
    fc.asyncProperty(count, count, async (offset, length) => {
      const range = { ...(offset !== undefined && { offset }), ...(length !== undefined && { length }) };
      const from = offset ?? 0;
      const expected = whole.slice(from, length === undefined ? undefined : from + length);
      t.is(await readRange({ folder, path: "file" }, range), expected);
    }),
  );
});

// ATTACK: threats 28
test("a sparse giant is read by ranges within the bounds, and is too large as a whole", async (t) => {
  const { folder } = mountScene(t);
  const aim = { folder, path: "giant" };
  writeFileSync(join(folder, "giant"), "begin");
  truncateSync(join(folder, "giant"), 2 ** 40);
  appendFileSync(join(folder, "giant"), "end");
  t.is(await readRange(aim, {}), "too-large");
  t.is(await readRange(aim, { offset: 1 }), "too-large");
  t.is(await readRange(aim, { length: limits.fileReadBytesMax + 1 }), "too-large");
  t.is(await readRange(aim, { length: 5 }), "begin");
  t.is(await readRange(aim, { offset: 2 ** 40 }), "end");
  t.is(await readRange(aim, { offset: 2 ** 40 - 1, length: 2 ** 32 - 1 }), "\0end");
  t.is(await readRange(aim, { offset: Number.MAX_SAFE_INTEGER, length: 1 }), "");
  t.is(await readRange({ ...aim, bounds: { responseBytesMax: 4 } }, { length: 5 }), "too-large");
  t.is(await readRange({ ...aim, bounds: { responseBytesMax: 4 } }, { length: 4 }), "begi");
});

test("a file that grows while it is read is read whole, or refused when it passes the bound", async (t) => {
  const { folder } = mountScene(t);
  const file = join(folder, "growing");
  for (const [grownBytes, range, expected] of [
    [1, {}, "a".repeat(101)],
    [9_000, {}, "a".repeat(9_100)],
    [9_901, {}, "too-large"],
    [9_901, { length: 5_000 }, "a".repeat(5_000)],
    [9_901, { length: 100 }, "a".repeat(100)],
  ] as const) {
    writeFileSync(file, "a".repeat(100));
    // The call looks at the file before it first waits: what is appended now came after that look.
    const reading = readRange({ folder, path: "growing", bounds: { responseBytesMax: 10_000 } }, range);
    appendFileSync(file, "a".repeat(grownBytes));
    t.is(await reading, expected);
  }
});

test("a file that shrinks while it is read gives what is left", async (t) => {
  const { folder } = mountScene(t);
  const reading = answerOf("read", { folder, path: "2026/plan.md" });
  truncateSync(join(folder, "2026", "plan.md"), 2);
  t.is(await reading, "in");
});
