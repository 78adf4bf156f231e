import type { Call } from "../calls/call.ts";
import { YoiError } from "../errors/yoi-error.ts";

/** One call from when it is decided to when its effect has ended. */
export interface RunningCall extends Disposable {
  readonly call: Call;
  /** Fires when the caller gives up, when the call's time is over, or when it is revoked. */
  readonly signal: AbortSignal;
  /** Gives the call so much time from now on. */
  limitTime(ms: number): void;
  revoke(): void;
}

/** The calls under way. A revocation reaches them here, and a closing broker waits for them. */
export interface RunningCalls {
  start(call: Call, signal: AbortSignal | undefined): RunningCall;
  /** In the order in which they began: a call stands before those that it led to. */
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
    start(call, signal) {
      const end = new AbortController();
      const started: RunningCall = {
        call,
        signal: signal === undefined ? end.signal : AbortSignal.any([end.signal, signal]),
        limitTime(ms) {
          const timeout = AbortSignal.timeout(ms);
          timeout.addEventListener("abort", () => end.abort(timeout.reason), { once: true });
        },
        revoke: () => end.abort(new DOMException("the permission was revoked", "AbortError")),
        [Symbol.dispose]() {
          running.delete(started);
          if (running.size === 0) for (const resume of waiting.splice(0)) resume();
        },
      };
      running.add(started);
      return started;
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
