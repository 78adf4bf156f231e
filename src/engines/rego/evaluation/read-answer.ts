import { PolicyFault } from "./policy-fault.ts";

/**
 * The one result in the text that a module answered with, `undefined` where it lists none. Integers that no double
 * holds come as bigint, so that none is rounded into another.
 * @throws {PolicyFault} when it is no list of at most one result
 */
export function readAnswer(text: string): unknown {
  const results: unknown = parseExactly(text);
  if (Array.isArray(results)) {
    if (results.length === 0) return undefined;
    const [only]: unknown[] = results;
    if (results.length === 1 && typeof only === "object" && only !== null && Object.hasOwn(only, "result")) {
      return (only as { readonly result: unknown }).result;
    }
  }
  throw new PolicyFault("trap", "answered with something else than its result");
}

const manyDigits = /[0-9]{16}/;
const integer = /^-?[0-9]+$/;

function parseExactly(text: string): unknown {
  if (!manyDigits.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key: string, value: unknown, context?: { readonly source?: string }) => {
    const source = context?.source ?? "";
    const rounded = typeof value === "number" && !Number.isSafeInteger(value) && integer.test(source);
    return rounded ? BigInt(source) : value;
  });
}
