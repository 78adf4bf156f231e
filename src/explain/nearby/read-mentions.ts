import { limits } from "../../calls/limits.ts";
import type { Value } from "../../calls/value.ts";
import { clauseHolds, type PolicyTrace, type TraceNode } from "../../decisions/trace.ts";
import type { Mention } from "./nearby-call.ts";

/**
 * What stands between a request and an allow, by the part of the request that it is about: what fails in the nearest
 * permits, and everything in the forbids that hold.
 */
export function readMentions(traces: readonly PolicyTrace[], nearest: readonly string[]): readonly Mention[] {
  const near = nearest.slice(0, limits.mentioningPermitsMax);
  const permits = traces
    .filter(({ policy }) => near.includes(policy.id))
    .sort((one, other) => near.indexOf(one.policy.id) - near.indexOf(other.policy.id));
  const forbids = traces.filter(({ policy, value }) => policy.effect === "forbid" && value !== "false");
  const found = new Map<string, Value[]>();
  const leaves = [...forbids.flatMap(({ clauses }) => leavesOf(clauses)), ...permits.flatMap(failingLeaves)];
  for (const { reads = [], literals = [] } of leaves) {
    for (const path of reads) found.set(path, [...(found.get(path) ?? []), ...literals]);
  }
  return [...found].map(([path, literals]) => ({ path, literals: literals.slice(0, limits.mentionedLiteralsMax) }));
}

function failingLeaves({ clauses }: PolicyTrace): readonly TraceNode[] {
  return clauses.filter((clause) => !clauseHolds(clause)).flatMap((clause) => leavesOf([clause]));
}

function leavesOf(nodes: readonly TraceNode[]): readonly TraceNode[] {
  return nodes.flatMap((node) => [...(node.reads === undefined ? [] : [node]), ...leavesOf(node.children)]);
}
