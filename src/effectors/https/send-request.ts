import { createSecureContext, getCACertificates } from "node:tls";
import type { Dispatcher } from "undici";
import { limits } from "../../calls/limits.ts";
import type { HttpsResponse } from "../../calls/powers.ts";
import type { SecretValue } from "../../calls/secret-value.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import { assertUnspent, spendWarrant } from "../../warrants/spend-warrant.ts";
import type { Warrant } from "../../warrants/warrant.ts";
import { type Connection, openConnection } from "./connection.ts";
import { startDeadline, whyStopped } from "./deadline.ts";
import { acceptedCodings } from "./decode-body.ts";
import type { Network } from "./dial-address.ts";
import { createIdleConnections } from "./idle-connections.ts";
import { placeSecrets } from "./place-secrets.ts";
import { type RawResponse, readResponse } from "./read-response.ts";
import { createRedactor, type Redactor } from "./redact-response.ts";
import { requestFailed } from "./request-failure.ts";
import { showHeaders } from "./response-headers.ts";

// One hop of a request, of which both the name and the address were allowed: connect, send, read, and take out what no
// guest may see. Policy, redirects and other addresses are not known here.

export interface NetworkOptions {
  /** PEM text of roots to trust besides Node's own. */
  readonly ca?: string;
  /** `http://host:port`: every connection is a tunnel through it. */
  readonly proxy?: string;
  readonly totalMs: number;
  readonly connectMs: number;
}

export interface RequestSender {
  /**
   * Sends an allowed request to an allowed address. Connecting spends `connect`; the first byte to be sent spends
   * `request`, which another address can be tried with until then.
   * @throws {YoiError} YOI_WARRANT_SPENT, or YOI_EFFECT_FAILED that says whether anything was `sent`
   */
  send(
    request: Warrant<"https.request">,
    connect: Warrant<"network.connect">,
    secrets: readonly SecretValue[],
  ): Promise<HttpsResponse>;
  /** Ends every connection that waits for a further request, and lets none of those under way wait. */
  dropIdle(): void;
  /** Ends every connection, and refuses to send from then on. */
  close(): Promise<void>;
}

/** A request with all that it needs to be sent. */
interface Sending {
  readonly request: Warrant<"https.request">;
  readonly connect: Warrant<"network.connect">;
  readonly message: Dispatcher.DispatchOptions;
  readonly redactor: Redactor;
  readonly bytesMax: number;
  readonly stop: AbortSignal;
}

/**
 * Makes a sender. Connections are kept for further requests of the same plugin, under the same policies, to the same
 * origin and address, and are never shared beyond that.
 */
export function createRequestSender(options: NetworkOptions): RequestSender {
  const network = toNetwork(options);
  const open = new Set<Connection>();
  const idle = createIdleConnections();
  const closing = new AbortController();
  let drops = 0;

  async function sendOn(connection: Connection, sending: Sending): Promise<RawResponse> {
    const { request, connect, message, redactor, bytesMax, stop } = sending;
    const dropsBefore = drops;
    const response = await readResponse(connection, message, {
      stop,
      // One byte more than the bound tells a longer body from one that fits.
      bytesMax: bytesMax + Math.max(1, redactor.lookAheadBytes),
      betweenChunksMs: limits.httpsBetweenChunksMs,
      begin: () => spendWarrant(request, "https.request"),
    });
    if (drops === dropsBefore) idle.keep(connectionKey(request, connect), connection);
    else connection.destroy();
    return response;
  }

  async function sendAnew(sending: Sending): Promise<RawResponse> {
    const { connect, stop } = sending;
    const connection = await openConnection(network, connect.target, stop);
    open.add(connection);
    void connection.closed.then(() => open.delete(connection));
    return sendOn(connection, sending);
  }

  return {
    async send(request, connect, secrets) {
      assertOnePair(request, connect);
      const signals = [request.signal, connect.signal, closing.signal];
      using deadline = startDeadline(signals, totalMs(options, request, connect));
      const { stop } = deadline;
      if (stop.aborted) throw requestFailed(whyStopped(stop));
      assertUnspent(request, "https.request");
      spendWarrant(connect, "network.connect");
      const message = composeMessage(request, secrets);
      const redactor = createRedactor(secrets.map((secret) => secret.reveal()));
      const bytesMax = responseBytesMax(request, connect);
      const sending = { request, connect, message, redactor, bytesMax, stop };
      const waiting = idle.take(connectionKey(request, connect));
      const response = (waiting && (await sendOn(waiting, sending).catch(unlessGone))) ?? (await sendAnew(sending));
      return forGuest(response, sending);
    },
    dropIdle() {
      drops += 1;
      idle.drop();
    },
    async close() {
      closing.abort();
      drops += 1;
      const ending = [...open];
      for (const connection of ending) connection.destroy();
      await Promise.all(ending.map(({ closed }) => closed));
    },
  };
}

function toNetwork({ ca, proxy, connectMs }: NetworkOptions): Network {
  let roots: ReturnType<typeof createSecureContext> | undefined;
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

/** FAIL-CLOSED: a permission to connect, for one origin or plugin, carries no request of another. */
function assertOnePair(request: Warrant<"https.request">, connect: Warrant<"network.connect">): void {
  const isOnePair =
    request.target.url.origin === connect.target.url.origin && request.call.principal.id === connect.call.principal.id;
  if (isOnePair) return;
  throw new YoiError("YOI_WARRANT_SPENT", "the two warrants are not for one request", { callId: connect.call.id });
}

// ATTACK: a connection that was allowed to one plugin, or under policies of the past, carries nothing of another or of
// the present (threats 4, 19).
function connectionKey(request: Warrant<"https.request">, { call, revision, target }: Warrant<"network.connect">) {
  return JSON.stringify([call.principal.id, request.revision, revision, target.url.origin, target.address]);
}

/** A connection that waited may have ended meanwhile; then nothing was sent, and a new one takes its place. */
function unlessGone(error: unknown): undefined {
  if (!YoiError.is(error, "YOI_EFFECT_FAILED")) throw error;
  if (error.details.why !== "unreachable" || error.details.sent !== false) throw error;
}

function totalMs(options: NetworkOptions, request: Warrant<"https.request">, connect: Warrant<"network.connect">) {
  const all = [options.totalMs, request.bounds.timeoutMs, connect.bounds.timeoutMs, request.target.timeoutMs];
  return Math.min(...all.filter((one) => one !== undefined));
}

function responseBytesMax(request: Warrant<"https.request">, connect: Warrant<"network.connect">): number {
  const { responseBytesMax: asked } = request.target;
  const all = [limits.httpsResponseBytesMax, request.bounds.responseBytesMax, connect.bounds.responseBytesMax, asked];
  return Math.min(...all.filter((one) => one !== undefined));
}

/** The request as it goes on the wire. The library adds `connection` and `content-length`, and nothing else. */
function composeMessage({ target }: Warrant<"https.request">, secrets: readonly SecretValue[]) {
  const isSet = (name: string) => target.headers.some((header) => header.name === name);
  const host = { name: "host", value: target.url.origin.slice(`${target.url.scheme}://`.length) };
  const ours = [
    host,
    { name: "accept-encoding", value: acceptedCodings },
    ...(isSet("user-agent") ? [] : [{ name: "user-agent", value: "yoi-plugin" }]),
  ];
  const { path, query, headers } = placeSecrets({ ...target, headers: [...ours, ...target.headers] }, secrets);
  return {
    method: target.method,
    path: `${path}${query}`,
    headers: headers.flatMap(({ name, value }) => [name, value]),
    ...(target.body !== undefined && { body: target.body }),
  };
}

function forGuest(response: RawResponse, { request, connect, redactor, bytesMax }: Sending): HttpsResponse {
  const redacted = [...(request.bounds.redactedHeaders ?? []), ...(connect.bounds.redactedHeaders ?? [])];
  const shown = showHeaders(response.headers, { revealed: request.target.revealedHeaders, redacted }, redactor);
  const body = redactor.redact(response.body, bytesMax);
  return {
    status: response.status,
    headers: shown.headers,
    body: new Uint8Array(body.bytes),
    truncated: body.isCut,
    redactions: shown.redactions + body.redactions,
  };
}
