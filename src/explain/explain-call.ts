import type { Call } from "../calls/call.ts";
import type { Opening } from "../calls/inventory.ts";
import type { AuthorizationRequest } from "../calls/value.ts";
import type { Decision } from "../decisions/decision.ts";
import { explainAddresses } from "./explain-addresses.ts";
import { explainRequest } from "./explain-request.ts";
import type { ExplainedPolicies } from "./explained-policies.ts";
import type { Explanation } from "./explanation.ts";

/** What a call that was not made is explained with. */
export interface CallExplainer {
  /** Decides and writes nothing. */
  readonly judge: (call: Call) => Promise<{ readonly request: AuthorizationRequest; readonly decision: Decision }>;
  readonly policies: ExplainedPolicies;
  readonly openings: readonly Opening[];
  /** The whole answer of a name server, as the caller claims it; empty where nobody has asked one. */
  readonly answer: readonly string[];
}

/**
 * Explains a call that was not made and, of a request, what would follow for the addresses behind its name.
 * @throws {YoiError} YOI_CALL_MALFORMED, and YOI_USAGE for addresses that cannot be the request's
 */
export async function explainCall(call: Call, explainer: CallExplainer): Promise<Explanation> {
  const { judge, policies, openings, answer } = explainer;
  const { decision, request } = await judge(call);
  const explanation = await explainRequest(request, decision, policies, call);
  // Of a request that is denied nothing follows, unless somebody asks.
  const follows = decision.kind === "allow" || answer.length > 0;
  if (call.action !== "https.request" || !follows) return explanation;
  const addresses = await explainAddresses(call, { judge, sets: policies.sets, openings, answer });
  return { ...explanation, ...(addresses !== undefined && { addresses }) };
}
