// Station: what tests asked → which conditions of the operator's own policies they exercised. What ships is not theirs
// to test, and is left out; so are bundles, which have no sources.
import { limits } from "../../calls/limits.ts";
import type { AuthorizationRequest } from "../../calls/value.ts";
import type { PreparedPolicies } from "../../engines/policy-engine.ts";
import type { ConditionOutline, PolicyOutline } from "../../engines/policy-outline.ts";
import type { CoveredLines } from "../../engines/policy-tests.ts";
import type { Place } from "../../errors/error-details.ts";
import { type Condition, type ListedConditions, listConditions, type Outcome } from "./list-conditions.ts";
import { recordLines } from "./record-lines.ts";
import { recordTrace } from "./record-trace.ts";

/** A condition, or a policy as a whole, with what no test has seen of it. */
export interface Unexercised {
  readonly policy: string;
  readonly text: string;
  readonly place: Required<Place>;
  /** `evaluated`: it was not even looked at. `applied`: of a policy as a whole. */
  readonly never: "evaluated" | "true" | "false" | "applied";
}

/** How much of the operator's own policies tests exercise: each condition counts twice, for true and for false. */
export interface CoverageReport {
  /** Whole, and rounded down: 100 is all. */
  readonly percent: number;
  readonly outcomes: { readonly seen: number; readonly total: number };
  /** Policies that applied to something. */
  readonly policies: { readonly applied: number; readonly total: number };
  /** How many different requests tests made, and how many of them were looked into. */
  readonly requests: { readonly traced: number; readonly total: number };
  /** In the order of their places. */
  readonly unexercised: readonly Unexercised[];
}

/** What coverage is measured of. */
export interface Exercised {
  readonly requests: readonly AuthorizationRequest[];
  /** What tests in Rego evaluated, by run. */
  readonly runs: readonly (readonly CoveredLines[])[];
}

/** Measures what tests exercised. `isOwn` says which files are an operator's. */
export async function measureCoverage(
  sets: readonly PreparedPolicies[],
  { requests, runs }: Exercised,
  isOwn: (file: string) => boolean,
): Promise<CoverageReport> {
  const own = sets.map(ownPart);
  const listed = listConditions(
    own.flatMap(({ outlines }) => outlines),
    isOwn,
  );
  for (const run of runs) {
    for (const outline of own.flatMap(({ outlines }) => outlines)) recordLines(outline, run, listed);
  }
  const distinct = [...new Map(requests.map((request) => [JSON.stringify(request), request])).values()];
  const looked = distinct.slice(0, limits.coverageRequestsMax);
  for (const request of looked) {
    for (const { set, outlines, byId } of own) {
      if (outlines.some((outline) => canTeach(outline, request, listed))) await traceOne(set, request, byId, listed);
    }
  }
  return reportOf(listed, { traced: looked.length, total: distinct.length });
}

/** Of a set, the policies that an operator wrote or granted. */
function ownPart(set: PreparedPolicies) {
  const outlines = set.outline().filter(({ policy }) => policy.layer !== "invariant");
  return { set, outlines, byId: new Map(outlines.map((outline) => [outline.policy.id, outline])) };
}

/** Traces take their time: a request is worth one where a policy can apply to it that has not shown all that it can. */
function canTeach(
  { policy, actions, conditions }: PolicyOutline,
  request: AuthorizationRequest,
  listed: ListedConditions,
) {
  const isOpen = (condition: Condition | undefined) => condition !== undefined && missing(condition).length > 0;
  const isOpenIn = (node: ConditionOutline): boolean => isOpen(listed.of.get(node)) || node.children.some(isOpenIn);
  return actions.includes(request.action) && (isOpen(listed.wholes.get(policy.id)) || conditions.some(isOpenIn));
}

async function traceOne(
  set: PreparedPolicies,
  request: AuthorizationRequest,
  byId: ReadonlyMap<string, PolicyOutline>,
  listed: ListedConditions,
): Promise<void> {
  for (const trace of await set.trace(request, { nearMisses: false })) {
    const outline = byId.get(trace.policy.id);
    if (outline !== undefined) recordTrace(outline, trace, listed);
  }
}

function missing({ needs, seen }: Condition): readonly Outcome[] {
  return needs.filter((outcome) => !seen.has(outcome));
}

function reportOf({ all, wholes }: ListedConditions, requests: CoverageReport["requests"]): CoverageReport {
  const total = all.reduce((sum, { needs }) => sum + needs.length, 0);
  const seen = all.reduce((sum, one) => sum + one.needs.length - missing(one).length, 0);
  const policies = [...wholes.values()];
  return {
    percent: total === 0 ? 100 : Math.floor((100 * seen) / total),
    outcomes: { seen, total },
    policies: { applied: policies.filter((one) => missing(one).length === 0).length, total: policies.length },
    requests,
    unexercised: all
      .flatMap((one) => unexercised(one, wholes))
      .toSorted((one, other) => compare(one.place, other.place)),
  };
}

function unexercised(condition: Condition, wholes: ListedConditions["wholes"]): readonly Unexercised[] {
  const { policy, text, place, needs, seen } = condition;
  const [first] = missing(condition);
  if (first === undefined) return [];
  const isWhole = wholes.get(policy.id) === condition;
  const never = isWhole ? "applied" : needs.length > 1 && seen.size === 0 ? "evaluated" : first;
  return [{ policy: policy.id, text, place, never }];
}

function compare(one: Required<Place>, other: Required<Place>): number {
  if (one.file !== other.file) return one.file < other.file ? -1 : 1;
  return one.line - other.line || one.column - other.column;
}
