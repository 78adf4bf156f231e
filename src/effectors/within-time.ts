import { effectFailed } from "./effect-failure.ts";

/**
 * Runs `work` until it ends, `signal` fires, or the time is up, whichever is first. `work` is told by its own signal
 * to stop; what it still holds is its own to let go. From when it calls `commit` on, only its own end counts: what
 * cannot be taken back is not reported as called off.
 * @throws {YoiError} YOI_EFFECT_FAILED with `timeout` or `cancelled`
 */
export function withinTime<T>(
  { signal, timeoutMs }: { readonly signal: AbortSignal; readonly timeoutMs: number },
  work: (stop: AbortSignal, commit: () => void) => Promise<T>,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const stop = new AbortController();
  const giveUp = (why: "timeout" | "cancelled") => {
    settle();
    const error = effectFailed(why);
    stop.abort(error);
    reject(error);
  };
  const timer = setTimeout(giveUp, timeoutMs, "timeout");
  const callOff = () => giveUp("cancelled");
  signal.addEventListener("abort", callOff, { once: true });
  const settle = () => {
    clearTimeout(timer);
    signal.removeEventListener("abort", callOff);
  };
  const commit = () => {
    stop.signal.throwIfAborted();
    settle();
  };
  work(stop.signal, commit).then(resolve, reject).finally(settle);
  return promise;
}
