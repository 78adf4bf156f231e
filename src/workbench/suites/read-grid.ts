import type { Place } from "../../errors/error-details.ts";

/** An answer in a grid: `allow`, `deny`, or either with its reason, as in `deny:no-permit`; a dash asks nothing. */
export interface GridCell {
  readonly answer: "allow" | "deny" | "none";
  readonly because?: string;
  /** Where in the grid: 0-based line, 0-based UTF-16 unit in it. */
  readonly line: number;
  readonly offset: number;
}

/** A row of answers, and the label before them, blanks made one. */
export interface GridRow {
  readonly label: string;
  readonly cells: readonly GridCell[];
  readonly line: number;
}

/** A grid as it is written. */
export interface Grid {
  readonly header?: { readonly label: string; readonly line: number };
  readonly rows: readonly GridRow[];
}

interface Word {
  readonly text: string;
  readonly offset: number;
}

const answers = /^(allow|deny|-)(?::(\S+))?$/;

/**
 * Reads a table of answers. Each line is a row: its label, which may be left out, then as many answers as there are
 * columns. A first line without answers is the header. Bars between cells mean nothing.
 */
export function readGrid(text: string, columns: number): Grid | { readonly message: string; readonly line: number } {
  const rows: GridRow[] = [];
  let header: Grid["header"];
  for (const [line, written] of text.split(/\r?\n/).entries()) {
    const words = wordsOf(written);
    if (words.length === 0 || words.every(({ text: word }) => /^[-:]{3,}$/.test(word))) continue;
    const behind = words.slice(-columns);
    const cells = behind.flatMap((word) => cellOf(word, line));
    if (cells.length === columns) {
      rows.push({ label: labelOf(words.slice(0, -columns)), cells, line });
    } else if (rows.length === 0 && header === undefined && cells.length === 0) {
      header = { label: labelOf(words), line };
    } else {
      const count = `${columns} ${columns === 1 ? "answer" : "answers"}`;
      return { message: `a row of the table ends in ${count}, each \`allow\`, \`deny\`, or \`-\``, line };
    }
  }
  return { ...(header !== undefined && { header }), rows };
}

function wordsOf(line: string): readonly Word[] {
  return [...line.matchAll(/[^\s|]+/gu)].map(({ 0: text, index }) => ({ text, offset: index }));
}

function labelOf(words: readonly Word[]): string {
  return words.map(({ text }) => text).join(" ");
}

function cellOf({ text, offset }: Word, line: number): readonly GridCell[] {
  const [, answer, because] = answers.exec(text) ?? [];
  if (answer === undefined || (answer === "-" && because !== undefined)) return [];
  const asked = answer === "allow" || answer === "deny" ? answer : "none";
  return [{ answer: asked, ...(because !== undefined && { because }), line, offset }];
}

/** The lines of a file as places count them. */
export function linesOf(text: string): readonly string[] {
  return text.replace(/^\ufeff/, "").split("\n");
}

/**
 * Finds where a line of a TOML text begins in its file. `place` is where its value begins, quotes included; a text with
 * escapes in it does not stand in the file as it is, and all of it has that place.
 */
export function placesInText(
  lines: readonly string[],
  value: string,
  place: Required<Place>,
): (line: number, offset: number) => Required<Place> {
  const first = (lines[place.line - 1] ?? "").slice(place.column - 1);
  const [quotes = ""] = /^(?:"""|'''|"|')/.exec(first) ?? [];
  const startsBelow = quotes.length === 3 && first.slice(quotes.length).trim() === "";
  const begin = { line: place.line + (startsBelow ? 1 : 0), column: startsBelow ? 1 : place.column + quotes.length };
  const written = value.split("\n");
  const isVerbatim = written.every((text, index) => {
    const from = index === 0 ? begin.column - 1 : 0;
    return (lines[begin.line - 1 + index] ?? "").slice(from).startsWith(text.replace(/\r$/, ""));
  });
  return (line, offset) => {
    if (!isVerbatim) return place;
    return { ...place, line: begin.line + line, column: (line === 0 ? begin.column : 1) + offset };
  };
}
