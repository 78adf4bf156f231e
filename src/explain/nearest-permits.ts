import type { PolicyTrace } from "../decisions/trace.ts";

/** The ids of the permits that did not apply, those with the fewest clauses that fail first. */
export function nearestPermits(traces: readonly PolicyTrace[]): readonly string[] {
  const misses = ({ clauses }: PolicyTrace) =>
    clauses.filter(({ kind, value }) => value !== (kind === "unless" ? "false" : "true")).length;
  return traces
    .filter((trace) => trace.policy.effect === "permit" && trace.value !== "true")
    .sort((one, other) => misses(one) - misses(other))
    .map((trace) => trace.policy.id);
}
