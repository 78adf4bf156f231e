import type { AuthorizationRequest } from "../calls/value.ts";
import { failedVerdict, type Verdict } from "../decisions/verdict.ts";
import type { PreparedPolicies } from "../engines/policy-engine.ts";
import type { PolicyRevision } from "./policy-revision.ts";

/** Consults every engine of a revision, always all of them. An engine that throws has erred, and that denies. */
export async function evaluatePolicies(
  revision: PolicyRevision,
  request: AuthorizationRequest,
): Promise<readonly Verdict[]> {
  // FAIL-CLOSED: no engine, no answer; a revision that could not be prepared errs on every call.
  if (revision.failure !== undefined || revision.sets.length === 0) {
    return [failedVerdict("policies", revision.failure ?? "no engine is configured")];
  }
  return Promise.all(revision.sets.map((set) => evaluateOne(set, request)));
}

async function evaluateOne(set: PreparedPolicies, request: AuthorizationRequest): Promise<Verdict> {
  try {
    return await set.evaluate(request);
  } catch {
    // An engine's own words can quote what it was given, so only the fact is kept.
    return failedVerdict(set.engine, "the engine failed while it evaluated");
  }
}
