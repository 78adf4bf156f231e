import { type Expr, type PolicyJson, policyToText, statefulIsAuthorized } from "@cedar-policy/cedar-wasm/nodejs";
import { escapeText } from "../../errors/escape-text.ts";
import { type LargeNumbers, restoreText } from "./large-numbers.ts";
import { preparsedId } from "./slice-pool.ts";
import type { CedarRequest } from "./to-cedar-request.ts";

/** What the library says of one probe. */
export interface ProbeAnswer {
  readonly value: "true" | "false" | "error";
  readonly error?: string;
}

const everyone = {
  effect: "permit",
  principal: { op: "All" },
  action: { op: "All" },
  resource: { op: "All" },
} as const;

/** A policy that is satisfied exactly when the expression is true, and errs exactly when it errs. */
export function probeOf(expression: Expr): PolicyJson {
  return { ...everyone, conditions: [{ kind: "when", body: expression }] };
}

/**
 * Asks the library for all probes in one call; it keeps them parsed for their holder.
 * @throws {Error} when it cannot take the request
 */
export function askProbes(
  holder: object,
  probes: readonly PolicyJson[],
  request: CedarRequest,
): readonly ProbeAnswer[] {
  const preparsedPolicySetId = preparsedId(holder, () => ({
    staticPolicies: Object.fromEntries(probes.map((probe, position) => [String(position), probe])),
  }));
  const answer = statefulIsAuthorized({ ...request, preparsedPolicySetId });
  if (answer.type === "failure") throw new Error(answer.errors[0]?.message ?? "the probes were refused");
  const { reason, errors } = answer.response.diagnostics;
  const satisfied = new Set(reason);
  const failed = new Map(errors.map(({ policyId, error }) => [policyId, [error.message, error.help ?? ""]]));
  return probes.map((_, position) => {
    const words = failed.get(String(position));
    if (words === undefined) return { value: satisfied.has(String(position)) ? "true" : "false" };
    return { value: "error", error: escapeText(words.filter((word) => word !== "").join(": "), 400) };
  });
}

const frame = /^permit\(principal, action, resource\) when \{ (.*) \};$/su;
const namespaced = /"(?:\\.|[^"\\])*"|\bYoi::/gu;

/** An expression in Cedar's own syntax, for reading: on one line, and without the namespace that all names share. */
export function expressionText(expression: Expr, numbers: LargeNumbers): string {
  const answer = policyToText(probeOf(expression));
  const text = answer.type === "success" ? answer.text : "?";
  const body = frame.exec(text)?.[1] ?? text;
  return escapeText(
    restoreText(body, numbers).replace(namespaced, (piece) => (piece === "Yoi::" ? "" : piece)),
    1_000,
  );
}
