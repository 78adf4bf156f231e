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

/** Policies that the library is asked about, each under a key of its asker's. It keeps them parsed for this very map. */
export type Probes = ReadonlyMap<string, PolicyJson>;

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
 * Asks the library for all probes in one call; answers come under the same keys.
 * @throws {Error} when it cannot take the request
 */
export function askProbes(probes: Probes, request: CedarRequest): ReadonlyMap<string, ProbeAnswer> {
  const preparsedPolicySetId = preparsedId(probes, () => ({
    staticPolicies: Object.fromEntries([...probes.values()].map((probe, position) => [String(position), probe])),
  }));
  const answer = statefulIsAuthorized({ ...request, preparsedPolicySetId });
  if (answer.type === "failure") throw new Error(answer.errors[0]?.message ?? "the probes were refused");
  const { reason, errors } = answer.response.diagnostics;
  const satisfied = new Set(reason);
  const failed = new Map(errors.map(({ policyId, error }) => [policyId, [error.message, error.help ?? ""]]));
  const answerAt = (id: string): ProbeAnswer => {
    const words = failed.get(id);
    if (words === undefined) return { value: satisfied.has(id) ? "true" : "false" };
    return { value: "error", error: escapeText(words.filter((word) => word !== "").join(": "), 400) };
  };
  return new Map([...probes.keys()].map((key, position) => [key, answerAt(String(position))]));
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
