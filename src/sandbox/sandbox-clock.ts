/** A timer that was set and can be taken back. */
export interface SandboxTimer {
  cancel(): void;
}

/** Time, as the sandbox needs it; tests hand in their own. */
export interface SandboxClock {
  /** Milliseconds that only ever grow. */
  now(): number;
  /** Runs `run` once, after `ms`. A timer that is `idle` does not keep the host's own process alive. */
  after(ms: number, run: () => void, idle?: "idle"): SandboxTimer;
}

export const systemClock: SandboxClock = {
  now: () => performance.now(),
  after: (ms, run, idle) => {
    const timer = setTimeout(run, ms);
    if (idle !== undefined) timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
