import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, createSecureContext, getCACertificates, type SecureContext } from "node:tls";
import { canonicalAddress } from "../../calls/address-class.ts";
import type { CanonicalUrl } from "../../calls/canonical-url.ts";
import { startDeadline, whyStopped } from "./deadline.ts";
import { openTunnel } from "./open-tunnel.ts";
import { type RequestFailure, requestFailed } from "./request-failure.ts";

// From an address that was decided to a connection that goes there and nowhere else. No name is looked up here but the
// operator's own proxy's, and nothing of the environment is read: neither a proxy nor whether certificates matter.

/** How connections are made: with which roots, by which proxy, in what time. */
export interface Dialling {
  readonly roots: () => SecureContext;
  readonly proxy?: { readonly host: string; readonly port: number };
  readonly connectMs: number;
}

/** What an operator says of how connections are made. */
export interface DiallingOptions {
  /** PEM text of roots to trust besides Node's own. */
  readonly ca?: string;
  /** `http://host:port`: every connection is a tunnel through it. */
  readonly proxy?: string;
  readonly connectMs: number;
}

/** Makes ready to dial as an operator says. Nothing is read or connected yet. */
export function createDialling({ ca, proxy, connectMs }: DiallingOptions): Dialling {
  let roots: SecureContext | undefined;
  const url = proxy === undefined ? undefined : new URL(proxy);
  return {
    // Reading all roots takes a while, and many hosts never dial.
    roots: () => {
      roots ??= createSecureContext({
        minVersion: "TLSv1.2",
        ...(ca !== undefined && { ca: [...getCACertificates("default"), ca] }),
      });
      return roots;
    },
    ...(url !== undefined && {
      proxy: { host: url.hostname.replace(/^\[|\]$/g, ""), port: url.port === "" ? 80 : Number(url.port) },
    }),
    connectMs,
  };
}

/**
 * Connects to exactly this address for this URL, and for https verifies the certificate against the URL's host.
 * @throws {YoiError} YOI_EFFECT_FAILED with `unreachable`, `tls`, `timeout` or `cancelled`, nothing having been sent
 */
export async function dialAddress(
  dialling: Dialling,
  { url, address }: { readonly url: CanonicalUrl; readonly address: string },
  signal: AbortSignal,
): Promise<Socket> {
  // ATTACK: a name here would be looked up anew, and may now lead elsewhere (threats 4).
  if (isIP(address) === 0) throw requestFailed("unreachable");
  using deadline = startDeadline([signal], dialling.connectMs);
  const { stop } = deadline;
  const socket = await (dialling.proxy === undefined
    ? dialDirectly(address, url.port, stop)
    : dialThrough(dialling.proxy, address, url.port, stop));
  return url.scheme === "https" ? await secure(socket, url, dialling.roots(), stop) : socket;
}

async function dialDirectly(address: string, port: number, stop: AbortSignal): Promise<Socket> {
  const socket = connectTcp({ host: address, port, noDelay: true });
  await opened(socket, "connect", "unreachable", stop);
  // FAIL-CLOSED: `0.0.0.0` leads to this machine, for one. Where the system went is where it was allowed to go.
  if (canonicalAddress(socket.remoteAddress ?? "") === address) return socket;
  socket.destroy();
  throw requestFailed("unreachable");
}

async function dialThrough(
  proxy: { readonly host: string; readonly port: number },
  address: string,
  port: number,
  stop: AbortSignal,
): Promise<Socket> {
  const socket = connectTcp({ ...proxy, noDelay: true });
  await opened(socket, "connect", "unreachable", stop);
  // ATTACK: a proxy that is given the name would look it up by itself (threats 4).
  await openTunnel(socket, isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`, stop);
  return socket;
}

async function secure(socket: Socket, url: CanonicalUrl, secureContext: SecureContext, stop: AbortSignal) {
  const tls = connectTls({
    socket,
    host: url.host,
    // A server name is a name; an address is held against the certificate's addresses by way of `host`.
    ...(!url.isAddress && { servername: url.host }),
    secureContext,
    // ATTACK: NODE_TLS_REJECT_UNAUTHORIZED in somebody's environment.
    rejectUnauthorized: true,
    ALPNProtocols: ["http/1.1"],
  });
  await opened(tls, "secureConnect", "tls", stop);
  return tls;
}

/** Waits until a socket has come so far. One that has not, in time, is destroyed. */
async function opened(
  socket: Socket,
  event: "connect" | "secureConnect",
  why: RequestFailure,
  stop: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const giveUp = () => socket.destroy();
  // Errors after this are seen by whoever uses the socket then; this listener keeps them from ending the process.
  socket.on("error", reject).once("close", reject).once(event, resolve);
  stop.addEventListener("abort", giveUp, { once: true });
  if (stop.aborted) giveUp();
  try {
    await promise;
  } catch {
    socket.destroy();
    throw requestFailed(stop.aborted ? whyStopped(stop) : why);
  } finally {
    stop.removeEventListener("abort", giveUp);
  }
}
