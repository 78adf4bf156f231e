import type { Header } from "../../calls/powers.ts";
import type { GuestAsk, HostError } from "../sandbox.ts";
import { type AskHost, takeValue, type WitResult } from "./ask-host.ts";

/** The records of `yoi:host/https`, as the glue names their fields. */
interface WitRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly Header[];
  readonly body: Uint8Array | undefined;
  readonly secrets: readonly string[];
  readonly bounds: WitBounds | undefined;
}

interface WitBounds {
  readonly timeoutMs: number | undefined;
  readonly responseBytes: number | undefined;
  readonly redirects: number | undefined;
}

interface WitResponse {
  readonly status: number;
  readonly headers: readonly Header[];
  readonly body: Uint8Array;
  readonly url: string;
  readonly truncated: boolean;
}

interface WitFailure {
  readonly error: HostError;
  readonly sent: boolean;
}

/** The interface `yoi:host/https`. */
export function createHttpsImports(ask: AskHost) {
  return {
    send: async (request: WitRequest): Promise<WitResult<WitResponse, WitFailure>> => {
      const answer = await ask(toAsk(request));
      const taken = takeValue(answer, "response");
      if (taken.tag === "err")
        return { tag: "err", val: { error: taken.val, sent: !answer.ok && answer.sent === true } };
      const { status, headers, bytes: body, url, truncated } = taken.val;
      return { tag: "ok", val: { status, headers, body, url, truncated } };
    },
  };
}

function toAsk({ method, url, headers, body, secrets, bounds }: WitRequest): GuestAsk {
  const { timeoutMs, responseBytes, redirects } = bounds ?? {};
  return {
    kind: "https.send",
    request: {
      method,
      url,
      headers,
      secrets,
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(responseBytes !== undefined && { responseBytesMax: responseBytes }),
      ...(redirects !== undefined && { redirectsMax: redirects }),
    },
    ...(body !== undefined && { body }),
  };
}
