import type { AuthorizationRequest } from "../calls/value.ts";
import type { Verdict } from "../decisions/verdict.ts";
import type { PreparedPolicies } from "../engines/policy-engine.ts";

/** Evaluates a request by every engine. */
export async function evaluateAll(
  sets: readonly PreparedPolicies[],
  request: AuthorizationRequest,
): Promise<readonly Verdict[]> {
  return Promise.all(sets.map((set) => set.evaluate(request)));
}
