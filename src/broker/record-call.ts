import type { Call } from "../calls/call.ts";
import { redactQuery } from "../calls/canonical-url.ts";

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
