import type { Bounds } from "../decisions/obligation.ts";
import { YoiError } from "../errors/yoi-error.ts";
import type { Judgement } from "./judge-call.ts";

/** One allowed call while its effect is under way. */
export interface RunningCall extends Disposable {
  readonly judgement: Judgement;
  /** Fires when the caller gives up, when the call's time is over, or when it is revoked. */
  readonly signal: AbortSignal;
  revoke(): void;
}

/** The effects under way. A revocation reaches them here, and a closing broker waits for them. */
export interface RunningCalls {
  start(judgement: Judgement, bounds: Bounds, signal: AbortSignal | undefined): RunningCall;
  list(): readonly RunningCall[];
  /** @throws {YoiError} YOI_BROKER_CLOSED once the broker is closed or has closed itself */
  assertOpen(): void;
  /** Refuses every later call; those under way go on. */
  refuseNew(): void;
  /** Resolves when nothing is under way any more. */
  drained(): Promise<void>;
}

/** Nothing is under way at first, and calls are welcome. */
export function createRunningCalls(): RunningCalls {
  const running = new Set<RunningCall>();
  const waiting: (() => void)[] = [];
  let open = true;

  return {
    start(judgement, bounds, signal) {
      const revocation = new AbortController();
      const ends = [revocation.signal];
      if (signal !== undefined) ends.push(signal);
      if (bounds.timeoutMs !== undefined) ends.push(AbortSignal.timeout(bounds.timeoutMs));
      const call: RunningCall = {
        judgement,
        signal: AbortSignal.any(ends),
        revoke: () => revocation.abort(new DOMException("the permission was revoked", "AbortError")),
        [Symbol.dispose]() {
          running.delete(call);
          if (running.size === 0) for (const resume of waiting.splice(0)) resume();
        },
      };
      running.add(call);
      return call;
    },
    list: () => [...running],
    assertOpen() {
      if (!open) throw new YoiError("YOI_BROKER_CLOSED", "the broker is closed and takes no more calls", {});
    },
    refuseNew() {
      open = false;
    },
    drained: () => (running.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
}
