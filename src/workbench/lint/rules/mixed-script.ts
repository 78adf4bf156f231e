import type { PolicySource } from "../../../engines/policy-engine.ts";
import type { LintRule } from "../lint-rule.ts";

/** A word of letters of several scripts that look alike: `аpi.example.com`, whose first letter is Cyrillic. */
export const mixedScript: LintRule = {
  id: "mixed-script",
  severity: "warning",
  summary: "a word with letters of several scripts, of which one can stand for another",
  isSteady: true,
  *check({ sources }) {
    for (const source of sources) {
      for (const { word, index } of wordsOf(source)) {
        const scripts = scriptsIn(word);
        if (scripts.length < 2) continue;
        yield {
          place: placeAt(source, index),
          message: `\`${word}\` has letters of ${scripts.join(" and ")}: it may not be the name that it looks like`,
          remedy: "type the word anew, in one script",
        };
      }
    }
  },
};

// Only these have letters that look like those of another one; who writes Japanese uses three scripts in one word.
const alike = {
  Latin: /\p{Script=Latin}/u,
  Cyrillic: /\p{Script=Cyrillic}/u,
  Greek: /\p{Script=Greek}/u,
  Armenian: /\p{Script=Armenian}/u,
  Cherokee: /\p{Script=Cherokee}/u,
} as const;

function scriptsIn(word: string): readonly string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what is plain is passed over at once.
  if (/^[\x00-\x7f]*$/.test(word)) return [];
  return Object.entries(alike).flatMap(([script, letters]) => (letters.test(word) ? [script] : []));
}

// Comments, and the reasons that policies give: they are for people, whatever they say.
const prose = {
  cedar: /\/\/[^\r\n]*|@(?:reason|because)\s*\(\s*"(?:\\[\s\S]|[^"\\])*"/gu,
  rego: /#[^\r\n]*|"because"\s*:\s*"(?:\\[\s\S]|[^"\\])*"/gu,
} as const;
const isReason = /^(?:@|"because"\s*:)/;
const strings = /"(?:\\[\s\S]|[^"\\])*"?|`[^`]*`?/gu;
const words = /[\p{L}\p{M}\p{N}_]+/gu;

/** The words of strings and names. What is said to people decides nothing, and may speak of two scripts at once. */
function* wordsOf({ text, language }: PolicySource): Generator<{ readonly word: string; readonly index: number }> {
  if (language === "bundle") return;
  const pieces = new RegExp(`${prose[language].source}|${strings.source}|${words.source}`, "gu");
  for (const { 0: piece, index } of text.matchAll(pieces)) {
    if (piece.startsWith(language === "cedar" ? "//" : "#") || isReason.test(piece)) continue;
    for (const found of piece.matchAll(words)) yield { word: found[0], index: index + found.index };
  }
}

function placeAt({ file, text }: PolicySource, index: number) {
  const lines = text.slice(0, index).split(/\r\n|\r|\n/);
  return { file, line: lines.length, column: [...(lines.at(-1) ?? "")].length + 1 };
}
