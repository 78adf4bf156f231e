const performanceNow = performance.now.bind(performance);
const startTimer = setTimeout;
const timerMsMax = 2 ** 31 - 1;

/** Something to wait for: a moment of the monotonic clock. Streams here are always ready, which is a moment long past. */
export class Pollable {
  readonly #atMs: number;

  constructor(atMs: number) {
    this.#atMs = atMs;
  }

  remainingMs(): number {
    return Math.max(0, this.#atMs - performanceNow());
  }

  ready(): boolean {
    return this.remainingMs() === 0;
  }

  /** Suspends the guest; this process goes on hearing its host. */
  async block(): Promise<void> {
    while (!this.ready()) await sleep(this.remainingMs());
  }
}

export function pollableAt(atMs: number): Pollable {
  return new Pollable(atMs);
}

/** Waits until one of `pollables` is ready, and answers with the indices of those that are. */
export async function pollAll(pollables: readonly Pollable[]): Promise<Uint32Array> {
  if (pollables.length === 0) throw new Error("the guest polled nothing");
  for (;;) {
    const ready = pollables.flatMap((pollable, index) => (pollable.ready() ? [index] : []));
    if (ready.length > 0) return Uint32Array.from(ready);
    await sleep(Math.min(...pollables.map((pollable) => pollable.remainingMs())));
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => startTimer(resolve, Math.min(Math.ceil(ms), timerMsMax)));
}
