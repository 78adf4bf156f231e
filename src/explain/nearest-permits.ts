import { clauseHolds, type PolicyTrace } from "../decisions/trace.ts";

/** The ids of the permits that did not apply, those with the fewest clauses that fail first. */
export function nearestPermits(traces: readonly PolicyTrace[]): readonly string[] {
  const misses = ({ clauses }: PolicyTrace) => clauses.filter((clause) => !clauseHolds(clause)).length;
  return traces
    .filter((trace) => trace.policy.effect === "permit" && trace.value !== "true")
    .sort((one, other) => misses(one) - misses(other))
    .map((trace) => trace.policy.id);
}
