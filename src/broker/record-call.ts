import type { Call } from "../calls/call.ts";
import { redactQuery } from "../calls/canonical-url.ts";
import { parseCall } from "../calls/parse-call.ts";
import type { AuthorizationRequest } from "../calls/value.ts";
import { YoiError } from "../errors/yoi-error.ts";

/**
 * A call as the journal's evidence keeps it, and as JSON can: a URL's query by its keys, headers by their names, and
 * what is sent or written by its length. Values of a query stay where the operator named their keys plain.
 */
export function recordCall(call: Call, plainQuery: readonly string[]): unknown {
  switch (call.action) {
    case "tool.execute": {
      // The input stands in the request beside it.
      const { input: _input, ...ask } = call.ask;
      return { ...call, ask };
    }
    case "https.request": {
      const { body, headers, url, ...ask } = call.ask;
      const recorded = { ...ask, url: redactQuery(url, plainQuery), headers: headers.map(({ name }) => name) };
      return { ...call, ask: body === undefined ? recorded : { ...recorded, bodyBytes: body.length } };
    }
    case "network.connect":
    case "secret.use":
      return { ...call, ask: { ...call.ask, url: redactQuery(call.ask.url, plainQuery) } };
    case "fs.write":
    case "fs.append": {
      const { bytes, ...ask } = call.ask;
      return { ...call, ask: { ...ask, bytes: bytes.length } };
    }
    default:
      return call;
  }
}

/**
 * A call that asks what the recorded one asked: bytes that were not kept are zeros, values of headers empty, and a tool's
 * input is the request's. Nothing where what was kept is no whole call.
 */
export function restoreCall(recorded: unknown, { toolInput }: AuthorizationRequest): Call | undefined {
  if (!isRecord(recorded) || !isRecord(recorded["ask"])) return undefined;
  const { bodyBytes, headers, bytes, ...rest } = recorded["ask"];
  const ask = {
    ...rest,
    ...(typeof bodyBytes === "number" && { body: new Uint8Array(bodyBytes) }),
    ...(Array.isArray(headers) && { headers: headers.map((name: unknown) => ({ name, value: "" })) }),
    ...(typeof bytes === "number" && { bytes: new Uint8Array(bytes) }),
    ...(toolInput !== undefined && { input: toolInput }),
  };
  try {
    return parseCall({ ...recorded, ask });
  } catch (error) {
    if (YoiError.is(error, "YOI_CALL_MALFORMED")) return undefined;
    throw error;
  }
}

function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
