import { addressClasses } from "../../calls/address-class.ts";
import { canonicalMethod } from "../../calls/http-method.ts";
import { toolEffects } from "../../calls/inventory.ts";
import { writeModes } from "../../calls/powers.ts";
import type { Value } from "../../calls/value.ts";
import { suggestName } from "../../errors/suggest-name.ts";

const words: { readonly [path: string]: readonly string[] } = {
  "context.addressClass": addressClasses,
  "context.behalf": ["https.request"],
  "context.mode": writeModes,
  "context.place": ["header", "path", "query", ""],
  "context.grantedEffects": toolEffects,
  "resource.effects": toolEffects,
  "resource.scheme": ["https", "http", ""],
};

const ranges: { readonly [path: string]: readonly [least: number, most: number] } = {
  "context.now.weekday": [1, 7],
  "context.now.hour": [0, 23],
  "context.now.minute": [0, 59],
  "context.bodyBytes": [0, Number.MAX_SAFE_INTEGER],
  "context.bytes": [0, Number.MAX_SAFE_INTEGER],
  "context.inputBytes": [0, Number.MAX_SAFE_INTEGER],
  "context.hop": [0, Number.MAX_SAFE_INTEGER],
  "context.via.depth": [0, Number.MAX_SAFE_INTEGER],
  "resource.port": [0, 65_535],
};

/** From where to where a number of a request can be. */
export function rangeOf(path: string): readonly [least: number, most: number] {
  return ranges[path] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
}

/** Why a part of a request never has, or never holds, a value; nothing where it can. */
export function flawOfValue(
  path: string,
  value: Value,
): { readonly because: string; readonly remedy: string } | undefined {
  if (typeof value === "number") return flawOfNumber(path, value);
  if (typeof value !== "string") return undefined;
  if (path === "context.method" && canonicalMethod(value) === undefined) {
    const meant = canonicalMethod(value.toUpperCase());
    const remedy = meant === undefined ? "name a method that can be asked for" : `write \`${meant}\``;
    return { because: "no request has such a method", remedy };
  }
  if (path === "context.headerNames" && value !== value.toLowerCase()) {
    return { because: "names of headers are in lower case", remedy: `write \`${value.toLowerCase()}\`` };
  }
  const known = words[path];
  if (known === undefined || known.includes(value)) return undefined;
  const meant = suggestName(value, known);
  const listed = known.map((word) => `\`${word}\``).join(", ");
  return {
    because: "it never is",
    remedy: meant === undefined ? `it is one of ${listed}` : `did you mean \`${meant}\`?`,
  };
}

function flawOfNumber(path: string, value: number): { readonly because: string; readonly remedy: string } | undefined {
  const [least, most] = rangeOf(path);
  if (value >= least && value <= most) return undefined;
  const isWeekday = path === "context.now.weekday";
  return {
    because: `it is from ${least} to ${most}`,
    remedy: isWeekday ? "Monday is 1 and Sunday is 7" : "compare it with what it can be",
  };
}
