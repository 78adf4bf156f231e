import type { AuthorizationAnswer } from "@cedar-policy/cedar-wasm/nodejs";
import { failedVerdict, type PolicyError, type Verdict, type VerdictEffect } from "../../decisions/verdict.ts";
import { escapeText } from "../../errors/escape-text.ts";
import type { CedarPolicy } from "./read-policies.ts";

/** The name that verdicts and policies carry. */
export const engineName = "cedar";

/**
 * The verdict on a slice, whose policies the library knows by their position.
 * ATTACK: the library skips a forbid that errs and allows (threats 15), so its own decision is not looked at.
 */
export function fromCedarAnswer(answer: AuthorizationAnswer, slice: readonly CedarPolicy[], total: number): Verdict {
  if (answer.type === "failure") {
    const message = escapeText(answer.errors.map((error) => error.message).join("; "), 400);
    return { ...failedVerdict(engineName, message), considered: slice.length, total };
  }
  const { reason, errors } = answer.response.diagnostics;
  const satisfied = new Set(reason);
  const messages = new Map(errors.map(({ policyId, error }) => [policyId, error.message]));
  const holds = slice.filter((_, position) => satisfied.has(String(position)));
  const failed = slice.flatMap((policy, position) => {
    const message = messages.get(String(position));
    return message === undefined ? [] : [{ policy, message }];
  });
  // FAIL-CLOSED: an answer about a policy that the slice does not have is no answer to this question.
  if (holds.length !== satisfied.size || failed.length !== messages.size) {
    return failedVerdict(engineName, "the library answered for policies that it was not asked about");
  }
  const forbids = holds.filter(({ info }) => info.effect === "forbid");
  const permits = holds.filter(({ info }) => info.effect === "permit");
  const effect = effectOf(
    forbids,
    permits,
    failed.map(({ policy }) => policy),
  );
  const determining = { forbid: forbids, permit: permits, error: [], abstain: [] }[effect];
  return {
    engine: engineName,
    effect,
    determining: determining.map(({ info }) => info),
    errors: failed.map(policyError),
    obligations: effect === "permit" ? permits.flatMap(({ obligations }) => obligations) : [],
    considered: slice.length,
    total,
  };
}

function effectOf(
  forbids: readonly CedarPolicy[],
  permits: readonly CedarPolicy[],
  failed: readonly CedarPolicy[],
): VerdictEffect {
  if (forbids.length > 0) return "forbid";
  if (failed.some(({ info, obligations }) => info.effect === "forbid" || obligations.length > 0)) return "error";
  return permits.length > 0 ? "permit" : "abstain";
}

function policyError({ policy, message }: { readonly policy: CedarPolicy; readonly message: string }): PolicyError {
  return { policy: policy.info, message: `${escapeText(message, 400)}: ${consequence(policy)}` };
}

function consequence({ info, obligations }: CedarPolicy): string {
  if (info.effect === "forbid") return "a forbid that cannot be evaluated denies, so mend it or take it out";
  return obligations.length > 0
    ? "a permit with obligations that cannot be evaluated denies, so mend it or take it out"
    : "a permit that cannot be evaluated does not count";
}
