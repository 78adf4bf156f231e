import type { AuthorizationRequest } from "../calls/value.ts";
import { failedVerdict, refusedSet, type Verdict } from "../decisions/verdict.ts";
import type { PreparedPolicies } from "../engines/policy-engine.ts";
import type { PolicyRevision } from "./policy-revision.ts";

/** Consults every engine of a revision, always all of them. An engine that throws has erred, and that denies. */
export async function evaluatePolicies(
  revision: PolicyRevision,
  request: AuthorizationRequest,
): Promise<readonly Verdict[]> {
  // FAIL-CLOSED: no engine, no answer; a revision that could not be prepared errs on every call.
  if (revision.failure !== undefined || revision.sets.length === 0) {
    return [failedVerdict(refusedSet, revision.failure ?? "no engine is configured")];
  }
  // The last engine is asked first: one that thinks in a thread of its own does so while another thinks in this one.
  const asked = revision.sets.toReversed().map((set) => evaluateOne(set, request));
  return Promise.all(asked.reverse());
}

async function evaluateOne(set: PreparedPolicies, request: AuthorizationRequest): Promise<Verdict> {
  try {
    return await set.evaluate(request);
  } catch {
    // An engine's own words can quote what it was given, so only the fact is kept.
    return failedVerdict(set.engine, "the engine failed while it evaluated");
  }
}
