import { evaluatePolicies } from "../../broker/evaluate-policies.ts";
import type { AuthorizationRequest } from "../../calls/value.ts";
import { combineVerdicts } from "../../decisions/combine-verdicts.ts";
import type { Obligation } from "../../decisions/obligation.ts";
import type { PolicyInfo } from "../../decisions/policy-info.ts";
import type { PreparedPolicies } from "../../engines/policy-engine.ts";
import type { RecordedCall } from "../recorded-calls.ts";

/** A recorded call that was allowed and still would be. */
export interface UsedCall {
  readonly at: string;
  readonly decision: string;
  readonly request: AuthorizationRequest;
  /** The permits that allow it. */
  readonly permits: readonly PolicyInfo[];
  /** What policies in Cedar oblige it to. */
  readonly obligations: readonly Obligation[];
}

/** What of a recorded period counts for a suggestion, and what does not. */
export interface Uses {
  readonly calls: readonly UsedCall[];
  /** Allowed then and not now: what was taken away is not given back. */
  readonly deniedNow: number;
  /** Allowed then, and nobody knows any more what was asked. */
  readonly evidenceGone: number;
}

/** Asks the policies in force about every call that was allowed on record. */
export async function gatherUses(calls: Iterable<RecordedCall>, sets: readonly PreparedPolicies[]): Promise<Uses> {
  const used: UsedCall[] = [];
  let [deniedNow, evidenceGone] = [0, 0];
  const revision = { digest: "", sets, versions: new Map<string, string>() };
  for (const { entry, request } of calls) {
    if (entry.answer !== "allow") continue;
    if (request === undefined) {
      evidenceGone++;
      continue;
    }
    const verdicts = await evaluatePolicies(revision, request);
    const combined = combineVerdicts(verdicts);
    if (combined.kind === "deny") {
      deniedNow++;
      continue;
    }
    used.push({
      at: entry.at,
      decision: entry.decision,
      request,
      permits: verdicts.flatMap(({ effect, determining }) => (effect === "permit" ? determining : [])),
      obligations: verdicts.flatMap((verdict) => (verdict.engine === "cedar" ? verdict.obligations : [])),
    });
  }
  return { calls: used, deniedNow, evidenceGone };
}

/**
 * The permits that are needed for calls, each with the calls that it is needed for: every one that brings an obligation,
 * for without it the call would be bound by less; and where none does, the one that serves the most calls. What ships
 * with Yoi serves without being suggested.
 */
export function neededPermits(calls: readonly UsedCall[]): ReadonlyMap<PolicyInfo, readonly UsedCall[]> {
  const byId = new Map<string, PolicyInfo>();
  const serves = new Map<string, number>();
  for (const { permits } of calls) {
    for (const permit of permits) {
      byId.set(permit.id, permit);
      serves.set(permit.id, (serves.get(permit.id) ?? 0) + 1);
    }
  }
  const needed = new Map<PolicyInfo, UsedCall[]>();
  for (const call of calls) {
    for (const { id } of chosenFor(call, serves)) {
      const permit = byId.get(id);
      if (permit === undefined) continue;
      const served = needed.get(permit) ?? [];
      served.push(call);
      needed.set(permit, served);
    }
  }
  return needed;
}

function chosenFor({ permits, obligations }: UsedCall, serves: ReadonlyMap<string, number>): readonly PolicyInfo[] {
  const own = permits.filter(({ layer }) => layer !== "invariant");
  // Of Rego, obligations hold whoever permits.
  const bound = own.filter(({ id }) => obligations.some(({ policy }) => policy === id));
  if (bound.length > 0 || own.length < permits.length) return bound;
  const rank = ({ id, engine }: PolicyInfo) => (engine === "cedar" ? 1_000_000 : 0) + (serves.get(id) ?? 0);
  const [best] = own.toSorted((one, other) => rank(other) - rank(one) || (one.id < other.id ? -1 : 1));
  return best === undefined ? [] : [best];
}
