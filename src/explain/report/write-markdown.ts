import { escapeLines } from "../../errors/escape-text.ts";
import { changedLines } from "./changed-lines.ts";
import { codeSpan, fenceFor, inline } from "./markdown-words.ts";
import {
  type Block,
  codeCharactersMax,
  type Fact,
  type Headline,
  type Mark,
  marks,
  type Note,
  type Report,
  type TreeNode,
} from "./report.ts";

interface Options {
  readonly full: boolean;
}

/** A report in GitHub's Markdown: headings, lists, tables and fenced code, and no markup but these. */
export function writeMarkdown({ headline, sections }: Report, options: Options): string {
  const shown = sections.filter((section) => options.full || section.isFolded !== true);
  const parts = [
    ...headlineParts(headline),
    ...shown.flatMap(({ title, blocks }) => [
      `### ${inline(title)}`,
      ...blocks.flatMap((block) => blockParts(block, options)),
    ]),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function headlineParts({ answer, asked, meaning, cause, lines }: Headline): readonly string[] {
  const why = cause === undefined ? inline(meaning) : `${inline(meaning)} (${codeSpan(cause)})`;
  return [
    answer === "allow" ? "## ✓ Allowed" : "## ✗ Denied",
    codeSpan(asked),
    why,
    ...lines.map(({ words }) => inline(words)),
  ];
}

function blockParts(block: Block, options: Options): readonly string[] {
  switch (block.kind) {
    case "line":
      return [`${signed(block.mark)}${inline(block.words)}`];
    case "facts":
      return [tableOf(block.rows)];
    case "tree":
      return [block.nodes.flatMap((node) => nodeLines(node, "", options)).join("\n")];
    case "finding": {
      const { place, message, remedy } = block.finding;
      const at = place === undefined ? "" : [place.file, place.line, place.column].filter(isGiven).join(":");
      const lead = at === "" ? "" : `${codeSpan(at)} `;
      return [
        `- ${signed(block.mark)}${lead}${inline(message)}${remedy === undefined ? "" : `\n  - ${inline(remedy)}`}`,
      ];
    }
    case "code":
      return [
        block.caption === undefined ? "" : inline(block.caption),
        fenced(escapeLines(block.text, codeCharactersMax), block.language),
      ];
    case "diff":
      return [codeSpan(`${block.file}:${block.line}`), fenced(diffText(block.before, block.after), "diff")];
    case "gap":
      return [];
    case "fold": {
      if (block.isQuiet === true && !options.full) return [];
      const summary = `${block.mark === undefined ? "… " : signed(block.mark)}${inline(block.summary)}`;
      if (!options.full) return [block.blocks.length === 0 ? summary : `${summary} · ${codeSpan("--full")}`];
      return [summary, ...block.blocks.flatMap((one) => blockParts(one, options))];
    }
  }
}

function nodeLines(node: TreeNode, indent: string, options: Options): readonly string[] {
  if (node.isQuiet === true && !options.full) return [];
  const { words, mark, label, cells = [], notes = [], children = [] } = node;
  const lead = label === undefined ? "" : `${inline(label)}: `;
  const beside = cells.map((cell) => inline(cell));
  const own = `${indent}- ${[`${signed(mark)}${lead}${inline(words)}`, ...beside].join(" · ")}`;
  if (node.isFolded === true && !options.full) return [own];
  const below = `${indent}  `;
  return [
    own,
    ...notes.filter((note) => options.full || note.isFolded !== true).map((note) => `${below}- ${noteOf(note)}`),
    ...children.flatMap((child) => nodeLines(child, below, options)),
  ];
}

function noteOf({ label, words }: Note): string {
  return label === undefined ? inline(words) : `${inline(label)}: ${inline(words)}`;
}

function tableOf(rows: readonly Fact[]): string {
  const lines = rows.map(
    ({ label, words }) => `| ${label === "" ? "" : inline(label, "cell")} | ${inline(words, "cell")} |`,
  );
  return ["| | |", "| --- | --- |", ...lines].join("\n");
}

function fenced(text: string, language: string): string {
  const fence = fenceFor(text, 3);
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}

function diffText(before: string, after: string): string {
  const { head, old, fresh, tail } = changedLines(before, after);
  const lines = [
    ...head.map((line) => `  ${line}`),
    ...old.map((line) => `- ${line}`),
    ...fresh.map((line) => `+ ${line}`),
    ...tail.map((line) => `  ${line}`),
  ];
  return escapeLines(lines.join("\n"), codeCharactersMax);
}

function signed(mark: Mark | undefined): string {
  return mark === undefined ? "" : `${marks[mark].sign} `;
}

function isGiven<T>(part: T | undefined): part is T {
  return part !== undefined;
}
