import { type BenchGroup, type BenchRow, ratioWithin } from "./bench-row.ts";
import { type DecisionRow, measureDecisions } from "./decision-bench.ts";

const bare = "one bare call, relevant slice, full request";
const whole = "one bare call, whole set";

/** Names short enough for the table. */
const shortened = new Map([
  [bare, "library, relevant slice"],
  [whole, "library, whole set (naive)"],
  ["decision, request repeated", "the same request again"],
]);

/** Decisions by Cedar as the set grows, with the naive way beside them. */
export async function measureDecisionGroup(sizes: readonly number[], rounds: number): Promise<BenchGroup> {
  const measured = await measureDecisions(sizes, rounds);
  const find = (name: string, policies: number) =>
    measured.find((row) => row.name === name && row.policies === policies)?.p50Us ?? Number.NaN;
  const [smallest, largest] = [Math.min(...sizes), Math.max(...sizes)];
  const grown = find("decision", largest);
  return {
    title: "A decision by Cedar; 20 policies or fewer concern the call",
    rows: [
      ...measured.map(
        (row): BenchRow => ({
          what: `${row.policies.toLocaleString("en")}: ${shortened.get(row.name) ?? row.name}`,
          ...timesOf(row),
          ...besideOf(row, find),
        }),
      ),
      {
        what: `decision, ${smallest} → ${largest.toLocaleString("en")} policies`,
        unit: "µs",
        p50: grown,
        ...ratioWithin(grown, find("decision", smallest), String(smallest), 1.3),
      },
    ],
  };
}

/** What happens once is told in milliseconds and has no tail. */
function timesOf({ rounds, p50Us, p99Us }: DecisionRow): Pick<BenchRow, "unit" | "p50" | "p99"> {
  return rounds === 1 ? { unit: "ms", p50: p50Us / 1_000 } : { unit: "µs", p50: p50Us, p99: p99Us };
}

function besideOf(
  { name, policies, p50Us }: DecisionRow,
  find: (name: string, policies: number) => number,
): Pick<BenchRow, "ratio" | "target"> {
  switch (name) {
    case "decision":
      return ratioWithin(p50Us, find(bare, policies), "bare", 1);
    case "decision, request repeated":
      return ratioWithin(p50Us, find("decision", policies), "uncached", 0.05);
    case whole:
      return { ratio: { times: p50Us / find("decision", policies), to: "ours" } };
    default:
      return {};
  }
}
