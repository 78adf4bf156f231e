// Station: a decision → why. In: a request, the decision on it and the prepared policies. Out: an explanation whose
// every value came from the engines themselves. It must never evaluate anything by its own lights, nor act.
import type { Call } from "../calls/call.ts";
import type { AuthorizationRequest } from "../calls/value.ts";
import type { Decision } from "../decisions/decision.ts";
import { isRefused } from "../decisions/verdict.ts";
import type { ExplainedPolicies } from "./explained-policies.ts";
import type { Explanation } from "./explanation.ts";
import { findMends } from "./find-mends.ts";
import { findMisfits } from "./find-misfits.ts";
import { isConsistent } from "./is-consistent.ts";
import { nearestPermits } from "./nearest-permits.ts";
import { relateStanding } from "./relate-standing.ts";
import { remedyOf } from "./remedy-of-cause.ts";
import { traceAll } from "./trace-all.ts";

/** Explains one decision: which policies were looked at, how each clause came out, and what came nearest. */
export async function explainRequest(
  request: AuthorizationRequest,
  decision: Decision,
  policies: ExplainedPolicies,
  call?: Call,
): Promise<Explanation> {
  const explained = await explainWhy(request, decision, policies, call);
  return { ...explained, ...(await findMends(request, decision, explained.traces, policies, call)) };
}

/** The same without a look for what would mend it. */
export async function explainWhy(
  request: AuthorizationRequest,
  decision: Decision,
  policies: ExplainedPolicies,
  call?: Call,
): Promise<Explanation> {
  const traces = await traceAll(policies.sets, request);
  const base = {
    version: 1,
    answer: decision.kind,
    ...(decision.kind === "deny" && { cause: decision.cause }),
    causes: decision.kind === "deny" ? decision.causes : [],
    ...(decision.kind === "deny" && decision.because !== undefined && { because: decision.because }),
    ...(decision.kind === "deny" && isRefused(decision.verdicts) && { refused: policies.refused ?? [] }),
    ...(decision.kind === "deny" && policies.know && relateStanding(request, decision, policies.know)),
    ...(call !== undefined && { call }),
    request,
    policies: policies.digest,
    engines: [...policies.versions].map(([name, version]) => `${name} ${version}`),
    verdicts: decision.verdicts,
    obligations: decision.kind === "allow" ? decision.obligations : [],
    traces,
    nearest: nearestPermits(traces),
    misfits: decision.kind === "deny" ? findMisfits(request, traces) : [],
    suggestions: [],
    consistent: isConsistent(decision.verdicts, traces),
  } as const;
  return { ...base, ...(decision.kind === "deny" && { remedy: remedyOf(base) }) };
}
