/** Time, as evaluations need it; tests hand in their own. */
export interface EvaluationClock {
  /** Runs `run` once, after `ms`, unless it is taken back before. */
  after(ms: number, run: () => void): { cancel(): void };
}

export const systemClock: EvaluationClock = {
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};
