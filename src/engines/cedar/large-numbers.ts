import type { Expr } from "@cedar-policy/cedar-wasm/nodejs";

// The library hands out trees as JSON, and JavaScript rounds numbers beyond 2^53. So such numbers are exchanged for
// others before a tree is asked for, and back when it is shown or asked about. What is evaluated is the text itself.

/** Stand-ins and the numbers that they stand for. */
export type LargeNumbers = ReadonlyMap<number, bigint>;

const pieces = /\/\/[^\r\n]*|"(?:\\[\s\S]|[^"\\])*"?|\b\d{16,19}\b/gu;
const longMax = 2n ** 63n;

/** The text with its large numbers exchanged, at its old length so that places stay right. */
export function exchangeLargeNumbers(text: string): { readonly text: string; readonly numbers: LargeNumbers } {
  const numbers = new Map<number, bigint>();
  let next = 2 ** 52;
  const exchanged = text.replace(pieces, (piece) => {
    const isNumber = /^\d/.test(piece);
    const value = isNumber ? BigInt(piece) : 0n;
    // One that is too large for the library too is left for it to refuse.
    if (value <= BigInt(Number.MAX_SAFE_INTEGER) || value > longMax) return piece;
    while (text.includes(String(next))) next++;
    numbers.set(next, value);
    numbers.set(-next, -value);
    return String(next++).padStart(piece.length, "0");
  });
  return { text: exchanged, numbers };
}

/** A tree with the numbers themselves: as high and low half, each of which JSON can say. */
export function restoreTree<T>(node: T, numbers: LargeNumbers): T {
  if (numbers.size === 0 || typeof node !== "object" || node === null) return node;
  if (Array.isArray(node)) return node.map((item) => restoreTree(item, numbers)) as T;
  const value = "Value" in node && typeof node.Value === "number" ? numbers.get(node.Value) : undefined;
  if (value !== undefined) return halves(value) as T;
  return Object.fromEntries(Object.entries(node).map(([key, below]) => [key, restoreTree(below, numbers)])) as T;
}

function halves(value: bigint): Expr {
  const high = { "*": { left: { Value: Number(value >> 32n) }, right: { Value: 2 ** 32 } } };
  return { "+": { left: high, right: { Value: Number(value & 0xffff_ffffn) } } };
}

/** The same for text, for reading. */
export function restoreText(text: string, numbers: LargeNumbers): string {
  let restored = text;
  for (const [standIn, value] of numbers)
    if (standIn > 0) restored = restored.replaceAll(String(standIn), String(value));
  return restored;
}
