import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import test from "ava";
import { readPage, repository, withoutCode } from "../support/pages.ts";

const pages = [
  join(repository, "README.md"),
  ...readdirSync(join(repository, "docs"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".md"))
    .map((entry) => join(entry.parentPath, entry.name)),
];

/** The heading's anchor as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

function brokenLinks(page: string): readonly string[] {
  const text = withoutCode(readFileSync(page, "utf8")).replace(/`[^`\n]*`/g, "");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = ""]) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [path = "", anchor] = target.split("#");
    const file = path === "" ? page : join(dirname(page), path);
    if (!existsSync(file)) return [target];
    if (anchor === undefined || !file.endsWith(".md")) return [];
    const anchors = [...readFileSync(file, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
      anchorOf(heading),
    );
    return anchors.includes(anchor) ? [] : [target];
  });
}

for (const page of pages) {
  test(`every relative link in \`${relative(repository, page)}\` leads to something that exists`, (t) => {
    t.deepEqual(brokenLinks(page), []);
  });
}

test("`docs/README.md` names every page of docs", (t) => {
  const index = readPage("README.md");
  const named = pages
    .map((page) => relative(join(repository, "docs"), page))
    .filter((page) => !page.startsWith("..") && !page.includes("/") && page !== "README.md");
  t.deepEqual(
    named.filter((page) => !index.includes(`(${page})`)),
    [],
  );
});

test("a file that a page or a message names in backticks as `docs/…` exists", (t) => {
  const sources = readdirSync(join(repository, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name));
  const missing = [...pages, ...sources].flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/`(docs\/[A-Za-z0-9_./-]+)`/g)].flatMap(([, named = ""]) =>
      existsSync(join(repository, named)) ? [] : [`${relative(repository, file)}: ${named}`],
    ),
  );
  t.deepEqual(missing, []);
});
