import type { Call } from "../calls/call.ts";
import type { AuthorizationRequest } from "../calls/value.ts";
import { gates } from "../decisions/cause.ts";
import type { Decision, DenyDecision } from "../decisions/decision.ts";
import type { PolicyTrace } from "../decisions/trace.ts";
import type { ExplainedPolicies } from "./explained-policies.ts";
import type { Explanation, RequestChanges } from "./explanation.ts";
import { findChanges } from "./nearby/find-changes.ts";
import { readMentions } from "./nearby/read-mentions.ts";
import { nearestPermits } from "./nearest-permits.ts";
import { suggestPolicies } from "./suggest-policies.ts";

/** What would mend a denial: changes of the request, and of the policies that denied it; an allow needs none. */
export async function findMends(
  request: AuthorizationRequest,
  decision: Decision,
  traces: readonly PolicyTrace[],
  policies: ExplainedPolicies,
  call?: Call,
): Promise<Pick<Explanation, "changes" | "suggestions">> {
  // Where the present set is refused, nothing that is added to it counts.
  if (decision.kind === "allow" || policies.refused !== undefined) return { suggestions: [] };
  const suggestions = await suggestPolicies(request, decision, traces, policies);
  const changes = call === undefined ? undefined : await changesOf(request, decision, traces, policies, call);
  return { suggestions, ...(changes !== undefined && { changes }) };
}

async function changesOf(
  request: AuthorizationRequest,
  { cause, verdicts }: DenyDecision,
  traces: readonly PolicyTrace[],
  { put, sets, clockMs = performanceMs }: ExplainedPolicies,
  call: Call,
): Promise<RequestChanges | undefined> {
  if (put === undefined || gates.includes(cause)) return undefined;
  const mentions = readMentions(traces, nearestPermits(traces));
  return findChanges({ origin: { call, request, atMs: momentOf(request) }, verdicts, mentions, sets, put, clockMs });
}

const performanceMs = () => performance.now();

/** When a request was made, in milliseconds; not a number where it does not say. */
export function momentOf({ context: { now } }: AuthorizationRequest): number {
  const at = typeof now === "object" && "record" in now ? now.record["at"] : undefined;
  return typeof at === "object" && "datetime" in at ? Date.parse(at.datetime) : Number.NaN;
}
