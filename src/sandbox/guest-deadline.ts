import type { SandboxClock, SandboxTimer } from "./sandbox-clock.ts";

/**
 * The time that a guest may run for, by the host's own clock. It stands still while the guest waits for the host,
 * however many asks it waits for, and it cannot be reset.
 */
export class GuestDeadline {
  readonly #clock: SandboxClock;
  readonly #expire: () => void;
  #remainingMs: number;
  #waits = 0;
  #runningSince = 0;
  #timer: SandboxTimer | undefined;

  constructor(clock: SandboxClock, ms: number, expire: () => void) {
    this.#clock = clock;
    this.#remainingMs = ms;
    this.#expire = expire;
    this.#run();
  }

  /** The guest waits for the host. */
  pause(): void {
    this.#waits++;
    if (this.#waits > 1) return;
    this.#remainingMs -= this.#clock.now() - this.#runningSince;
    this.stop();
  }

  /** One of the waits is over; the clock runs on when it was the last. */
  resume(): void {
    this.#waits--;
    if (this.#waits === 0) this.#run();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #run(): void {
    this.#runningSince = this.#clock.now();
    this.#timer = this.#clock.after(Math.max(0, this.#remainingMs), this.#expire);
  }
}
