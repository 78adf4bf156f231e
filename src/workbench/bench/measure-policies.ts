// Station: recorded requests → what policy costs. In: the engines, what they prepare, and requests. Out: times, which
// say how policies compare on this machine now, and nothing about another.
import { evaluatePolicies } from "../../broker/evaluate-policies.ts";
import { prepareAll } from "../../broker/prepare-revision.ts";
import type { AuthorizationRequest } from "../../calls/value.ts";
import { combineVerdicts } from "../../decisions/combine-verdicts.ts";
import type { PolicyInfo } from "../../decisions/policy-info.ts";
import { timePolicy } from "../../engines/cedar/time-policy.ts";
import type { PolicyEngine, PolicySources, PreparedPolicies } from "../../engines/policy-engine.ts";
import type { PolicyOutline } from "../../engines/policy-outline.ts";
import { type Quantiles, quantilesOf } from "./quantiles.ts";

/** What one engine, or all of them together, took over the requests. */
export interface EngineCost {
  readonly engine: string;
  readonly policies: number;
  /** By a set that has not seen the request before; the first of a kind takes longest. */
  readonly first: Quantiles;
  /** The same request once more. */
  readonly again: Quantiles;
  /** Decisions a second, of those that were new. */
  readonly perSecond: number;
}

/** What one policy adds to a decision that it concerns. */
export interface PolicyCost {
  readonly policy: PolicyInfo;
  /** How many of the requests its action scope lets through. */
  readonly requests: number;
  /** Evaluated by itself, beyond what a policy that says nothing takes. */
  readonly addsUs: number;
}

export interface PolicyCosts {
  readonly requests: number;
  readonly rounds: number;
  readonly engines: readonly EngineCost[];
  /** Of Cedar, the slowest first. Rego is compiled into one module, and has no parts to be timed. */
  readonly policies: readonly PolicyCost[];
}

/** Requests that one policy is timed over. */
const requestsPerPolicyMax = 40;

/**
 * Times decisions on requests by sets that are prepared anew for each round, then each policy of Cedar by itself.
 * @throws {YoiError} YOI_POLICY_INVALID where the set does not load
 */
export async function measurePolicies(
  engines: readonly PolicyEngine[],
  sources: PolicySources,
  requests: readonly AuthorizationRequest[],
  rounds: number,
): Promise<PolicyCosts> {
  const names = [...engines.map(({ name }) => name), "together"];
  const first = new Map<string, number[]>(names.map((name) => [name, []]));
  const again = new Map<string, number[]>(names.map((name) => [name, []]));
  const counts = new Map<string, number>();
  let outlines: readonly PolicyOutline[] = [];
  for (let round = 0; round < rounds; round++) {
    const alone = await prepareAll(engines, sources);
    const together = await prepareAll(engines, sources);
    for (const set of alone) counts.set(set.engine, set.policies.length);
    counts.set(
      "together",
      alone.reduce((sum, set) => sum + set.policies.length, 0),
    );
    if (round === 0) outlines = alone.flatMap((set) => set.outline());
    for (const times of [first, again]) {
      for (const set of alone) times.get(set.engine)?.push(...(await timeSets([set], requests)));
      times.get("together")?.push(...(await timeSets(together, requests)));
    }
    for (const set of [...alone, ...together]) set.dispose();
  }
  return {
    requests: requests.length,
    rounds,
    engines: names.map((engine) => costOf(engine, counts.get(engine) ?? 0, first.get(engine), again.get(engine))),
    policies: outlines
      .filter(({ policy }) => policy.engine === "cedar")
      .flatMap((outline) => costOfPolicy(outline, requests, rounds))
      .toSorted((one, other) => other.addsUs - one.addsUs || (one.policy.id < other.policy.id ? -1 : 1)),
  };
}

async function timeSets(
  sets: readonly PreparedPolicies[],
  requests: readonly AuthorizationRequest[],
): Promise<readonly number[]> {
  const times: number[] = [];
  const revision = { digest: "", sets, versions: new Map<string, string>() };
  for (const request of requests) {
    const beganAt = performance.now();
    combineVerdicts(await evaluatePolicies(revision, request));
    times.push(performance.now() - beganAt);
  }
  return times;
}

function costOf(
  engine: string,
  policies: number,
  first: readonly number[] = [],
  again: readonly number[] = [],
): EngineCost {
  const totalMs = first.reduce((sum, ms) => sum + ms, 0);
  const perSecond = totalMs === 0 ? 0 : Math.round((first.length / totalMs) * 1_000);
  return { engine, policies, first: quantilesOf(first), again: quantilesOf(again), perSecond };
}

const saysNothing = "permit (principal, action, resource) when { false };";

function costOfPolicy(
  { policy, text, actions }: PolicyOutline,
  requests: readonly AuthorizationRequest[],
  rounds: number,
): readonly PolicyCost[] {
  const concerned = requests.filter(({ action }) => actions.includes(action));
  const sample = concerned.slice(-requestsPerPolicyMax);
  if (sample.length === 0) return [];
  const own = quantilesOf(timePolicy(text, sample, rounds)).p50Us;
  const nothing = quantilesOf(timePolicy(saysNothing, sample, rounds)).p50Us;
  const addsUs = Math.max(0, Math.round((own - nothing) * 10) / 10);
  return [{ policy, requests: concerned.length, addsUs }];
}
