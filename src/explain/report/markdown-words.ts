import { escapeText } from "../../errors/escape-text.ts";
import { type Part, partsOf, textCharactersMax, type Words } from "./report.ts";

// ATTACK: text of guests, packages and policies ends in tickets, where a link, an image, a mention or HTML would act in
// the operator's name (threats 34). Escapes do not reach all of it: GitHub finds mentions, links and references in the
// finished text. So only words that are plainly words are left as they are, and everything else is code, where none of
// it means anything.
const plainWord = /^["'“‘(]*\p{L}[\p{L}\p{M}]*(?:['’-]\p{L}+)*["'”’).,;:!?…]*$/u;
const plainNumber = /^(?:\(\d+(?:[.,]\d+)*[),;:]?|\d+(?:[.,]\d+)*[,;:]?)$/;
const plainSigns = /^[→✓✗?!·…×—().,;:"'“”‘’]+$/;
/** A commit, to GitHub. */
const hexadecimal = /^[0-9a-f]{7,}$/i;

/** Where words stand: the cells of a table end at a bar, even in code. */
export type Place = "line" | "cell";

/** Words as one line of Markdown that makes no markup but what a report asks for; never an empty one. */
export function inline(words: Words, place: Place = "line"): string {
  const pieces = piecesOf(joined(partsOf(words)));
  const line = pieces
    .map((piece) => writePiece(piece, place))
    .join("")
    .trim();
  // A list item without text can make a heading of the line above it.
  return line === "" ? "—" : line;
}

/** Text as code, between so many backticks that none in it can end it. */
export function codeSpan(text: string, place: Place = "line"): string {
  const shown = escapeText(text, textCharactersMax);
  const safe = place === "cell" ? shown.replaceAll("|", "\\u{7c}") : shown;
  if (safe.trim() === "") return "—";
  const fence = fenceFor(safe, 1);
  const pad = /^[` ]|[` ]$/.test(safe) ? " " : "";
  return `${fence}${pad}${safe}${pad}${fence}`;
}

/** Backticks, more of them than stand together anywhere in a text. */
export function fenceFor(text: string, least: number): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  return "`".repeat(Math.max(least, longest + 1));
}

type Piece = { readonly plain: string } | Exclude<Part, string>;

/** Neighbours in one: what is plain by itself need not be, together with what follows it. */
function joined(parts: readonly Part[]): readonly Part[] {
  const kept: Part[] = [];
  for (const part of parts) {
    const last = kept.at(-1);
    if (typeof part === "string" && typeof last === "string") kept.splice(-1, 1, last + part);
    else if (part !== "") kept.push(part);
  }
  return kept;
}

function piecesOf(parts: readonly Part[]): readonly Piece[] {
  const pieces: Piece[] = [];
  for (const piece of parts.flatMap((part) => (typeof part === "string" ? sentencePieces(part) : [part]))) {
    const last = pieces.at(-1);
    // Two spans of code side by side would have their backticks taken for one run.
    if (last !== undefined && !("plain" in last) && !("plain" in piece)) pieces.push({ plain: " " });
    pieces.push(piece);
  }
  return pieces;
}

/** A sentence word by word: words that stand together and are not plain become one piece of code. */
function sentencePieces(text: string): readonly Piece[] {
  const shown = escapeText(text, textCharactersMax);
  const pieces: Piece[] = [];
  for (const token of shown.split(/(\s+)/)) {
    if (token === "") continue;
    const last = pieces.at(-1);
    if (/^\s+$/.test(token)) pieces.push({ plain: " " });
    else if (isPlain(token)) pieces.push({ plain: token });
    else if (last !== undefined && "plain" in last && last.plain === " " && isCode(pieces.at(-2))) {
      const before = pieces.splice(-2, 2)[0];
      pieces.push({ code: `${before !== undefined && "code" in before ? before.code : ""} ${token}` });
    } else pieces.push({ code: token });
  }
  return pieces;
}

function isCode(piece: Piece | undefined): boolean {
  return piece !== undefined && "code" in piece;
}

function isPlain(token: string): boolean {
  if (hexadecimal.test(token)) return false;
  return plainWord.test(token) || plainNumber.test(token) || plainSigns.test(token);
}

function writePiece(piece: Piece, place: Place): string {
  if ("plain" in piece) return piece.plain;
  return codeSpan("code" in piece ? piece.code : piece.name, place);
}
