import type { Place } from "../../errors/error-details.ts";

/** A comment that says that a finding is meant: `lint-ignore <id>: <reason>`. */
export interface Suppression {
  readonly rule: string;
  readonly reason: string;
  readonly place: Required<Place>;
  /** The lines that it speaks of: the first below it that is no comment. */
  readonly line: number;
}

/** A file that may have such comments. */
export interface CommentedFile {
  readonly file: string;
  readonly language: "cedar" | "rego" | "toml" | "bundle";
  readonly text: string;
}

const comment = { cedar: "//", rego: "#", toml: "#" } as const;
const written = /^\s*lint-ignore\b\s*([\w-]*)\s*:?\s*(.*)$/;

/** All of a file. Comments may stand between one and the line that it speaks of. */
export function suppressionsIn({ file, language, text }: CommentedFile): readonly Suppression[] {
  if (language === "bundle") return [];
  const mark = comment[language];
  const lines = text.split(/\r\n|\r|\n/);
  const found: Suppression[] = [];
  let above: Omit<Suppression, "line">[] = [];
  for (const [index, line] of lines.entries()) {
    const start = line.length - line.trimStart().length;
    if (!line.startsWith(mark, start)) {
      found.push(...above.map((one) => ({ ...one, line: index + 1 })));
      above = [];
      continue;
    }
    const [, rule, reason] = written.exec(line.slice(start + mark.length)) ?? [];
    if (rule === undefined || reason === undefined) continue;
    above.push({ rule, reason: reason.trim(), place: { file, line: index + 1, column: start + 1 } });
  }
  return [...found, ...above.map((one) => ({ ...one, line: lines.length + 1 }))];
}
