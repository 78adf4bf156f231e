import { setTimeout as pause } from "node:timers/promises";
import { YoiError } from "../errors/yoi-error.ts";
import { isBusy, unwritable } from "./journal-failure.ts";

/** Runs writes one after another, in the order in which they were handed in. */
export interface WriteQueue {
  /**
   * Runs one write when its turn has come, again while the database is busy.
   * @throws {YoiError} YOI_JOURNAL_UNWRITABLE when it fails, stays busy past the limit, or the queue is full
   */
  run<T>(write: () => T): Promise<T>;
}

/** A queue of writes to the database at `path`. The event loop is never blocked by another process's lock. */
export function createWriteQueue(parts: {
  readonly path: string;
  readonly busyMs: number;
  readonly pendingMax: number;
}): WriteQueue {
  let pending = 0;
  let turn: Promise<unknown> = Promise.resolve();

  async function untilFree<T>(write: () => T, deadline: number): Promise<T> {
    for (;;) {
      try {
        return write();
      } catch (error) {
        if (!isBusy(error) || performance.now() >= deadline) throw unwritable(parts.path, error);
      }
      // Uneven pauses, so that two processes do not keep meeting.
      await pause(1 + Math.random() * 8);
    }
  }

  return {
    run: async (write) => {
      if (pending >= parts.pendingMax) {
        const message = `the journal cannot be written: more than ${parts.pendingMax} writes wait for it`;
        throw new YoiError("YOI_JOURNAL_UNWRITABLE", message, { path: parts.path });
      }
      pending += 1;
      // The time spent in the queue counts: what waits behind a busy write gives up with it, not one limit later.
      const deadline = performance.now() + parts.busyMs;
      const done = turn.then(() => untilFree(write, deadline));
      turn = done.catch(() => undefined).finally(() => (pending -= 1));
      return done;
    },
  };
}
