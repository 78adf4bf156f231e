import type { Expr } from "@cedar-policy/cedar-wasm/nodejs";
import type { LargeNumbers } from "./large-numbers.ts";
import { type Expression, operandsOf } from "./policy-tree.ts";

/** What a number can be, both ends included. */
interface Range {
  readonly from: bigint;
  readonly to: bigint;
}

const longs: Range = { from: -(2n ** 63n), to: 2n ** 63n - 1n };
// What the host writes are whole numbers that JavaScript can say.
const written: Range = { from: -(2n ** 53n), to: 2n ** 53n };
const ranges: { readonly [attribute: string]: Range } = {
  weekday: { from: 1n, to: 7n },
  hour: { from: 0n, to: 23n },
  minute: { from: 0n, to: 59n },
  port: { from: 0n, to: 65_535n },
  hop: { from: 0n, to: 1_000n },
  depth: { from: 0n, to: 1_000n },
};

/**
 * Whether evaluating an expression can fail for some request that the host can make: a number that does not fit into 64
 * bits, or an attribute of an entity that the policy names, which need not be part of the request. What else could fail
 * the validator refuses.
 */
export function canErr(expression: Expression, numbers: LargeNumbers): boolean {
  if (readsNamedEntity(expression) || overflows(expression, numbers)) return true;
  return operandsOf(expression).some((operand) => canErr(operand, numbers));
}

function readsNamedEntity(expression: Expression): boolean {
  if (expression.op !== "attribute") return false;
  const { of } = expression;
  return of.op === "literal" || of.op === "opaque" || (of.op === "attribute" && readsNamedEntity(of));
}

function overflows({ source }: Expression, numbers: LargeNumbers): boolean {
  const range = arithmeticRange(source, numbers);
  return range !== undefined && (range.from < longs.from || range.to > longs.to);
}

// The library's own type lets every operation be a list as well.
interface Operations {
  readonly neg?: { readonly arg: Expr };
  readonly "+"?: { readonly left: Expr; readonly right: Expr };
  readonly "-"?: { readonly left: Expr; readonly right: Expr };
  readonly "*"?: { readonly left: Expr; readonly right: Expr };
  readonly "."?: { readonly attr: string };
}

/** Nothing for what does not compute. */
function arithmeticRange(source: Expr, numbers: LargeNumbers): Range | undefined {
  const operations = source as Operations;
  if (operations.neg !== undefined) {
    const { from, to } = rangeOf(operations.neg.arg, numbers);
    return { from: -to, to: -from };
  }
  for (const op of ["+", "-", "*"] as const) {
    const operands = operations[op];
    if (operands === undefined) continue;
    const [left, right] = [rangeOf(operands.left, numbers), rangeOf(operands.right, numbers)];
    if (op === "+") return { from: left.from + right.from, to: left.to + right.to };
    if (op === "-") return { from: left.from - right.to, to: left.to - right.from };
    const ends = [left.from * right.from, left.from * right.to, left.to * right.from, left.to * right.to];
    const sorted = ends.toSorted((one, other) => (one < other ? -1 : 1));
    return { from: sorted.at(0) ?? 0n, to: sorted.at(-1) ?? 0n };
  }
  return undefined;
}

function rangeOf(source: Expr, numbers: LargeNumbers): Range {
  if ("Value" in source && typeof source.Value === "number") {
    const value = numbers.get(source.Value) ?? BigInt(source.Value);
    return { from: value, to: value };
  }
  const { ".": attribute } = source as Operations;
  if (attribute !== undefined) return ranges[attribute.attr] ?? written;
  return arithmeticRange(source, numbers) ?? longs;
}
