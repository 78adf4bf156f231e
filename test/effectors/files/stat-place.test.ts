import { linkSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { mountScene, performFileEffect } from "../../support/file-effects.ts";

const at = new Date("2026-03-01T12:00:00.250Z");

test("a file has its bytes and its time, a folder and the mount itself their time", async (t) => {
  const { folder } = mountScene(t);
  for (const path of ["2026/plan.md", "2026", ""]) utimesSync(join(folder, path), at, at);
  const stat = (path: string) => performFileEffect("fs.stat", { folder, path }, {});
  t.deepEqual(await stat("2026/plan.md"), { kind: "file", bytes: 6, modifiedMs: at.getTime() });
  for (const path of ["2026", ""])
    t.deepEqual(await stat(path), { kind: "folder", bytes: 0, modifiedMs: at.getTime() });
});

test("a time before 1970 is its beginning", async (t) => {
  const { folder } = mountScene(t);
  const before = new Date(-10_000);
  utimesSync(join(folder, "2026"), before, before);
  t.is((await performFileEffect("fs.stat", { folder, path: "2026" }, {})).modifiedMs, 0);
});

// ATTACK: threats 24, 27
test("of a link and of a second name it is said that they are there, and nothing of what they lead to", async (t) => {
  const { folder, outside } = mountScene(t);
  writeFileSync(join(outside, "long"), "x".repeat(1_000));
  linkSync(join(outside, "long"), join(folder, "second"));
  symlinkSync(join(outside, "long"), join(folder, "link"));
  for (const path of ["second", "link"]) {
    t.deepEqual(await performFileEffect("fs.stat", { folder, path }, {}), { kind: "other", bytes: 0, modifiedMs: 0 });
  }
});
