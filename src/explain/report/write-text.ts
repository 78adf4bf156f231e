import { escapeLines } from "../../errors/escape-text.ts";
import { columnsOf, labelled, pad, spread, widthDefault, wrap } from "../../terminal/layout.ts";
import type { Paint } from "../../terminal/paint.ts";
import { renderFinding } from "../../terminal/render-finding.ts";
import { changedLines } from "./changed-lines.ts";
import {
  type Block,
  codeCharactersMax,
  type Fact,
  type Headline,
  type Report,
  type Section,
  type Words,
} from "./report.ts";
import { signOf, type TextStyle, textOf, toned } from "./text-parts.ts";
import { treeLines } from "./write-text-tree.ts";

/** Labels of a report stand in one column, so that their texts do. */
const labelColumns = 9;
// A label that is wider has its text below it.
const labelColumnsMax = 30;

/** A report for a terminal of 80 columns: the answer first, and what matters to nobody at first only if `full`. */
export function writeText({ headline, sections }: Report, style: TextStyle): string {
  const shown = sections.filter((section) => style.full || section.isFolded !== true);
  const parts = [headlineLines(headline, style), ...shown.map((section) => sectionLines(section, style))];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function headlineLines({ answer, asked, meaning, cause, lines }: Headline, { paint }: TextStyle): readonly string[] {
  const indent = " ".repeat(labelColumns);
  const [first = "", ...rest] = wrap(textOf(asked), indent);
  const title = answer === "allow" ? paint.good(pad("ALLOWED", labelColumns)) : paint.bad(pad("DENIED", labelColumns));
  return [
    title + first.trimStart(),
    ...rest,
    ...besideCause(wrap(textOf(meaning), indent), cause),
    ...lines.flatMap((line) => toned(wrap(textOf(line.words), indent), line.tone, paint)),
  ];
}

function besideCause(lines: readonly string[], cause: string | undefined): readonly string[] {
  if (cause === undefined) return lines;
  const shown = `(${cause})`;
  const last = spread(lines.at(-1) ?? "", shown).split("\n");
  return last.length === 1 ? [...lines.slice(0, -1), ...last] : [...lines, shown.padStart(widthDefault)];
}

function sectionLines({ title, isPlain, blocks }: Section, style: TextStyle): readonly string[] {
  const lines = airy(blocks.map((block) => blockLines(block, style)));
  return lines.length === 0 || isPlain === true ? lines : [style.paint.bold(title), ...lines];
}

/** Lines of blocks below each other, with never more than one that is empty between them, and none around them. */
function airy(blocks: readonly (readonly string[])[]): readonly string[] {
  const lines = blocks.flat();
  const kept = lines.filter((line, index) => line !== "" || lines[index - 1] !== "");
  return kept.slice(kept[0] === "" ? 1 : 0, kept.at(-1) === "" ? -1 : undefined);
}

function blockLines(block: Block, style: TextStyle): readonly string[] {
  const { paint, full } = style;
  switch (block.kind) {
    case "line": {
      const mark = block.mark === undefined ? "" : `${signOf(block.mark, paint)} `;
      const [first = "", ...rest] = wrap(textOf(block.words, paint), mark === "" ? "" : "  ");
      return toned([mark + first.trimStart(), ...rest], block.tone, paint);
    }
    case "facts":
      return factLines(block.rows, block.indent ?? "", paint);
    case "tree":
      return treeLines(block.nodes, block.indent ?? "", style);
    case "finding":
      return renderFinding(block.finding, paint, "", block.mark === "false" ? "✗" : "!");
    case "gap":
      return [""];
    case "code":
      return ["", ...captionLines(block.caption, paint), ...codeLines(block.text).map((line) => `    ${line}`), ""];
    case "diff":
      return diffLines(block, paint);
    case "fold": {
      if (full) return block.blocks.flatMap((one) => blockLines(one, style));
      if (block.isQuiet === true) return [];
      const mark = block.mark === undefined ? "  … " : `${signOf(block.mark, paint)} `;
      const summary = mark + textOf(block.summary);
      return [block.blocks.length === 0 ? summary : spread(summary, paint.dim("--full"))];
    }
  }
}

function factLines(rows: readonly Fact[], indent: string, paint: Paint): readonly string[] {
  const widths = rows.map(({ label }) => columnsOf(textOf(label))).filter((columns) => columns <= labelColumnsMax);
  const widest = Math.max(indent === "" ? labelColumns : 0, ...widths);
  return rows.flatMap(({ label, words, tone }) => {
    const shown = pad(textOf(label), widest);
    return toned(labelled([[indent === "" ? paint.bold(shown) : shown, textOf(words)]], indent), tone, paint);
  });
}

function captionLines(caption: Words | undefined, paint: Paint): readonly string[] {
  return caption === undefined ? [] : wrap(textOf(caption), "    ").map(paint.dim);
}

function codeLines(text: string): readonly string[] {
  return escapeLines(text, codeCharactersMax).trimEnd().split("\n");
}

function diffLines({ file, line, before, after }: Extract<Block, { kind: "diff" }>, paint: Paint): readonly string[] {
  const { head, old, fresh, tail } = changedLines(before, after);
  const shown = (sign: string, lines: readonly string[]) =>
    lines.flatMap((one) => codeLines(one).map((part) => `    ${sign} ${part}`.trimEnd()));
  return [
    "",
    ...captionLines([{ code: `${file}:${line}` }], paint),
    ...shown(" ", head).map(paint.dim),
    ...shown("-", old).map(paint.bad),
    ...shown("+", fresh).map(paint.good),
    ...shown(" ", tail).map(paint.dim),
    "",
  ];
}
