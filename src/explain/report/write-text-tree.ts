import { columnsOf, pad, widthDefault, wrap } from "../../terminal/layout.ts";
import type { Note, TreeNode } from "./report.ts";
import { signOf, type TextStyle, textOf, toned } from "./text-parts.ts";

// What is narrower reads worse than a line with its cells below it.
const wordColumnsMin = 40;
// So that labels of trees below each other stand in one column too.
const labelColumnsMin = 11;

/** The lines of a tree, its cells in columns at the right edge. */
export function treeLines(nodes: readonly TreeNode[], indent: string, style: TextStyle): readonly string[] {
  const widths = cellWidths(nodes, style);
  const labels = nodes.flatMap(({ label }) => (label === undefined ? [] : [columnsOf(textOf(label))]));
  const labelWidth = Math.max(labelColumnsMin, ...labels);
  return shownOf(nodes, style).flatMap((node) => {
    const mark = node.mark === undefined ? "" : `${signOf(node.mark, style.paint)} `;
    const label = node.label === undefined ? "" : `${pad(textOf(node.label), labelWidth)}  `;
    const under = indent + " ".repeat(columnsOf(mark + label));
    return [
      ...nodeLines(node, indent + mark + label, under, widths, style),
      ...noteLines(node, label === "" ? `${indent}  ` : under, style),
      ...childLines(node, `${indent}  `, widths, style),
    ];
  });
}

function childLines(
  { children = [], isFolded }: TreeNode,
  indent: string,
  widths: readonly number[],
  style: TextStyle,
): readonly string[] {
  if (isFolded === true && !style.full) return [];
  const shown = shownOf(children, style);
  return shown.flatMap((node, index) => {
    const isLast = index === shown.length - 1;
    const below = `${indent}${isLast ? "  " : "│ "}`;
    const mark = node.mark === undefined ? "" : `${signOf(node.mark, style.paint)} `;
    return [
      ...nodeLines(node, `${indent}${isLast ? "└" : "├"} ${mark}`, `${below}    `, widths, style),
      ...noteLines(node, `${below}    `, style),
      ...childLines(node, below, widths, style),
    ];
  });
}

function shownOf(nodes: readonly TreeNode[], { full }: TextStyle): readonly TreeNode[] {
  return full ? nodes : nodes.filter((node) => node.isQuiet !== true);
}

/** A node's own line: its words behind `first`, wrapped behind `under`, and its cells at the end of the first line. */
function nodeLines(
  { words, cells = [], cellTone }: TreeNode,
  first: string,
  under: string,
  widths: readonly number[],
  { paint }: TextStyle,
): readonly string[] {
  const last = cells.length - 1;
  const columns = cells.map((cell, index) => {
    const text = textOf(cell);
    // One alone is as wide as it is; of several the last is a number, and ends where the others end.
    if (last === 0) return text;
    return index < last ? pad(text, widths[index] ?? 0) : " ".repeat((widths[index] ?? 0) - columnsOf(text)) + text;
  });
  const right = columns.join("  ");
  const room = widthDefault - columnsOf(under) - columnsOf(right) - 2;
  const text = textOf(words, paint);
  const [head = "", ...rest] = wrap(text, "", room >= wordColumnsMin ? room : widthDefault - columnsOf(under));
  const lines = [first + head, ...rest.map((line) => under + line)];
  return right === "" ? lines : beside(lines, right, paint[cellTone ?? "dim"]);
}

function beside(lines: readonly string[], right: string, tone: (text: string) => string): readonly string[] {
  const [head = "", ...rest] = lines;
  const gap = widthDefault - columnsOf(head) - columnsOf(right);
  if (gap >= 1) return [head + " ".repeat(gap) + tone(right), ...rest];
  return [...lines, " ".repeat(Math.max(4, widthDefault - columnsOf(right))) + tone(right)];
}

function noteLines({ notes = [], isFolded }: TreeNode, indent: string, { full, paint }: TextStyle): readonly string[] {
  if (isFolded === true && !full) return [];
  const shown = notes.filter((note) => full || note.isFolded !== true);
  const widest = Math.max(0, ...shown.map(({ label = "" }) => columnsOf(textOf(label))));
  return shown.flatMap((note) => toned(oneNote(note, indent, widest), note.tone, paint));
}

function oneNote({ label, words }: Note, indent: string, widest: number): readonly string[] {
  if (label === undefined) return wrap(textOf(words), indent);
  const under = `${indent}${" ".repeat(widest + 2)}`;
  const [first = "", ...rest] = wrap(textOf(words), under);
  return [`${indent}${pad(textOf(label), widest)}  ${first.slice(under.length)}`, ...rest];
}

function cellWidths(nodes: readonly TreeNode[], style: TextStyle): readonly number[] {
  const widths: number[] = [];
  for (const { cells = [], children = [], isFolded } of shownOf(nodes, style)) {
    for (const [index, cell] of cells.entries()) widths[index] = Math.max(widths[index] ?? 0, columnsOf(textOf(cell)));
    const below = isFolded === true && !style.full ? [] : cellWidths(children, style);
    for (const [index, width] of below.entries()) widths[index] = Math.max(widths[index] ?? 0, width);
  }
  return widths;
}
