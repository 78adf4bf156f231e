import { isDeepStrictEqual } from "node:util";
import { limits } from "../calls/limits.ts";
import type { NetworkSettings } from "../config/network-settings.ts";
import { readBoundedFile } from "../config/read-bounded-file.ts";
import { createRequestSender, type NetworkOptions, type RequestSender } from "../effectors/https/send-request.ts";
import { YoiError } from "../errors/yoi-error.ts";

/** The way out of the machine, as the user's own configuration has it at this moment. */
export interface Network extends Pick<RequestSender, "send" | "close"> {
  /** Takes on new settings, and gives up every connection that was made under older policies. */
  renew(settings: NetworkSettings): Promise<void>;
}

/** A network that sends nothing until it was renewed for the first time. */
export function createNetwork(): Network {
  let options: NetworkOptions | undefined;
  let sender: RequestSender | undefined;
  return {
    async renew(settings) {
      const next = await optionsOf(settings);
      sender?.dropIdle();
      if (isDeepStrictEqual(next, options)) return;
      const before = sender;
      options = next;
      // FAIL-CLOSED: authorities that cannot be read are authorities that cannot be checked, so nothing is sent.
      sender = next === undefined ? undefined : createRequestSender(next);
      await before?.close();
    },
    async send(request, connect, secrets) {
      if (sender !== undefined) return sender.send(request, connect, secrets);
      const message = "the certificate authorities of the configuration cannot be read";
      throw new YoiError("YOI_EFFECT_FAILED", message, { why: "unavailable", sent: false });
    },
    close: async () => sender?.close(),
  };
}

async function optionsOf({ caFile, proxy, ...times }: NetworkSettings): Promise<NetworkOptions | undefined> {
  const read = caFile === undefined ? undefined : await readBoundedFile(caFile, limits.caBytesMax);
  if (read !== undefined && !("text" in read)) return undefined;
  return {
    totalMs: times.totalMs ?? limits.httpsTotalMs,
    connectMs: times.connectMs ?? limits.httpsConnectMs,
    ...(proxy !== undefined && { proxy }),
    ...(read !== undefined && { ca: read.text }),
  };
}
