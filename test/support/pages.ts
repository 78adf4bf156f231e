import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The repository's own folder. */
export const repository = join(import.meta.dirname, "../..");

/** A table of a page: the section it stands in, its head, and its rows, cell by cell. */
export interface PageTable {
  readonly section: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A page of `docs/`, whole. */
export function readPage(name: string): string {
  return readFileSync(join(repository, "docs", name), "utf8");
}

/** Every table of a page, in order. */
export function tablesOf(page: string): readonly PageTable[] {
  const tables: { section: string; head: readonly string[]; rows: (readonly string[])[] }[] = [];
  let section = "";
  let open = false;
  for (const line of withoutCode(page).split("\n")) {
    if (line.startsWith("#")) section = line.replace(/^#+\s*/, "");
    if (!line.startsWith("|")) {
      open = false;
      continue;
    }
    const cells = cellsOf(line);
    if (!open) tables.push({ section, head: cells, rows: [] });
    else if (!cells.every((cell) => /^:?-+:?$/.test(cell))) tables.at(-1)?.rows.push(cells);
    open = true;
  }
  return tables;
}

/** The table whose first column has this head; the test fails where there is none. */
export function tableOf(page: string, head: string): PageTable {
  const found = tablesOf(page).find((table) => table.head[0] === head);
  if (found === undefined) throw new Error(`no table begins with the column \`${head}\``);
  return found;
}

/** The code of every fenced block with this language, in order. */
export function codeOf(page: string, language: string): readonly string[] {
  return [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(([, of, code]) =>
    of === language && code !== undefined ? [code] : [],
  );
}

/** A cell without its backticks. */
export function plain(cell: string | undefined): string {
  return (cell ?? "").replaceAll("`", "");
}

/** The page without its fenced blocks. */
export function withoutCode(page: string): string {
  return page.replace(/^```[\s\S]*?^```$/gm, "");
}

function cellsOf(line: string): readonly string[] {
  // A bar inside of a cell is written `\|`.
  return line
    .trim()
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));
}
