import type { Socket } from "node:net";
import type { Dispatcher } from "undici";
import type { CanonicalUrl } from "../../calls/canonical-url.ts";
import { limits } from "../../calls/limits.ts";
import { type Dialling, dialAddress } from "./dial-address.ts";

/** One socket, to one address, on which HTTP/1.1 is spoken: one request at a time. */
export interface Connection {
  readonly isOpen: boolean;
  /** What was ever read off the socket. */
  readonly bytesRead: number;
  dispatch(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void;
  /** Ends it at once, whatever is under way on it. */
  destroy(): void;
  readonly closed: Promise<void>;
}

/**
 * Connects to an address, and nowhere else, to speak HTTP there.
 * @throws {YoiError} YOI_EFFECT_FAILED with `unreachable`, `tls`, `timeout` or `cancelled`, nothing having been sent
 */
export async function openConnection(
  dialling: Dialling,
  target: { readonly url: CanonicalUrl; readonly address: string },
  signal: AbortSignal,
): Promise<Connection> {
  // Loading it takes longer than many a command that sends nothing.
  const { Client } = await import("undici");
  return speakHttp(Client, await dialAddress(dialling, target, signal), target.url);
}

/** The library gets this one socket and can make no other. */
function speakHttp(Client: typeof import("undici").Client, socket: Socket, url: CanonicalUrl): Connection {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const client = new Client(url.origin, {
    // INVARIANT: the library never dials. It refuses a socket that is gone, and what waits for that was never sent.
    // Not answered at once, for it forgets to go on when it is answered while it still asks.
    connect: (_options, callback) => queueMicrotask(() => callback(null, socket)),
    allowH2: false,
    // Otherwise an environment variable could choose another parser.
    useMilo: false,
    pipelining: 1,
    // It refuses what reaches the bound.
    maxHeaderSize: limits.httpsHeadersBytesMax + 1,
    // Time is kept by whoever waits for the response; the library's own clock is coarse.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: limits.httpsIdleMs,
    keepAliveMaxTimeout: limits.httpsIdleMs,
  });
  const destroy = () => {
    socket.destroy();
    client.destroy(null, () => undefined);
  };
  socket.once("close", () => {
    destroy();
    resolve();
  });

  return {
    get isOpen() {
      return !socket.destroyed;
    },
    get bytesRead() {
      return socket.bytesRead;
    },
    dispatch: (request, handler) => void client.dispatch(request, handler),
    destroy,
    closed,
  };
}
