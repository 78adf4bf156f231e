import { mkdirSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import fc from "fast-check";
import { isSegment } from "../../../src/calls/guest-path.ts";
import { limits } from "../../../src/calls/limits.ts";
import { listFolder } from "../../../src/effectors/files/list-folder.ts";
import { openPlace, openSlot } from "../../../src/effectors/files/open-place.ts";
import { answerOf, fileWarrantParts, mountScene, performFileEffect } from "../../support/file-effects.ts";
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

// ATTACK: threats 22: many lists at once must not hold the host up longer than one does.
test("of all lists at once, one has its folder open", async (t) => {
  const folders = Array.from({ length: 6 }, () => temporaryFolder(t));
  for (const folder of folders) {
    for (let index = 0; index < 1_000; index++) writeFileSync(join(folder, `n${index}`), "");
  }
  let going = true;
  const openInTurns: (readonly string[])[] = [];
  const look = () => {
    openInTurns.push(folders.filter((folder) => openPaths().has(folder)));
    if (going) setImmediate(look);
  };
  setImmediate(look);
  await Promise.all(folders.map((folder) => list(folder, "")));
  going = false;
  t.is(Math.max(...openInTurns.map((open) => open.length)), 1);
  t.deepEqual(new Set(openInTurns.flat()), new Set(folders));
});

// ATTACK: threats 22
test("others get their turn after so many names of a folder", async (t) => {
  const folder = temporaryFolder(t);
  for (let index = 0; index < limits.namesPerTurnMax * 4; index++) writeFileSync(join(folder, `n${index}`), "");
  let going = true;
  let looked = new Set<string>();
  const lookedInTurns: number[] = [];
  const endTurn = () => {
    lookedInTurns.push(looked.size);
    looked = new Set();
    if (going) setImmediate(endTurn);
  };
  const walls = new Set<string>();
  walls.has = (identity) => {
    // Each name is looked for once, after the identity of the folder that it is in.
    if (identity.includes("/")) looked.add(identity);
    return false;
  };
  setImmediate(endTurn);
  const aim = { folder, path: "" };
  const entries = await listFolder(
    {
      openPlace: () => openPlace(folder, [], new Set()),
      openSlot: () => openSlot(folder, [], new Set()),
      walls,
      stop: new AbortController().signal,
      commit: () => undefined,
    },
    fileWarrantParts("fs.list", aim, {}),
  );
  going = false;
  t.is(entries.length, limits.namesPerTurnMax * 4);
  t.true(Math.max(...lookedInTurns) > 0);
  t.true(Math.max(...lookedInTurns) <= limits.namesPerTurnMax);
});

/** What this process holds open. */
function openPaths(): ReadonlySet<string> {
  const paths = readdirSync("/proc/self/fd").map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return "";
    }
  });
  return new Set(paths);
}
