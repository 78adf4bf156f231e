import type { AuthorizationRequest } from "../../calls/value.ts";
import type { PolicyInfo } from "../../decisions/policy-info.ts";
import { exactRequest, heldTextMax, type PolicyException } from "../policy-exception.ts";
import type { RegoText } from "./rego-unit.ts";
import { toRegoInput } from "./to-rego-input.ts";

const pieces = /#[^\n]*|"(?:\\.|[^"\\])*"|`[^`]*`|[{([]|[})\]]|\bif\b|\r?\n|[^\S\n]+|\w+|./gsu;

/**
 * A rule with an exception for exactly one request, as the first expression of its body: there it is false before
 * anything else is evaluated. `reads` are the parts of the input that the rule reads.
 */
export function exceptRequest(
  { place }: PolicyInfo,
  modules: readonly RegoText[],
  request: AuthorizationRequest,
  reads: readonly string[],
): PolicyException | undefined {
  const text = modules.find(({ file }) => file === place.file)?.text;
  if (text === undefined) return undefined;
  const begin = offsetOf(text, place.line, place.column);
  const rule = text.slice(begin);
  const head = readHead(rule);
  const { expression: exception, held, open } = exceptionFor(request, reads);
  const inserted =
    head.body === "braces"
      ? `\n\t${exception}${/^\s*(?:#[^\n]*)?(?:\n|$)/.test(rule.slice(head.end)) ? "" : "\n\t"}`
      : head.body === "expression"
        ? ` {\n\t${exception}\n\t${rule.slice(head.end, head.lineEnd).trim()}\n}`
        : ` if ${exception}`;
  const [before, kept] = [rule.slice(0, head.body === "expression" ? head.lineEnd : head.end), rule.slice(0, head.end)];
  const after = kept + (text.includes("\r\n") ? inserted.replaceAll(/\r?\n/g, "\r\n") : inserted);
  const change = { file: place.file, line: place.line, before, after };
  return { change, held, open };
}

interface Exception extends Pick<PolicyException, "held" | "open"> {
  readonly expression: string;
}

/**
 * The parts that tell a request from others, in one expression, which needs no rule of its own.
 * FAIL-CLOSED: the list is empty where a part is not there at all; compared as they are, the parts of another action
 * would be undefined, and the forbid silent.
 */
function exceptionFor(request: AuthorizationRequest, reads: readonly string[]): Exception {
  const { principal, action, resource, parts, open } = exactRequest(request, reads);
  const { context } = JSON.parse(toRegoInput(request)) as { readonly context: unknown };
  const found = parts.map((names) => ({ names, condition: conditionOf(names, context) }));
  const named = (isHeld: boolean) =>
    found.filter(({ condition }) => (condition !== undefined) === isHeld).map(({ names }) => names.join("."));
  const conditions = [
    equal("input.principal.id", principal.id),
    equal("input.action", action),
    equal("input.resource.id", resource.id),
    ...new Set(found.flatMap(({ condition }) => condition ?? [])),
  ];
  const expression = `count([true |\n\t\t${conditions.join("\n\t\t")}\n\t]) == 0`;
  return { expression, held: named(true), open: [...named(false), ...open] };
}

/** Nothing where the value would take too long to read. */
function conditionOf(names: readonly string[], context: unknown): string | undefined {
  let at = context;
  let path = "input.context";
  for (const name of names) {
    if (typeof at !== "object" || at === null) break;
    if (!Object.hasOwn(at, name)) return `not ${JSON.stringify(name)} in object.keys(${path})`;
    at = (at as { readonly [member: string]: unknown })[name];
    path += /^[A-Za-z_]\w*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
  }
  const condition = equal(path, at);
  return condition.length - path.length > heldTextMax ? undefined : condition;
}

function equal(path: string, value: unknown): string {
  return `${path} == ${JSON.stringify(value)}`;
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
      if (piece === "{" && isBody(rule.slice(index))) return { body: "braces", end, lineEnd: end };
      if (/^\s+$/.test(piece) || piece.startsWith("#")) continue;
      return { body: "expression", end: index, lineEnd: lineEndOf(rule, index) };
    }
    if (/^[{([]$/.test(piece)) depth++;
    else if (/^[})\]]$/.test(piece)) depth--;
    else if (depth === 0 && piece === "if") opened = true;
    else if (depth === 0 && /^\r?\n$/.test(piece) && !/^\s*if\b/.test(rule.slice(end))) break;
    if (!/^\s+$/.test(piece) && !piece.startsWith("#")) last = end;
  }
  return { body: "none", end: last, lineEnd: last };
}

/** Whether braces hold a body, and are no object or comprehension that something is compared with. */
function isBody(braces: string): boolean {
  let depth = 0;
  for (const { 0: piece, index } of braces.matchAll(pieces)) {
    if (/^[{([]$/.test(piece)) depth++;
    else if (/^[})\]]$/.test(piece) && --depth === 0)
      return !/^[^\S\n]*(?:[=!<>[.|&+*/-]|in\b)/.test(braces.slice(index + 1));
  }
  return true;
}

/** The end of an expression: its line's, where no bracket is open and nothing is to follow. */
function lineEndOf(rule: string, from: number): number {
  let depth = 0;
  for (const { 0: piece, index } of rule.slice(from).matchAll(pieces)) {
    if (/^[{([]$/.test(piece)) depth++;
    else if (/^[})\]]$/.test(piece)) depth--;
    else if (depth > 0 || !(/^\r?\n$/.test(piece) || piece.startsWith("#"))) continue;
    else if (!/(?:[=!<>|&+*/:,-]|\bin)\s*$/.test(rule.slice(from, from + index))) return from + index;
  }
  return rule.length;
}

function offsetOf(text: string, line: number, column: number): number {
  const lines = text.split("\n");
  const above = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  return above + column - 1;
}
