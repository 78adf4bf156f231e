import test from "ava";
import { limits } from "../../src/calls/limits.ts";
import { createWriteBudget } from "../../src/guest/write-budget.ts";
import type { GuestAsk } from "../../src/sandbox/sandbox.ts";

const write = (length: number): GuestAsk => ({
  kind: "fs.write",
  path: "notes/x",
  mode: "replace",
  bytes: new Uint8Array(length),
});

// ATTACK: threats 22: every ask is small, and there are ten thousand of them.
test("one tool call writes so many bytes in all, to the last one, and no more", (t) => {
  const budget = createWriteBudget();
  const pieces = limits.writtenBytesPerCallMax / limits.fileWriteBytesMax;
  for (let piece = 0; piece < pieces; piece++) t.is(budget.spend(write(limits.fileWriteBytesMax)), undefined);
  t.deepEqual(budget.spend({ kind: "fs.append", path: "notes/x", bytes: new Uint8Array(1) }), {
    tag: "limit",
    val: "writtenBytesPerCallMax",
  });
  t.is(budget.spend(write(0)), undefined);
});

test("one tool call changes so many files and folders, and no more", (t) => {
  const budget = createWriteBudget();
  for (let change = 0; change < limits.fileChangesPerCallMax; change++) {
    t.is(budget.spend({ kind: "fs.make-directory", path: `notes/${change}` }), undefined);
  }
  t.deepEqual(budget.spend(write(0)), { tag: "limit", val: "fileChangesPerCallMax" });
});

test("reading, listing, removing and requests take nothing out of the budget", (t) => {
  const budget = createWriteBudget();
  const asks: readonly GuestAsk[] = [
    { kind: "fs.read", path: "notes/x" },
    { kind: "fs.list", path: "notes" },
    { kind: "fs.stat", path: "notes" },
    { kind: "fs.remove", path: "notes/x" },
    { kind: "https.send", request: { method: "GET", url: "https://x.example", headers: [], secrets: [] } },
  ];
  for (let round = 0; round <= limits.fileChangesPerCallMax; round++) {
    for (const ask of asks) t.is(budget.spend(ask), undefined);
  }
});
