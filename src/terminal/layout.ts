/** Columns that a person reads without wrapping. */
export const widthDefault = 80;

// biome-ignore lint/suspicious/noControlCharactersInRegex: colour sequences begin with ESC.
const colourSequence = /\u001b\[\d+m/g;

/** Columns that text takes: colour takes none, East Asian wide characters and emoji take two. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text.replace(colourSequence, "")) {
    const wide =
      /[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;
    columns += /\p{Mn}/u.test(character) ? 0 : wide.test(character) ? 2 : 1;
  }
  return columns;
}

/** Text with spaces behind it, up to a width. */
export function pad(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - columnsOf(text)));
}

/** `left` and `right` at the two ends of a line; on two lines where they do not fit on one. */
export function spread(left: string, right: string, width = widthDefault): string {
  const room = width - columnsOf(left) - columnsOf(right);
  return room >= 1 ? left + " ".repeat(room) + right : `${left}\n    ${right}`;
}

/** A value as JSON with spaces in it, so that it can be wrapped. */
export function showJson(value: unknown): string {
  // Line breaks inside of strings are escaped in JSON: the ones that are left are between its parts.
  return (JSON.stringify(value, null, 1) ?? "").replace(/\n */g, " ");
}

/** Rows in columns as wide as their widest cell, two spaces apart, nothing behind the last. */
export function table(rows: readonly (readonly string[])[], indent = ""): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.slice(0, -1).entries())
      widths[index] = Math.max(widths[index] ?? 0, columnsOf(cell));
  }
  return rows.map((row) =>
    (
      indent + row.map((cell, index) => (index < row.length - 1 ? pad(cell, widths[index] ?? 0) : cell)).join("  ")
    ).trimEnd(),
  );
}

/** Labels in a column, and beside it their texts, wrapped. A label that is too wide has its text below it. */
export function labelled(rows: readonly (readonly [label: string, text: string])[], indent = ""): readonly string[] {
  const width = Math.max(0, ...rows.map(([label]) => columnsOf(label)).filter((columns) => columns <= labelColumnsMax));
  return rows.flatMap(([label, text]) => {
    const [first = "", ...rest] = wrap(text, " ".repeat(columnsOf(indent) + width + 2));
    if (columnsOf(label) > width) return [indent + label, first, ...rest];
    return [`${indent}${pad(label, width)}  ${first.trimStart()}`.trimEnd(), ...rest];
  });
}

const labelColumnsMax = 30;

/** Words wrapped to a width, each line behind the same indent. What fits on one line is left as it is. */
export function wrap(text: string, indent = "", width = widthDefault): readonly string[] {
  if (columnsOf(indent) + columnsOf(text) <= width) return [indent + text];
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && columnsOf(indent) + columnsOf(line) + 1 + columnsOf(word) > width) {
      lines.push(indent + line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, indent + line];
}

/** A number for people: `1,204`. */
export function grouped(count: number): string {
  return count.toLocaleString("en");
}
