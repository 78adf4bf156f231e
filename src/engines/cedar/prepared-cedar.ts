import { statefulIsAuthorized } from "@cedar-policy/cedar-wasm/nodejs";
import { limits } from "../../calls/limits.ts";
import type { AuthorizationRequest } from "../../calls/value.ts";
import { failedVerdict, type Verdict } from "../../decisions/verdict.ts";
import { escapeText } from "../../errors/escape-text.ts";
import type { PreparedPolicies } from "../policy-engine.ts";
import type { PolicyOutline } from "../policy-outline.ts";
import { exceptRequest } from "./except-request.ts";
import { engineName, fromCedarAnswer } from "./from-cedar-answer.ts";
import { type AddedAncestors, type KnownEntities, knowEntities, knownEntity } from "./known-entities.ts";
import { createLruMap } from "./lru-map.ts";
import { outlinePolicies } from "./outline-policies.ts";
import { indexPolicies } from "./policy-index.ts";
import { type Projection, projectionOf } from "./projection.ts";
import type { CedarPolicy } from "./read-policies.ts";
import { preparsedId, releaseSlot } from "./slice-pool.ts";
import { toCedarRequest } from "./to-cedar-request.ts";
import { createProbings, probingOf, tracePolicies } from "./trace-policies.ts";

/** The policies that could apply to some requests, with what they read of them. */
interface Slice {
  readonly number: number;
  readonly policies: readonly CedarPolicy[];
  readonly projection: Projection;
}

/** A whole set, read and valid, ready to answer. */
export function preparedCedar(set: {
  readonly policies: readonly CedarPolicy[];
  readonly added: AddedAncestors;
  readonly digest: string;
}): PreparedPolicies {
  const index = indexPolicies(set.policies);
  const slices = createLruMap<string, Slice>(limits.slicePoolMax, releaseSlot);
  const verdicts = createLruMap<string, Verdict>(limits.evaluationCacheMax);
  const probings = createProbings();
  const total = set.policies.length;
  let outlines: readonly PolicyOutline[] | undefined;
  let slicesMade = 0;
  let disposed = false;

  const sliceFor = (request: AuthorizationRequest, known: KnownEntities): Slice => {
    const [principal, resource] = [knownEntity(request.principal, known), knownEntity(request.resource, known)];
    const selection = index.select(request.action, principal, resource);
    const cached = slices.get(selection.key);
    if (cached !== undefined) return cached;
    const policies = selection.policies();
    const slice: Slice = { number: slicesMade++, policies, projection: projectionOf(policies) };
    slices.set(selection.key, slice);
    return slice;
  };

  const answer = (request: AuthorizationRequest): Verdict => {
    if (disposed) throw new Error("the policy set was put away");
    const known = knowEntities(request, set.added);
    const slice = sliceFor(request, known);
    const question = toCedarRequest(request, known, slice.projection);
    // INVARIANT: the key holds all that the library is asked, so what is found under it is what it would answer.
    const key = slice.projection.mentionsNow ? undefined : `${slice.number} ${JSON.stringify(question)}`;
    const cached = key === undefined ? undefined : verdicts.get(key);
    if (cached !== undefined) return cached;
    const preparsedPolicySetId = preparsedId(slice, () => ({ staticPolicies: textsOf(slice.policies) }));
    const verdict = fromCedarAnswer(statefulIsAuthorized({ ...question, preparsedPolicySetId }), slice.policies, total);
    if (key !== undefined && verdict.effect !== "error") verdicts.set(key, verdict);
    return verdict;
  };

  return {
    engine: engineName,
    digest: set.digest,
    policies: set.policies.map(({ info }) => info),
    evaluate: (request) => {
      try {
        return answer(request);
      } catch (error) {
        // FAIL-CLOSED: whatever cannot be asked or answered is an error, and an error denies.
        return { ...failedVerdict(engineName, saidBy(error)), total };
      }
    },
    trace: (request, { nearMisses } = { nearMisses: true }) => {
      try {
        const known = knowEntities(request, set.added);
        const probing = (policies: readonly CedarPolicy[]) => probingOf(policies, probings);
        const looked = nearMisses ? index : { ...index, nearMisses: () => [] };
        return tracePolicies({ request, known, slice: sliceFor(request, known).policies, index: looked, probing });
      } catch {
        // What cannot be asked has a verdict that says why, and no clauses that came out one way or the other.
        return [];
      }
    },
    outline: () => {
      outlines ??= outlinePolicies(set.policies);
      return outlines;
    },
    except: ({ id }, request) => {
      const policy = set.policies.find(({ info }) => info.id === id);
      return policy === undefined ? undefined : exceptRequest(policy, request);
    },
    dispose: () => {
      disposed = true;
      for (const slice of slices.values()) releaseSlot(slice);
      for (const { probes } of probings.values()) releaseSlot(probes);
      probings.clear();
      slices.clear();
      verdicts.clear();
    },
  };
}

/** By position: the library is never shown a name that a person chose. */
function textsOf(policies: readonly CedarPolicy[]): Record<string, string> {
  return Object.fromEntries(policies.map(({ part }, position) => [String(position), part.text]));
}

function saidBy(error: unknown): string {
  return escapeText(error instanceof Error ? error.message : String(error), 400);
}
