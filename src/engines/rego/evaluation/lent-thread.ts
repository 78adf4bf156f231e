import type { EvaluationClock } from "./evaluation-clock.ts";
import type { ThreadAnswer, ThreadQuestion } from "./evaluation-message.ts";
import type { StartThread, ThreadPort } from "./start-thread.ts";

/** A thread that somebody has to himself. One question at a time; the clock starts when it is asked. */
export class LentThread {
  /** What it was given, and what was started in it: a thread that takes its place has none of it. */
  readonly units = new Set<number>();
  hasOpa = false;
  readonly #clock: EvaluationClock;
  readonly #port: ThreadPort;
  #ended = false;
  #answer: ((answer: ThreadAnswer) => void) | undefined;

  constructor(startThread: StartThread, clock: EvaluationClock, gone: (thread: LentThread) => void) {
    this.#clock = clock;
    this.#port = startThread({
      answered: (answer) => this.#answer?.(answer),
      ended: (why) => {
        this.#ended = true;
        this.#answer?.({ failed: why, message: "took its thread down", spent: true });
        gone(this);
      },
    });
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Waits until it says that it is ready; a thread that does not is of no use. */
  start(startMs: number): Promise<ThreadAnswer> {
    return this.#wait(startMs);
  }

  /** Its answer. When it misses the deadline it is ended, and whatever else it holds goes with it. */
  ask(question: ThreadQuestion, deadlineMs: number): Promise<ThreadAnswer> {
    const answer = this.#wait(deadlineMs);
    this.#port.post(question);
    return answer;
  }

  /** Has it let go of a unit; it does when it is done with what it was asked before. */
  drop(unit: number): void {
    if (this.units.delete(unit)) this.#port.post({ ask: "drop", unit });
  }

  /** Ends it, and whatever it was asked with it. */
  async end(): Promise<void> {
    this.#ended = true;
    this.#answer?.({ failed: "closed", message: "was not waited for: the evaluator was closed", spent: false });
    await this.#port.end();
  }

  #wait(deadlineMs: number): Promise<ThreadAnswer> {
    return new Promise((resolve) => {
      const settle = (answer: ThreadAnswer) => {
        timer.cancel();
        this.#port.keepAwake(false);
        this.#answer = undefined;
        if (typeof answer !== "string" && "spent" in answer && answer.spent) void this.end();
        resolve(answer);
      };
      const timer = this.#clock.after(deadlineMs, () => {
        const message = `did not answer within ${deadlineMs} ms`;
        settle(this.#port.take() ?? { failed: "deadline", message, spent: true });
      });
      this.#answer = settle;
      this.#port.keepAwake(true);
    });
  }
}
