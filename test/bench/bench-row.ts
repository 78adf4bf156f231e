/** One line of the table. */
export interface BenchRow {
  readonly what: string;
  readonly unit: "µs" | "ms" | "MiB" | "kB" | "/s";
  /** The median, or the one value where there is one. */
  readonly p50: number;
  readonly p99?: number;
  /** How many times as much as what stands beside it: ratios count, for they travel between machines. */
  readonly ratio?: { readonly times: number; readonly to: string };
  readonly target?: { readonly words: string; readonly met: boolean };
}

/** Rows about one matter, in the order in which they are read. */
export interface BenchGroup {
  readonly title: string;
  readonly rows: readonly BenchRow[];
}

/** A ratio with a target that it should not exceed. */
export function ratioWithin(
  value: number,
  base: number,
  to: string,
  max: number,
): Required<Pick<BenchRow, "ratio" | "target">> {
  const times = value / base;
  return { ratio: { times, to }, target: { words: `≤ ${max}×`, met: times <= max } };
}

/** A target in the row's own unit. */
export function atMost(value: number, max: number, unit: BenchRow["unit"]): Required<Pick<BenchRow, "target">> {
  return { target: { words: `≤ ${max} ${unit}`, met: value <= max } };
}
