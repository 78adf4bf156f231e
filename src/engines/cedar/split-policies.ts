import { limits } from "../../calls/limits.ts";

/** A place in a file: 1-based line and column, columns counted in characters. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One policy's stretch of a Cedar file, with where its first character is. */
export interface PolicyText {
  /** From the end of the policy before it to its own `;`: comments too, so that no byte escapes the parser. */
  readonly text: string;
  /** Where `text` begins. */
  readonly from: Position;
  /** Where the policy itself begins, its first annotation included. */
  readonly start: Position;
}

/** The policies of a file in order, and what follows the last `;`. */
export interface SplitFile {
  readonly policies: readonly PolicyText[];
  /** Comments and blanks, or a policy that lacks its `;`. */
  readonly rest: PolicyText;
}

const lineEnd = /\r\n|\r|\n/;
// Comment, string, end of policy, blanks, or anything else. For Cedar a comment ends at a lone carriage return too.
const pieces = /\/\/[^\r\n]*|"(?:\\[\s\S]|[^"\\])*"?|;|\s+|[^\s;"/]+|\//gu;

/**
 * Splits a file at the `;` that end policies, and at none that stand in strings or comments.
 * The parts together are the whole text.
 */
export function splitPolicies(text: string): SplitFile {
  // ATTACK: a forbid that the splitter took for a comment would be left out without a word (threats 14). The library
  // is therefore given comments and blanks as well: a policy hidden in them is one too many, and refused.
  const policies: PolicyText[] = [];
  let at: Position = { line: 1, column: 1 };
  let from = at;
  let begin = 0;
  let start: Position | undefined;
  for (const { 0: piece, index } of text.matchAll(pieces)) {
    if (start === undefined && !piece.startsWith("//") && piece.trim() !== "") start = at;
    at = advance(at, piece);
    if (piece !== ";") continue;
    policies.push({ text: text.slice(begin, index + 1), from, start: start ?? from });
    begin = index + 1;
    from = at;
    start = undefined;
  }
  return { policies, rest: { text: text.slice(begin), from, start: start ?? from } };
}

/** Where one is after `text`, having begun at `from`. */
export function advance(from: Position, text: string): Position {
  const lines = text.split(lineEnd);
  const last = [...(lines.at(-1) ?? "")].length;
  return lines.length === 1
    ? { line: from.line, column: from.column + last }
    : { line: from.line + lines.length - 1, column: last + 1 };
}

// Brackets, and whatever makes an expression one level deeper each time that it is chained.
const nesting = /\/\/[^\r\n]*|"(?:\\[\s\S]|[^"\\])*"?|[([{]|[)\]}]|&&|\|\||[.!+*-]|\b(?:if|when|unless)\b/gu;

/**
 * What is wrong with a policy too deep for the library.
 * ATTACK: its stack ends at a few hundred levels with a trap that breaks the library for the rest of the process, so
 * such a text must never reach it (threats 38).
 */
export function depthFlaw(text: string): string | undefined {
  let depth = 0;
  let deepest = 0;
  let operators = 0;
  for (const [piece] of text.matchAll(nesting)) {
    if (piece.startsWith("//") || piece.startsWith('"')) continue;
    if (/^[)\]}]/.test(piece)) {
      depth--;
      continue;
    }
    operators++;
    if (/^[([{]/.test(piece)) deepest = Math.max(deepest, ++depth);
  }
  if (deepest > limits.policyNestingMax) return `brackets are nested more than ${limits.policyNestingMax} deep`;
  if (operators > limits.policyOperatorsMax)
    return `there are more than ${limits.policyOperatorsMax} operators in one policy`;
  return undefined;
}
