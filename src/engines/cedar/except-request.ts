import { type AuthorizationRequest, showEntity } from "../../calls/value.ts";
import { exactRequest, type PolicyException } from "../policy-exception.ts";
import { exactConditions } from "./exact-conditions.ts";
import { mentionsOf } from "./mentions.ts";
import { type Expression, operandsOf, pathOf } from "./policy-tree.ts";
import type { CedarPolicy } from "./read-policies.ts";

const pieces = /\/\/[^\r\n]*|"(?:\\[\s\S]|[^"\\])*"?|[()]|\b(?:permit|forbid)\b|[^()"/]|\//gu;

/**
 * A policy's own text with an exception for exactly one request, right behind its head: there it holds before anything
 * else is evaluated, so that it helps where a condition errs too.
 */
export function exceptRequest(policy: CedarPolicy, request: AuthorizationRequest): PolicyException | undefined {
  const { part, source, conditions } = policy;
  if (source.origin !== undefined) return undefined;
  const lead = leadOf(part.text);
  const before = part.text.slice(lead);
  const end = headEnd(before);
  if (end === undefined) return undefined;
  const reads = conditions.flatMap(({ body }) => mentionsOf(body).reads);
  const optional = new Set(conditions.flatMap(({ body }) => [...askedFor(body)]));
  const exact = exactRequest(request, reads);
  const { conditions: further, held, open } = exactConditions(exact, request, optional);
  const all = [
    `principal == ${showEntity(exact.principal)}`,
    `action == Yoi::Action::"${exact.action}"`,
    `resource == ${showEntity(exact.resource)}`,
    ...further,
  ];
  const lines = ["", "unless {", `  ${all.join(" &&\n  ")}`, "}"].join("\n");
  const exception = before.includes("\r\n") ? lines.replaceAll("\n", "\r\n") : lines;
  const after = before.slice(0, end) + exception + before.slice(end);
  return { change: { file: source.file, line: part.start.line, before, after }, held, open };
}

/** What a policy asks for with `has`: the validator lets it read nothing that may be absent before it has. */
function* askedFor(expression: Expression): Generator<string> {
  const base = expression.op === "has" ? pathOf(expression.of) : undefined;
  if (expression.op === "has" && base !== undefined) {
    for (const [index] of expression.path.entries()) {
      yield [base.root, ...base.names, ...expression.path.slice(0, index + 1)].join(".");
    }
  }
  for (const operand of operandsOf(expression)) yield* askedFor(operand);
}

/** Where the policy itself begins: comments and blanks before it are left alone. */
function leadOf(text: string): number {
  return /^(?:\s+|\/\/[^\r\n]*(?:\r\n|\r|\n|$))*/u.exec(text)?.[0].length ?? 0;
}

/** Just behind the bracket that closes the head. */
function headEnd(text: string): number | undefined {
  let begun = false;
  let depth = 0;
  for (const { 0: piece, index } of text.matchAll(pieces)) {
    if (/^(?:permit|forbid)$/.test(piece) && depth === 0) begun = true;
    else if (piece === "(") depth++;
    else if (piece === ")" && --depth === 0 && begun) return index + 1;
  }
  return undefined;
}
