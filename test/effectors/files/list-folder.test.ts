import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import fc from "fast-check";
import { isSegment } from "../../../src/calls/guest-path.ts";
import { limits } from "../../../src/calls/limits.ts";
import { answerOf, mountScene, performFileEffect } from "../../support/file-effects.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

async function list(folder: string, path: string, after?: string): Promise<readonly string[]> {
  const aim = { folder, path };
  const entries = await performFileEffect("fs.list", aim, after === undefined ? {} : { after });
  return entries.map(({ name }) => name);
}

test("a folder and the mount itself are listed: files, folders, and what is neither", async (t) => {
  const { folder } = mountScene(t);
  symlinkSync("/etc", join(folder, "link"));
  writeFileSync(join(folder, "a.md"), "");
  t.is(await answerOf("list", { folder, path: "" }), "folder 2026, file a.md, other link");
  t.is(await answerOf("list", { folder, path: "2026" }), "file plan.md");
  t.is(await answerOf("list", { folder, path: "a.md" }), "not-a-folder");
  mkdirSync(join(folder, "empty"));
  t.is(await answerOf("list", { folder, path: "empty" }), "");
});

test("names are in the order of their code points, and begin after the one that is asked for", async (t) => {
  const folder = temporaryFolder(t);
  // By UTF-16 units, as JavaScript compares, the emoji (U+1F600) would come before U+FF21.
  const names = ["B", "a", "a b", "ab", "b", "é", "\uff21", "\u{1f600}"];
  for (const name of names.toReversed()) writeFileSync(join(folder, name), "");
  t.deepEqual(await list(folder, ""), names);
  for (const [index, name] of names.entries()) t.deepEqual(await list(folder, "", name), names.slice(index + 1));
  t.deepEqual(await list(folder, "", "a\0"), names.slice(2));
  t.deepEqual(await list(folder, "", "\u{10ffff}"), []);
});

test("page after page gives every name once, whatever names they are", async (t) => {
  const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).filter(isSegment);
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(name, { maxLength: 12 }), async (names) => {
      const folder = temporaryFolder(t);
      for (const one of names) writeFileSync(join(folder, one), "");
      const seen: string[] = [];
      for (let page = await list(folder, ""); page[0] !== undefined; page = await list(folder, "", seen.at(-1))) {
        seen.push(...page.slice(0, 3));
      }
      t.deepEqual(seen.toSorted(), names.toSorted());
    }),
    { numRuns: 30 },
  );
});

// ATTACK: threats 26, 45
test("what no guest could ask for by its name is left out", async (t) => {
  const folder = temporaryFolder(t);
  for (const name of ["e\u0301", "a\\b", "a\nb", "\u0007", ".yoi", ".YOI", ".yoi-0123", ".y\u200doi", ".yoi "]) {
    writeFileSync(join(folder, name), "");
  }
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0x66, 0xff])]), "");
  for (const name of [".yoi.md", "\ufeffbom", "plain"]) writeFileSync(join(folder, name), "");
  t.deepEqual(await list(folder, ""), [".yoi.md", "plain", "\ufeffbom"]);
});

test("a folder with more entries than may be looked at is too large", async (t) => {
  const folder = temporaryFolder(t);
  for (let index = 0; index < limits.folderEntriesMax; index++) writeFileSync(join(folder, `${index}`), "");
  t.is((await list(folder, "")).length, limits.folderEntriesMax);
  writeFileSync(join(folder, "one more"), "");
  t.is(await answerOf("list", { folder, path: "" }), "too-large");
});
