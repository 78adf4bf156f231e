import type { EffectFailure } from "../../errors/error-details.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import { messages } from "../effect-failure.ts";

/** How a request can fail: what the effectors of one hop can tell apart. */
export type RequestFailure = Extract<
  EffectFailure,
  | "name-not-found"
  | "unreachable"
  | "tls"
  | "timeout"
  | "cancelled"
  | "protocol"
  | "streaming"
  | "secret"
  | "unavailable"
>;

/**
 * A request that failed, and whether anything of it may have reached the server.
 * ATTACK: the library's own errors quote addresses and what the server sent, which may be an echo of a secret
 * (threats 33). So there is one text for each word, and no cause.
 */
export function requestFailed(why: RequestFailure, sent = false): YoiError<"YOI_EFFECT_FAILED"> {
  return new YoiError("YOI_EFFECT_FAILED", messages[why], { why, sent });
}

/** Whether a failure left the request unsent at one address, in a way that says nothing of another address. */
export function neverConnected(error: unknown): boolean {
  if (!YoiError.is(error, "YOI_EFFECT_FAILED") || error.details.sent !== false) return false;
  return error.details.why === "unreachable" || error.details.why === "timeout";
}

/** Whether a failure is that of a connection that had ended before anything could be sent on it. */
export function neverReached(error: unknown): boolean {
  return YoiError.is(error, "YOI_EFFECT_FAILED") && error.details.why === "unreachable" && error.details.sent === false;
}
