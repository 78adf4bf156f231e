// Station: a denial → the smallest changes of policy that would allow it. Each is validated and evaluated in the whole
// set before it is shown; what stands whatever an operator writes is never written around.

import { isDeepStrictEqual } from "node:util";
import { limits } from "../calls/limits.ts";
import type { AuthorizationRequest } from "../calls/value.ts";
import { combineVerdicts } from "../decisions/combine-verdicts.ts";
import type { DenyDecision } from "../decisions/decision.ts";
import type { PolicyInfo } from "../decisions/policy-info.ts";
import type { PolicyTrace } from "../decisions/trace.ts";
import type { Verdict } from "../decisions/verdict.ts";
import { YoiError } from "../errors/yoi-error.ts";
import { evaluateAll } from "./evaluate-all.ts";
import type { ExplainedPolicies, TrialSets } from "./explained-policies.ts";
import type { PolicyEdit, Suggestion } from "./explanation.ts";
import { narrowestPermit, permitAround } from "./narrowest-permit.ts";
import { sayExact } from "./say-exact.ts";

interface Candidate {
  readonly title: string;
  readonly edits: readonly PolicyEdit[];
}

/** Changes of policy that would allow the request, the narrowest first; none where no policy can. */
export async function suggestPolicies(
  request: AuthorizationRequest,
  decision: DenyDecision,
  traces: readonly PolicyTrace[],
  policies: ExplainedPolicies,
): Promise<readonly Suggestion[]> {
  const suggestions: Suggestion[] = [];
  for (const candidate of candidatesFor(request, decision, traces, policies)) {
    const suggestion = await tryOut(candidate, request, policies);
    // ATTACK: what no policy may name is not permitted by one that is wider instead (threats 34).
    if (suggestion === undefined) break;
    if (!suggestion.allows) continue;
    suggestions.push(suggestion);
    // Beside an exception that is enough, a permit would be one change more.
    if (decision.cause !== "no-permit") break;
  }
  return suggestions;
}

function* candidatesFor(
  request: AuthorizationRequest,
  { verdicts, cause }: DenyDecision,
  traces: readonly PolicyTrace[],
  policies: ExplainedPolicies,
): Generator<Candidate> {
  const added = (text: string): PolicyEdit => ({ kind: "add", file: policies.newFile, text });
  const permit = added(narrowestPermit(request));
  if (cause === "no-permit") {
    yield { title: `a permit for ${sayExact(request)}`, edits: [permit] };
    const wider = permitAround(request);
    if (wider !== undefined) yield { title: `a permit for all of ${wider.around}`, edits: [added(wider.policy)] };
    return;
  }
  const held = policiesInTheWay(verdicts, traces);
  // What ships holds for everybody.
  const isOperators = held.length > 0 && held.every(({ layer }) => layer === "user" || layer === "workspace");
  if (!isOperators || held.length > limits.exceptionsMax || (cause !== "explicit-forbid" && cause !== "engine-error"))
    return;
  const exceptions = held.map((policy) => exceptionTo(policy, request, policies));
  const found = exceptions.filter((exception) => exception !== undefined);
  if (found.length < exceptions.length) return;
  const edits = found.map(({ change }): PolicyEdit => ({ kind: "replace", ...change }));
  const names = held.map(({ effect, name }) => `the ${effect} ${name}`).join(" and ");
  const exactly = sayExact(request, found);
  yield { title: `an exception to ${names} for ${exactly}`, edits };
  yield {
    title: `an exception to ${names} for ${exactly}; and a permit for ${sayExact(request)}`,
    edits: [...edits, permit],
  };
}

function exceptionTo(policy: PolicyInfo, request: AuthorizationRequest, { sets }: ExplainedPolicies) {
  return sets.find(({ engine }) => engine === policy.engine)?.except(policy, request);
}

/** The policies that deny: those that forbid, and those whose error counts, by the traces where an engine names none. */
function policiesInTheWay(verdicts: readonly Verdict[], traces: readonly PolicyTrace[]): readonly PolicyInfo[] {
  const found = verdicts.flatMap(({ engine, effect, determining, errors }) => [
    ...determining.filter((policy) => policy.effect === "forbid"),
    ...errors.flatMap(({ policy }) => {
      if (policy === undefined) return effect === "error" ? erring(engine, traces) : [];
      return policy.effect === "forbid" || effect === "error" ? [policy] : [];
    }),
  ]);
  return [...new Map(found.map((policy) => [policy.id, policy])).values()];
}

function erring(engine: string, traces: readonly PolicyTrace[]): readonly PolicyInfo[] {
  return traces.flatMap(({ policy, value }) => (policy.engine === engine && value === "error" ? [policy] : []));
}

// ATTACK: a guest can ask for what no policy may name, such as a URL that ends in `*`. Its denial is explained all the
// same, without a policy to add (threats 34).
async function prepare(edits: readonly PolicyEdit[], policies: ExplainedPolicies): Promise<TrialSets | undefined> {
  try {
    return await policies.changed(edits);
  } catch (error) {
    if (YoiError.is(error, "YOI_POLICY_INVALID")) return undefined;
    throw error;
  }
}

async function tryOut(
  { title, edits }: Candidate,
  request: AuthorizationRequest,
  policies: ExplainedPolicies,
): Promise<Suggestion | undefined> {
  const trial = await prepare(edits, policies);
  if (trial === undefined) return undefined;
  try {
    const verdicts = await evaluateAll(trial.sets, request);
    const allows = combineVerdicts(verdicts).kind === "allow";
    const standing = policiesInTheWay(verdicts, []).map(({ name }) => name);
    const newly = allows ? await countNewly(request, trial, policies) : undefined;
    return { title, edits, allows, standing, ...(newly !== undefined && { newly }) };
  } finally {
    trial.dispose();
  }
}

/**
 * How many other calls that were denied would be allowed, of as many as there was time to look at; a call that asks the
 * very same is not another. Nothing where the journal cannot be read: an explanation goes without.
 */
async function countNewly(
  request: AuthorizationRequest,
  trial: TrialSets,
  policies: ExplainedPolicies,
): Promise<Suggestion["newly"]> {
  try {
    return await countDenied(request, trial, policies);
  } catch (error) {
    if (YoiError.is(error, "YOI_JOURNAL_UNREADABLE")) return undefined;
    throw error;
  }
}

async function countDenied(
  request: AuthorizationRequest,
  trial: TrialSets,
  { denials, sets, clockMs = performanceMs }: ExplainedPolicies,
): Promise<Suggestion["newly"]> {
  if (denials === undefined) return undefined;
  const untilMs = clockMs() + limits.nearbySearchMs;
  let [allowed, of] = [0, 0];
  for (const denied of denials(request.action)) {
    if (clockMs() > untilMs) break;
    if (isSameAsked(denied, request)) continue;
    of++;
    if (combineVerdicts(await evaluateAll(trial.sets, denied)).kind === "deny") continue;
    // By now it may be allowed without the change.
    if (combineVerdicts(await evaluateAll(sets, denied)).kind === "deny") allowed++;
  }
  return { allowed, of };
}

const performanceMs = () => performance.now();

/** Whether nothing but the moment tells them apart. */
function isSameAsked(one: AuthorizationRequest, other: AuthorizationRequest): boolean {
  const asked = ({
    principal,
    action,
    resource,
    context: { now: _now, ...context },
    toolInput,
  }: AuthorizationRequest) => ({ principal, action, resource, context, toolInput });
  return isDeepStrictEqual(asked(one), asked(other));
}
