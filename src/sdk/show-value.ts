import { toWellFormed } from "./well-formed.ts";

const depthMax = 4;
const entriesMax = 50;
const charactersMax = 4_000;

/** A value as a person reads it in a log: errors with their stack, cycles and depth cut, never a throw. */
export function showValue(value: unknown): string {
  const text = show(value, []);
  const shown = text.length > charactersMax ? `${text.slice(0, charactersMax)}…` : text;
  return toWellFormed(shown);
}

function show(value: unknown, above: readonly object[]): string {
  // A getter, a proxy or a `toString` of the value's own may throw; a log line must not.
  try {
    if (typeof value === "string") return JSON.stringify(value);
    if (typeof value === "bigint") return `${value}n`;
    if (typeof value === "function") return `[function ${value.name || "without a name"}]`;
    if (typeof value !== "object" || value === null) return String(value);
    if (value instanceof Error) return showError(value, above);
    if (above.includes(value)) return "[circular]";
    if (above.length >= depthMax) return Array.isArray(value) ? "[…]" : "{…}";
    return showObject(value, [...above, value]);
  } catch {
    return "[cannot be shown]";
  }
}

function showObject(value: object, above: readonly object[]): string {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return `[${showEach(value, (element) => show(element, above))}]`;
  if (value instanceof Set) return `Set {${showEach([...value], (element) => show(element, above))}}`;
  if (value instanceof Map) {
    return `Map {${showEach([...value], ([key, inner]) => `${show(key, above)} => ${show(inner, above)}`)}}`;
  }
  if (value instanceof Uint8Array) return `Uint8Array(${value.length})`;
  return `{${showEach(Object.entries(value), ([key, inner]) => `${key}: ${show(inner, above)}`)}}`;
}

function showEach<T>(elements: readonly T[], showOne: (element: T) => string): string {
  const shown = elements.slice(0, entriesMax).map(showOne);
  const rest = elements.length - shown.length;
  return [...shown, ...(rest > 0 ? [`… ${rest} more`] : [])].join(", ");
}

/** Message, then stack: QuickJS keeps the message out of the stack. */
function showError(error: Error, above: readonly object[]): string {
  const headline = `${error.name}: ${error.message}`;
  const stack = typeof error.stack === "string" ? error.stack.trimEnd() : "";
  const cause =
    error.cause === undefined || above.length >= depthMax ? "" : `\ncaused by ${show(error.cause, [...above, error])}`;
  return (stack === "" ? headline : `${headline}\n${stack}`) + cause;
}
