import test from "ava";
import { quantilesOf } from "../../../src/workbench/bench/quantiles.ts";

const rows: readonly (readonly [timesMs: readonly number[], p50Us: number, p99Us: number])[] = [
  [[], 0, 0],
  [[3], 3_000, 3_000],
  [[2, 1], 1_000, 2_000],
  [[3, 1, 2], 2_000, 3_000],
  [Array.from({ length: 100 }, (_, at) => at + 1), 50_000, 99_000],
];
for (const [timesMs, p50Us, p99Us] of rows) {
  test(`the median and the tail are times that were taken, by their rank: of ${timesMs.length}`, (t) => {
    t.deepEqual(quantilesOf(timesMs), { p50Us, p99Us });
  });
}
