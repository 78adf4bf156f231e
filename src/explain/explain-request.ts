// Station: a decision → why. In: a request, the decision on it and the prepared policies. Out: an explanation whose
// every value came from the engines themselves. It must never evaluate anything by its own lights, nor act.
import type { Call } from "../calls/call.ts";
import { type AuthorizationRequest, showEntity } from "../calls/value.ts";
import { combineVerdicts } from "../decisions/combine-verdicts.ts";
import type { Decision } from "../decisions/decision.ts";
import type { PolicyTrace } from "../decisions/trace.ts";
import { isRefused, type Verdict } from "../decisions/verdict.ts";
import type { PreparedPolicies } from "../engines/policy-engine.ts";
import type { Finding } from "../errors/error-details.ts";
import { YoiError } from "../errors/yoi-error.ts";
import type { Explanation, Suggestion } from "./explanation.ts";
import { type PluginNow, relateStanding } from "./relate-standing.ts";
import { traceAll } from "./trace-all.ts";

/** A policy set that answered, and how it could be made with one policy more. */
export interface ExplainedPolicies {
  readonly digest: string;
  readonly sets: readonly PreparedPolicies[];
  readonly versions: ReadonlyMap<string, string>;
  /** Prepares the same set with a Cedar policy added; the caller disposes of it. */
  extended(policy: string): Promise<readonly PreparedPolicies[]>;
  /** What refuses the set, where there is none. */
  readonly refused?: readonly Finding[];
  /** How a plugin stands as things are now; absent where nobody can say. */
  readonly know?: (plugin: string) => PluginNow | undefined;
}

/** Explains one decision: which policies were looked at, how each clause came out, and what came nearest. */
export async function explainRequest(
  request: AuthorizationRequest,
  decision: Decision,
  policies: ExplainedPolicies,
  call?: Call,
): Promise<Explanation> {
  const traces = await traceAll(policies.sets, request);
  const suggestion = await suggestPermit(request, decision, policies);
  return {
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
    ...(suggestion !== undefined && { suggestion }),
  };
}

/** Evaluates a request by every engine. */
export async function evaluateAll(
  sets: readonly PreparedPolicies[],
  request: AuthorizationRequest,
): Promise<readonly Verdict[]> {
  return Promise.all(sets.map((set) => set.evaluate(request)));
}

function nearestPermits(traces: readonly PolicyTrace[]): readonly string[] {
  const misses = ({ clauses }: PolicyTrace) =>
    clauses.filter(({ kind, value }) => value !== (kind === "unless" ? "false" : "true")).length;
  return traces
    .filter((trace) => trace.policy.effect === "permit" && trace.value !== "true")
    .sort((one, other) => misses(one) - misses(other))
    .map((trace) => trace.policy.id);
}

// Only a missing permit can be mended by adding one: a forbid stands whatever is permitted, and so does a flaw of the
// call itself, which no engine sees.
async function suggestPermit(
  request: AuthorizationRequest,
  decision: Decision,
  policies: ExplainedPolicies,
): Promise<Suggestion | undefined> {
  if (decision.kind === "allow" || decision.cause !== "no-permit" || policies.sets.length === 0) return undefined;
  const policy = narrowestPermit(request);
  const sets = await extendedBy(policy, policies);
  if (sets === undefined) return undefined;
  try {
    const combined = combineVerdicts(await evaluateAll(sets, request));
    return { policy, allows: combined.kind === "allow" };
  } finally {
    for (const set of sets) set.dispose();
  }
}

// ATTACK: a guest can ask for what no policy may name, such as a URL that ends in `*`. Its denial is explained all the
// same, without a policy to add (threats 34).
async function extendedBy(policy: string, policies: ExplainedPolicies) {
  try {
    return await policies.extended(policy);
  } catch (error) {
    if (YoiError.is(error, "YOI_POLICY_INVALID")) return undefined;
    throw error;
  }
}

/**
 * A permit for exactly this principal, action and resource, and for exactly this method or place to send a secret to.
 * Of a folder only those entries are listed that may be listed themselves, so what is in it belongs to it.
 */
function narrowestPermit(request: AuthorizationRequest): string {
  const name = `${request.action}-${request.resource.id}`.replace(/[^A-Za-z0-9]+/g, "-").slice(0, 80);
  const condition = narrowestCondition(request);
  return `@id(${JSON.stringify(name)})
@reason("say here why this is allowed")
permit (
  principal == ${showEntity(request.principal)},
  action == Yoi::Action::"${request.action}",
  resource ${request.action === "fs.list" ? "in" : "=="} ${showEntity(request.resource)}
)${condition === undefined ? "" : `\nwhen { ${condition} }`};
`;
}

function narrowestCondition({ action, context }: AuthorizationRequest): string | undefined {
  const { method, url } = context;
  if (action === "https.request" && typeof method === "string") return `context.method == ${JSON.stringify(method)}`;
  const isEntity = typeof url === "object" && "entity" in url;
  return action === "secret.use" && isEntity ? `context.url == ${showEntity(url.entity)}` : undefined;
}
