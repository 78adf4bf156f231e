import type { EffectFailure } from "../../errors/error-details.ts";
import { YoiError } from "../../errors/yoi-error.ts";

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

const messages: { readonly [Why in RequestFailure]: string } = {
  "name-not-found": "the server's name was not found",
  unreachable: "the server could not be reached",
  tls: "the server's TLS handshake or certificate was refused",
  timeout: "the time for it was up",
  cancelled: "it was called off",
  protocol: "the server's answer was not acceptable HTTP",
  streaming: "the server answered with a stream of events, which a request cannot take",
  secret: "a secret could not be used",
  unavailable: "the host cannot do this now",
};

/**
 * A request that failed, and whether anything of it may have reached the server.
 * ATTACK: the library's own errors quote addresses and what the server sent, which may be an echo of a secret
 * (threats 33). So there is one text for each word, and no cause.
 */
export function requestFailed(why: RequestFailure, sent = false): YoiError<"YOI_EFFECT_FAILED"> {
  return new YoiError("YOI_EFFECT_FAILED", messages[why], { why, sent });
}
