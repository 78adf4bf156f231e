import type { Expr, PolicyJson } from "@cedar-policy/cedar-wasm/nodejs";
import { partsOf } from "./expression-parts.ts";
import type { LargeNumbers } from "./large-numbers.ts";
import { type Expression, literal, operandsOf } from "./policy-tree.ts";

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
 * Whether evaluating an expression can fail for some request that the host can make: a number or a moment that does not
 * fit into 64 bits, or an attribute of an entity that the policy names, which need not be part of the request. What else
 * could fail the validator refuses. `asked` are attributes that were asked for with `has` before it is evaluated.
 */
export function canErr(expression: Expression, numbers: LargeNumbers, asked: readonly string[] = []): boolean {
  if (expression.op === "and") {
    const { left, right } = expression;
    return canErr(left, numbers, asked) || canErr(right, numbers, [...asked, ...askedIn(left)]);
  }
  if (expression.op === "choice") {
    const { test, yes, no } = expression;
    if (canErr(yes, numbers, [...asked, ...askedIn(test)])) return true;
    return canErr(test, numbers, asked) || canErr(no, numbers, asked);
  }
  if (readsNamedEntity(expression, asked) || overflows(expression, numbers)) return true;
  return operandsOf(expression).some((operand) => canErr(operand, numbers, asked));
}

/** What is asked for before each part of an expression, in the order of `partsOf`. */
export function askedBeforeParts(expression: Expression, asked: readonly string[]): readonly (readonly string[])[] {
  const parts = partsOf(expression);
  if (expression.op === "choice") return [asked, [...asked, ...askedIn(expression.test)], asked];
  if (expression.op !== "and") return parts.map(() => asked);
  return parts.map((_, at) => [...asked, ...parts.slice(0, at).flatMap(askedIn)]);
}

/** The entities that a policy's head names are always part of the request, with all that they have. */
export function askedByHead({ principal, resource }: PolicyJson): readonly string[] {
  return [principal, resource].flatMap((scope) =>
    scope.op === "==" && "entity" in scope ? [JSON.stringify([literal(scope.entity), anyAttribute])] : [],
  );
}

const anyAttribute = "*";

/** What holds where an expression holds: `Plugin::"p" has enabled`, by the entity and the attribute. */
export function askedIn(expression: Expression): readonly string[] {
  if (expression.op === "and") return [...askedIn(expression.left), ...askedIn(expression.right)];
  return expression.op === "has" && expression.path.length === 1
    ? [attributeKey(expression.of, expression.path[0] ?? "")]
    : [];
}

function attributeKey({ source }: Expression, name: string): string {
  return JSON.stringify([source, name]);
}

function readsNamedEntity(expression: Expression, asked: readonly string[]): boolean {
  if (expression.op !== "attribute") return false;
  const { of, name } = expression;
  if (asked.includes(attributeKey(of, name)) || asked.includes(attributeKey(of, anyAttribute))) return false;
  return isNamed(of, asked);
}

/** Whether an expression can come to an entity that the policy names, or that nothing is known of. */
function isNamed(of: Expression, asked: readonly string[]): boolean {
  if (of.op === "choice") return isNamed(of.yes, asked) || isNamed(of.no, asked);
  return of.op === "literal" || of.op === "opaque" || readsNamedEntity(of, asked);
}

function overflows({ source }: Expression, numbers: LargeNumbers): boolean {
  const { offset } = source as Operations;
  if (offset !== undefined) return !isNear(offset[1]);
  const range = arithmeticRange(source, numbers);
  return range !== undefined && (range.from < longs.from || range.to > longs.to);
}

/** Whether a moment can be moved by it: a duration that is written out, of less than some hundred million years. */
function isNear(duration: Expr | undefined): boolean {
  const [written] = (duration as Operations | undefined)?.duration ?? [];
  const text = written !== undefined && "Value" in written ? written.Value : undefined;
  // In every unit so many digits are less than 2^62 milliseconds.
  return typeof text === "string" && text.length > 0 && !/\d{11}/.test(text);
}

// The library's own type lets every operation be a list as well.
interface Operations {
  readonly neg?: { readonly arg: Expr };
  readonly "+"?: { readonly left: Expr; readonly right: Expr };
  readonly "-"?: { readonly left: Expr; readonly right: Expr };
  readonly "*"?: { readonly left: Expr; readonly right: Expr };
  readonly "."?: { readonly attr: string };
  readonly offset?: readonly Expr[];
  readonly duration?: readonly Expr[];
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
