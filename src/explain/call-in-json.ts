import type { Call } from "../calls/call.ts";
import type { Json } from "../calls/json.ts";
import { limits } from "../calls/limits.ts";
import { parseCall } from "../calls/parse-call.ts";

// Bytes have no form in JSON, and no policy sees more of them than how many there are: that many is what JSON says.
const byteKeys = ["bytes", "body"] as const;

/** A call as JSON says it: bytes by their number. `callFromJson` reads it. */
export function callToJson(call: Call): object {
  const ask: { [key: string]: unknown } = { ...call.ask };
  for (const key of byteKeys) {
    const bytes = ask[key];
    if (bytes instanceof Uint8Array) ask[key] = bytes.byteLength;
  }
  return { ...call, ask };
}

/**
 * Reads a call that was written as JSON. Where the broker would get bytes, a number stands for that many zeros.
 * @throws {YoiError} YOI_CALL_MALFORMED
 */
export function callFromJson(json: Json): Call {
  if (!isObject(json) || !isObject(json["ask"])) return parseCall(json);
  const ask: { [key: string]: unknown } = { ...json["ask"] };
  for (const key of byteKeys) {
    const count = ask[key];
    if (isCount(count)) ask[key] = new Uint8Array(count);
  }
  return parseCall({ ...json, ask });
}

// More than any call can carry is left as it is, and the broker's own reader refuses it.
function isCount(value: unknown): value is number {
  const bytesMax = Math.max(limits.fileWriteBytesMax, limits.httpsBodyBytesMax) + 1;
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= bytesMax;
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
