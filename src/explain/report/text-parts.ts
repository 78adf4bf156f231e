import { escapeText } from "../../errors/escape-text.ts";
import type { Paint } from "../../terminal/paint.ts";
import { type Mark, marks, type Tone, textCharactersMax, type Words } from "./report.ts";

/** How a terminal is written to: in which colours, and whether with everything that is folded. */
export interface TextStyle {
  readonly paint: Paint;
  readonly full: boolean;
}

/** Words on one line, escaped for a terminal. A name stands out where there is colour. */
export function textOf(words: Words, paint?: Paint): string {
  const parts = typeof words === "string" ? [words] : words;
  return parts
    .map((part) => {
      if (typeof part === "string") return escapeText(part, textCharactersMax);
      if ("code" in part) return escapeText(part.code, textCharactersMax);
      const name = escapeText(part.name, textCharactersMax);
      return paint === undefined ? name : paint.bold(name);
    })
    .join("");
}

/** A mark in its colour. */
export function signOf(mark: Mark, paint: Paint): string {
  const { sign, tone } = marks[mark];
  return paint[tone](sign);
}

/** Lines in one colour: line by line, so that a pager can show any of them by itself. */
export function toned(lines: readonly string[], tone: Tone | undefined, paint: Paint): readonly string[] {
  return tone === undefined ? lines : lines.map(paint[tone]);
}
