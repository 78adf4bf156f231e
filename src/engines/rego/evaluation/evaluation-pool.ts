import type { EvaluationClock } from "./evaluation-clock.ts";
import { LentThread } from "./lent-thread.ts";
import { PolicyFault } from "./policy-fault.ts";
import type { StartThread } from "./start-thread.ts";

/** What a pool is held to. */
export interface PoolBounds {
  readonly threadsMax: number;
  readonly waitingMax: number;
  readonly startMs: number;
}

interface Waiting {
  readonly resolve: (thread: LentThread) => void;
  readonly reject: (fault: PolicyFault) => void;
}

/**
 * Lends threads, each to one at a time, in the order in which they are asked for. A thread is started when all others
 * are busy, or when one has ended while somebody waits; never are there more than `threadsMax`, those included that
 * are still on their way out.
 */
export class EvaluationPool {
  readonly #bounds: PoolBounds;
  readonly #startThread: StartThread;
  readonly #clock: EvaluationClock;
  readonly #threads = new Set<LentThread>();
  readonly #idle: LentThread[] = [];
  readonly #waiting: Waiting[] = [];
  #starting = 0;
  #closed = false;

  constructor(bounds: PoolBounds, startThread: StartThread, clock: EvaluationClock) {
    this.#bounds = bounds;
    this.#startThread = startThread;
    this.#clock = clock;
  }

  /**
   * Lends a thread to `work`, one that has `unit` where there is a choice, and takes it back afterwards.
   * @throws {PolicyFault} when too many wait, when no thread can be started, or when the pool is closed
   */
  async lend<T>(unit: number, work: (thread: LentThread) => Promise<T>): Promise<T> {
    const thread = this.#takeIdle(unit) ?? (await this.#wait());
    try {
      return await work(thread);
    } finally {
      this.#takeBack(thread);
    }
  }

  /** Has every thread let go of a unit. */
  drop(unit: number): void {
    for (const thread of this.#threads) thread.drop(unit);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(closedFault());
    await Promise.all([...this.#threads].map((thread) => thread.end()));
  }

  #takeIdle(unit: number): LentThread | undefined {
    const index = this.#idle.findIndex((thread) => thread.units.has(unit));
    return this.#idle.splice(Math.max(index, 0), 1)[0];
  }

  #wait(): Promise<LentThread> {
    return new Promise((resolve, reject) => {
      const { waitingMax } = this.#bounds;
      if (this.#closed) return reject(closedFault());
      if (this.#waiting.length >= waitingMax) {
        return reject(new PolicyFault("overloaded", `was not asked: ${waitingMax} evaluations wait already`));
      }
      this.#waiting.push({ resolve, reject });
      this.#startOneMore();
    });
  }

  #startOneMore(): void {
    const enough = this.#starting >= this.#waiting.length || this.#threads.size >= this.#bounds.threadsMax;
    if (this.#closed || enough) return;
    this.#starting += 1;
    const thread = new LentThread(this.#startThread, this.#clock, () => this.#forget(thread));
    this.#threads.add(thread);
    void thread.start(this.#bounds.startMs).then((answer) => {
      this.#starting -= 1;
      if (typeof answer === "object" && "ready" in answer) return this.#takeBack(thread);
      // Somebody is told, so that a thread that never starts is not started for ever.
      this.#waiting.shift()?.reject(new PolicyFault("trap", "was not asked: its thread could not be started"));
      void thread.end();
    });
  }

  #takeBack(thread: LentThread): void {
    if (thread.ended) return;
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(thread);
    else next.resolve(thread);
  }

  #forget(thread: LentThread): void {
    this.#threads.delete(thread);
    const index = this.#idle.indexOf(thread);
    if (index !== -1) this.#idle.splice(index, 1);
    this.#startOneMore();
  }
}

function closedFault(): PolicyFault {
  return new PolicyFault("closed", "was not asked: the evaluator is closed");
}
