import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { limits } from "../../../src/calls/limits.ts";
import { answerOf, mountScene } from "../../support/file-effects.ts";

test("folders are made one at a time, filled, emptied and removed", async (t) => {
  const { folder } = mountScene(t);
  t.is(await answerOf("make", { folder, path: "a/b" }), "not-found");
  t.is(await answerOf("make", { folder, path: "a" }), "done");
  t.is(await answerOf("make", { folder, path: "a" }), "exists");
  t.is(await answerOf("make", { folder, path: "a/b" }), "done");
  t.is(await answerOf("create", { folder, path: "a/b/c.md" }), "done");
  t.is(readFileSync(join(folder, "a", "b", "c.md"), "latin1"), "written");
  t.is(await answerOf("remove", { folder, path: "a/b" }), "not-empty");
  for (const path of ["a/b/c.md", "a/b", "a"]) t.is(await answerOf("remove", { folder, path }), "done");
  t.is(await answerOf("remove", { folder, path: "a" }), "not-found");
  t.false(existsSync(join(folder, "a")));
});

test("a folder in which nothing is left but what a killed write left can be removed", async (t) => {
  const { folder } = mountScene(t);
  mkdirSync(join(folder, "a"));
  const leftOver = join(folder, "a", `.yoi-${"0".repeat(32)}`);
  writeFileSync(leftOver, "half");
  const longAgo = new Date(Date.now() - limits.temporaryFileMs - 60_000);
  utimesSync(leftOver, longAgo, longAgo);
  t.is(await answerOf("list", { folder, path: "a" }), "");
  t.is(await answerOf("remove", { folder, path: "a" }), "done");
});
