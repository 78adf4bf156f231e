import type { Place } from "../../errors/error-details.ts";
import { placeIn } from "./library-findings.ts";
import type { CedarPolicy } from "./read-policies.ts";

/** Finds where an expression stands, given as the library writes it out. Outer ones are asked for before inner ones. */
export type FindPlace = (text: string) => Required<Place>;

interface Piece {
  readonly text: string;
  readonly index: number;
}

// Comments are no part of an expression; brackets and the namespace are written out where the author left them away, or
// the other way round.
const pieces = /\/\/[^\r\n]*|"(?:\\[\s\S]|[^"\\])*"?|[\p{L}\p{N}_]+|&&|\|\||[=!<>]=|\s+|./gsu;
const skipped = /^(?:\/\/|\s|[(){}[\];,]|Yoi$|:$)/u;

/**
 * Places in one policy. The library's trees have none, so an expression is looked for by its words, from where the one
 * asked for before it began; one that is written in another way has the place of that one.
 */
export function placesIn({ source, part }: CedarPolicy): FindPlace {
  const written = piecesOf(part.text);
  const first = written.findIndex(({ text }) => text === "when" || text === "unless");
  let at = Math.max(first, 0);
  return (text) => {
    const wanted = piecesOf(text).map((piece) => piece.text);
    const found = written.findIndex((_, from) => from >= at && startsWith(written, from, wanted));
    if (found >= 0) at = found;
    return placeIn(source, part, written[at]?.index ?? 0);
  };
}

function piecesOf(text: string): readonly Piece[] {
  return [...text.matchAll(pieces)]
    .map(({ 0: piece, index }) => ({ text: piece, index }))
    .filter((piece) => !skipped.test(piece.text));
}

function startsWith(written: readonly Piece[], from: number, wanted: readonly string[]): boolean {
  return wanted.length > 0 && wanted.every((text, offset) => written[from + offset]?.text === text);
}
