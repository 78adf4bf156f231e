/** The median and the tail of some times, in microseconds. */
export interface Quantiles {
  readonly p50Us: number;
  readonly p99Us: number;
}

/** Quantiles by nearest rank of times in milliseconds; of none, zero. */
export function quantilesOf(timesMs: readonly number[]): Quantiles {
  const sorted = timesMs.toSorted((one, other) => one - other);
  const at = (part: number) => sorted[Math.ceil(sorted.length * part) - 1] ?? 0;
  return { p50Us: microseconds(at(0.5)), p99Us: microseconds(at(0.99)) };
}

function microseconds(ms: number): number {
  return Math.round(ms * 10_000) / 10;
}
