import { type AuthorizationRequest, showEntity } from "../../calls/value.ts";
import { cedarConditions, exactRequest, type TextChange } from "../policy-exception.ts";
import type { CedarPolicy } from "./read-policies.ts";

const pieces = /\/\/[^\r\n]*|"(?:\\[\s\S]|[^"\\])*"?|[()]|\b(?:permit|forbid)\b|[^()"/]|\//gu;

/**
 * A policy's own text with an exception for exactly one request, right behind its head: there it holds before anything
 * else is evaluated, so that it helps where a condition errs too.
 */
export function exceptRequest({ part, source }: CedarPolicy, request: AuthorizationRequest): TextChange | undefined {
  if (source.origin !== undefined) return undefined;
  const lead = leadOf(part.text);
  const before = part.text.slice(lead);
  const end = headEnd(before);
  if (end === undefined) return undefined;
  const exact = exactRequest(request);
  const conditions = [
    `principal == ${showEntity(exact.principal)}`,
    `action == Yoi::Action::"${exact.action}"`,
    `resource == ${showEntity(exact.resource)}`,
    ...cedarConditions(exact),
  ];
  const exception = `\nunless {\n  ${conditions.join(" &&\n  ")}\n}`;
  return {
    file: source.file,
    line: part.start.line,
    before,
    after: before.slice(0, end) + exception + before.slice(end),
  };
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
