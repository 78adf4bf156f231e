import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { limits } from "../../src/calls/limits.ts";
import { plain, readPage, repository, tablesOf } from "../support/pages.ts";

const page = readPage("original-checklist.md");
const sources = readdirSync(join(repository, "test"), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".test.ts"))
  .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));

const given = sources.map((text) => ({
  text,
  titles: [...text.matchAll(/\btest(?:\.serial)?\(\s*(?:"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g)].map(
    ([, quoted, template]) => (quoted ?? template ?? "").replace(/\\(["`])/g, "$1"),
  ),
}));

/** Whether some test is called so: by these very words, or by a template whose gaps the same file fills with them. */
function isTitle(title: string): boolean {
  return given.some(({ text, titles }) =>
    titles.some((known) => {
      const gaps = new RegExp(
        `^${known
          .split(/\$\{[^}]*\}/)
          .map(RegExp.escape)
          .join("(.+)")}$`,
      ).exec(title);
      return gaps?.slice(1).every((gap) => isQuotedIn(text, gap)) ?? false;
    }),
  );
}

/** What fills a gap stands in the file as a string of its own. */
function isQuotedIn(text: string, gap: string): boolean {
  const bare = gap.replace(/^"|"$/g, "");
  return ['"', "'", "`"].some((quote) => text.includes(quote + bare + quote));
}

const behaviours = tablesOf(page)
  .filter(({ head }) => head[0] === "behaviour")
  .flatMap(({ rows }) => rows);

test("every test that `docs/original-checklist.md` names exists", (t) => {
  const titles = behaviours.flatMap(([, held = ""]) => held.split("<br>").filter((title) => title !== ""));
  t.true(titles.length > 50);
  t.deepEqual(
    titles.filter((title) => !isTitle(title)),
    [],
  );
});

test("every row of `docs/original-checklist.md` is held by a test, or says why not", (t) => {
  for (const [behaviour, held, differs] of behaviours) t.true(held !== "" || differs !== "", behaviour);
});

test("every limit that `docs/original-checklist.md` names exists", (t) => {
  const numbers = tablesOf(page).find(({ head }) => head[0] === "constant")?.rows ?? [];
  t.deepEqual(
    numbers
      .map(([, , here = ""]) => here)
      .filter((here) => here.startsWith("`") && !Object.hasOwn(limits, plain(here))),
    [],
  );
});
