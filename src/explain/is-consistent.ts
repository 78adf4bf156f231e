import type { PolicyEffect } from "../decisions/policy-info.ts";
import type { PolicyTrace } from "../decisions/trace.ts";
import type { Verdict } from "../decisions/verdict.ts";

/**
 * Whether the traces, read by themselves, come to what the engines said: each policy that decided or obliged came out
 * true, and none that would have decided otherwise, or obliged as well, did. A policy that has no trace, such as a
 * bundle's, is held against nothing.
 */
export function isConsistent(verdicts: readonly Verdict[], traces: readonly PolicyTrace[]): boolean {
  return verdicts.every((verdict) => agrees(verdict, ofEngine(verdict.engine, traces)));
}

function ofEngine(engine: string, traces: readonly PolicyTrace[]): readonly PolicyTrace[] {
  return traces.filter(({ policy }) => policy.engine === engine);
}

function agrees({ effect, determining, errors, obligations }: Verdict, traces: readonly PolicyTrace[]): boolean {
  const decided = new Set([...determining.map(({ id }) => id), ...obligations.map(({ policy }) => policy)]);
  const erred = new Set(errors.flatMap(({ policy }) => (policy === undefined ? [] : [policy.id])));
  return traces.every(({ policy, value }) => {
    if (value === "error") return erred.has(policy.id) || effect === "error";
    if (value === "true") return decided.has(policy.id) || isOutweighed(policy.effect, effect);
    return !decided.has(policy.id) && !erred.has(policy.id);
  });
}

/** Of a verdict that a forbid or an error settled, permits that hold are not named. */
function isOutweighed(policy: PolicyEffect, effect: Verdict["effect"]): boolean {
  return effect === "error" || (effect === "forbid" && policy === "permit");
}
