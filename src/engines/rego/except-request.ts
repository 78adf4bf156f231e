import type { AuthorizationRequest } from "../../calls/value.ts";
import type { PolicyInfo } from "../../decisions/policy-info.ts";
import { exactRequest, type TextChange } from "../policy-exception.ts";
import type { RegoText } from "./rego-unit.ts";

const pieces = /#[^\n]*|"(?:\\.|[^"\\])*"|`[^`]*`|[{([]|[})\]]|\bif\b|\r?\n|[^\S\n]+|\w+|./gsu;

/**
 * A rule with an exception for exactly one request, as the first expression of its body: there it is false before
 * anything else is evaluated.
 */
export function exceptRequest(
  { place }: PolicyInfo,
  modules: readonly RegoText[],
  request: AuthorizationRequest,
): TextChange | undefined {
  const text = modules.find(({ file }) => file === place.file)?.text;
  if (text === undefined) return undefined;
  const begin = offsetOf(text, place.line, place.column);
  const rule = text.slice(begin);
  const head = readHead(rule);
  const exception = exceptionFor(request);
  const inserted =
    head.body === "braces"
      ? `\n\t${exception}`
      : head.body === "expression"
        ? ` {\n\t${exception}\n\t${rule.slice(head.end, head.lineEnd).trim()}\n}`
        : ` if ${exception}`;
  const [before, kept] = [rule.slice(0, head.body === "expression" ? head.lineEnd : head.end), rule.slice(0, head.end)];
  return { file: place.file, line: place.line, before, after: kept + inserted };
}

/** The parts that tell a request from others, compared at once: one expression needs no rule of its own. */
function exceptionFor(request: AuthorizationRequest): string {
  const { principal, action, resource, method, url } = exactRequest(request);
  const parts: (readonly [string, string])[] = [
    ["input.principal.id", principal.id],
    ["input.action", action],
    ["input.resource.id", resource.id],
    ...(method === undefined ? [] : [["input.context.method", method] as const]),
    ...(url === undefined ? [] : [["input.context.url", url.id] as const]),
  ];
  const [reads, values] = [parts.map(([read]) => read), parts.map(([, value]) => JSON.stringify(value))];
  return `[${reads.join(", ")}] != [${values.join(", ")}]`;
}

interface Head {
  readonly body: "braces" | "expression" | "none";
  /** Just behind what opens the body, or behind the head where there is none. */
  readonly end: number;
  /** The end of the line that an expression without braces stands on. */
  readonly lineEnd: number;
}

function readHead(rule: string): Head {
  let depth = 0;
  let last = 0;
  let opened = false;
  for (const { 0: piece, index } of rule.matchAll(pieces)) {
    const end = index + piece.length;
    if (opened) {
      if (piece === "{") return { body: "braces", end, lineEnd: end };
      if (/^\s+$/.test(piece) || piece.startsWith("#")) continue;
      return { body: "expression", end: index, lineEnd: lineEndOf(rule, index) };
    }
    if (/^[{([]$/.test(piece)) depth++;
    else if (/^[})\]]$/.test(piece)) depth--;
    else if (depth === 0 && piece === "if") opened = true;
    else if (depth === 0 && /^\r?\n$/.test(piece)) break;
    if (!/^\s+$/.test(piece) && !piece.startsWith("#")) last = end;
  }
  return { body: "none", end: last, lineEnd: last };
}

/** The end of an expression: its line's, where no bracket is open. */
function lineEndOf(rule: string, from: number): number {
  let depth = 0;
  for (const { 0: piece, index } of rule.slice(from).matchAll(pieces)) {
    if (/^[{([]$/.test(piece)) depth++;
    else if (/^[})\]]$/.test(piece)) depth--;
    else if (depth === 0 && (/^\r?\n$/.test(piece) || piece.startsWith("#"))) return from + index;
  }
  return rule.length;
}

function offsetOf(text: string, line: number, column: number): number {
  const lines = text.split("\n");
  const above = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  return above + column - 1;
}
