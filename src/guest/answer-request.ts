import type { Caller } from "../calls/call.ts";
import { limits } from "../calls/limits.ts";
import { YoiError } from "../errors/yoi-error.ts";
import { type Followed, followRedirects } from "../exchange/follow-redirects.ts";
import type { GuestAnswer, GuestAsk } from "../sandbox/sandbox.ts";
import type { GuestParts } from "./guest-parts.ts";
import { denialToWit, failureToWit } from "./to-wit-error.ts";

type SendAsk = Extract<GuestAsk, { kind: "https.send" }>;

/** Makes a guest's request, follows its redirects, and says of a failure whether anything was sent. */
export async function answerRequest(
  { broker, nowMs, requestMs }: Pick<GuestParts, "broker" | "nowMs" | "requestMs">,
  caller: Caller,
  { request, body }: SendAsk,
  signal: AbortSignal,
): Promise<GuestAnswer> {
  const { redirectsMax = limits.httpsRedirectsMax, ...ask } = request;
  const followed = await followRedirects(
    {
      broker,
      nowMs,
      totalMs: requestMs(),
      signal,
      caller,
      redirectsMax: Math.min(redirectsMax, limits.httpsRedirectsMax),
    },
    { ...ask, ...(body !== undefined && { body }) },
  );
  return toAnswer(followed);
}

function toAnswer(followed: Followed): GuestAnswer {
  const { sentBefore, url } = followed;
  if ("error" in followed) return { ok: false, error: failureToWit(followed.error), sent: true };
  const { outcome } = followed;
  switch (outcome.status) {
    case "performed": {
      const { status, headers, truncated, body: bytes } = outcome.value;
      return { ok: true, value: { kind: "response", status, headers, url, truncated, bytes } };
    }
    case "denied":
      return { ok: false, error: denialToWit(outcome.decision), sent: sentBefore };
    case "failed":
      return { ok: false, error: failureToWit(outcome.error), sent: sentBefore || wasSent(outcome.error) };
  }
}

// What does not say that nothing was sent may have sent something.
function wasSent(error: YoiError): boolean {
  if (YoiError.is(error, "YOI_STEP_DENIED")) return false;
  return !(YoiError.is(error, "YOI_EFFECT_FAILED") && error.details.sent === false);
}
