import { setTimeout as wait } from "node:timers/promises";

/** The median and the tail of some times. */
export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

/** Quantiles by nearest rank. */
export function quantilesOf(values: readonly number[]): Quantiles {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

/** Milliseconds of one act. */
export async function timeOnce(act: () => Promise<unknown>): Promise<number> {
  const beganAt = performance.now();
  await act();
  return performance.now() - beganAt;
}

/** Milliseconds of each of `rounds` acts, one right after the other. */
export async function timeBackToBack(rounds: number, act: () => Promise<unknown>): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await timeOnce(act));
  return times;
}

/** The same with a beginning every `everyMs`: what an agent that thinks between its calls sees. */
export async function timePaced(
  rounds: number,
  everyMs: number,
  act: () => Promise<unknown>,
): Promise<readonly number[]> {
  const times: number[] = [];
  let nextAt = performance.now();
  for (let round = 0; round < rounds; round++) {
    await wait(Math.max(0, nextAt - performance.now()));
    nextAt += everyMs;
    times.push(await timeOnce(act));
  }
  return times;
}
