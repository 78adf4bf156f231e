import { type Cause, causes, isCause } from "./cause.ts";
import type { Obligation } from "./obligation.ts";
import { effects, type Verdict, type VerdictEffect } from "./verdict.ts";

/** What the verdicts come to, before gates are settled and an id is given. */
export type Combined =
  | { readonly kind: "allow"; readonly obligations: readonly Obligation[] }
  | { readonly kind: "deny"; readonly causes: readonly [Cause, ...Cause[]] };

/**
 * Deny-overrides: the decision is the maximum of `abstain < permit < error < forbid`, and only `permit` allows.
 * So order does not matter, silence denies, and an engine that errs denies.
 */
export function combineVerdicts(verdicts: readonly Verdict[]): Combined {
  const strongest = Math.max(0, ...verdicts.map((verdict) => rank(verdict.effect)));
  if (effects[strongest] === "permit") {
    return { kind: "allow", obligations: verdicts.flatMap((verdict) => verdict.obligations) };
  }
  const found = new Set(verdicts.flatMap(causesOf));
  const [first = "no-permit", ...rest] = causes.filter((cause) => found.has(cause));
  return { kind: "deny", causes: [first, ...rest] };
}

// FAIL-CLOSED: an effect from outside the list ranks as an error, not as nothing.
function rank(effect: VerdictEffect): number {
  const index = effects.indexOf(effect);
  return index < 0 ? effects.indexOf("error") : index;
}

function causesOf(verdict: Verdict): readonly Cause[] {
  switch (verdict.effect) {
    case "forbid": {
      const named = verdict.determining.map((policy) => policy.annotations["cause"] ?? "");
      const forbids = named.map((cause): Cause => (isCause(cause) ? cause : "explicit-forbid"));
      const also: readonly Cause[] = verdict.errors.some((error) => error.policy?.effect === "forbid")
        ? ["engine-error"]
        : [];
      return forbids.length === 0 ? ["explicit-forbid", ...also] : [...forbids, ...also];
    }
    case "error":
      return ["engine-error"];
    case "abstain":
    case "permit":
      return [];
  }
  return ["engine-error"];
}
