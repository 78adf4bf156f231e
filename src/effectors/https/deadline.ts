import { requestFailed } from "./request-failure.ts";

/** The time that something has, and those who may call it off. Let go of it when the thing is done. */
export interface Deadline extends Disposable {
  readonly stop: AbortSignal;
}

/** Fires when the time is up, or as soon as any of the signals does. */
export function startDeadline(signals: readonly AbortSignal[], timeoutMs: number): Deadline {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort("timeout"), timeoutMs);
  const listeners = signals.map((signal) => {
    const callOff = () => stop.abort(whyStopped(signal));
    if (signal.aborted) callOff();
    signal.addEventListener("abort", callOff, { once: true });
    return () => signal.removeEventListener("abort", callOff);
  });
  return {
    stop: stop.signal,
    [Symbol.dispose]() {
      clearTimeout(timer);
      for (const forget of listeners) forget();
    },
  };
}

/** Why a signal fired: whose time was up says so, and everything else is somebody's wish. */
export function whyStopped({ reason }: AbortSignal): "timeout" | "cancelled" {
  const isTimeout = reason === "timeout" || (reason instanceof DOMException && reason.name === "TimeoutError");
  return isTimeout ? "timeout" : "cancelled";
}

/** Rejects when the signal fires, at once if it already did. */
export function stopped(stop: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const giveUp = () => reject(requestFailed(whyStopped(stop)));
  if (stop.aborted) giveUp();
  stop.addEventListener("abort", giveUp, { once: true });
  return promise;
}
