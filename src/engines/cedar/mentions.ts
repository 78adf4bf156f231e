import type { Expr } from "@cedar-policy/cedar-wasm/nodejs";
import type { EntityType, Value } from "../../calls/value.ts";
import { type Expression, operandsOf, pathOf } from "./policy-tree.ts";

/** What an expression speaks of. */
export interface Mentions {
  /** The parts of the request that it reads, each once: `context.method`, `resource`. */
  readonly reads: readonly string[];
  /** The constants in it; a decimal, and a number that JavaScript would round, is none that a request could have. */
  readonly literals: readonly Value[];
}

/** Which parts of a request an expression reads, and what it holds them against. */
export function mentionsOf(expression: Expression): Mentions {
  return { reads: [...new Set(readsIn(expression))], literals: [...literalsIn(expression)] };
}

function* readsIn(expression: Expression): Generator<string> {
  const path = pathOf(expression);
  if (path !== undefined) {
    if (path.root !== "action") yield [path.root, ...path.names].join(".");
    return;
  }
  const base = expression.op === "has" ? pathOf(expression.of) : undefined;
  if (expression.op === "has" && base !== undefined) yield [base.root, ...base.names, ...expression.path].join(".");
  else for (const operand of operandsOf(expression)) yield* readsIn(operand);
}

function* literalsIn(expression: Expression): Generator<Value> {
  const value = constantOf(expression.source);
  if (value !== undefined) yield value;
  else for (const operand of operandsOf(expression)) yield* literalsIn(operand);
  const pattern = patternOf(expression.source);
  if (pattern !== undefined) yield pattern;
}

const extensions = ["ip", "datetime", "duration"] as const;

function constantOf(source: Expr): Value | undefined {
  if ("Value" in source) return plainValue(source.Value);
  for (const name of extensions) {
    const [argument] = name in source ? (source[name as keyof Expr] as readonly Expr[]) : [];
    if (argument === undefined || !("Value" in argument) || typeof argument.Value !== "string") continue;
    if (name === "ip") return { ip: argument.Value };
    return name === "datetime" ? { datetime: argument.Value } : { duration: argument.Value };
  }
  return undefined;
}

function plainValue(value: unknown): Value | undefined {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Math.abs(value) < 2 ** 52 ? value : undefined;
  const entity = typeof value === "object" && value !== null && "__entity" in value ? value.__entity : undefined;
  if (typeof entity !== "object" || entity === null || !("type" in entity) || !("id" in entity)) return undefined;
  return { entity: { type: String(entity.type).replace(/^Yoi::/, "") as EntityType, id: String(entity.id) } };
}

/** Of `like`: the shortest text that the pattern takes. */
function patternOf(source: Expr): string | undefined {
  const body = "like" in source ? source.like : undefined;
  if (body === undefined || !("pattern" in body)) return undefined;
  return body.pattern.map((part) => (typeof part === "object" ? part.Literal : "")).join("");
}
