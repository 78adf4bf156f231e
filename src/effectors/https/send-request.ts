// Station: one hop of a request on the wire. In come two warrants, of a name and of an address that were both allowed,
// and the values of the secrets; out goes the response as a guest may see it. In between: connect, send, read, take out.
// It never learns what policy said, where a redirect leads, or any other address.
import type { Dispatcher } from "undici";
import { limits } from "../../calls/limits.ts";
import type { HttpsResponse } from "../../calls/powers.ts";
import type { SecretValue } from "../../calls/secret-value.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import { assertUnspent, spendWarrant } from "../../warrants/spend-warrant.ts";
import type { Warrant } from "../../warrants/warrant.ts";
import { composeMessage } from "./compose-message.ts";
import { type Connection, openConnection } from "./connection.ts";
import { startDeadline, whyStopped } from "./deadline.ts";
import { createDialling, type DiallingOptions } from "./dial-address.ts";
import { createIdleConnections } from "./idle-connections.ts";
import { type RawResponse, readResponse } from "./read-response.ts";
import { createRedactor, type Redactor } from "./redact-response.ts";
import { neverReached, requestFailed } from "./request-failure.ts";
import { showHeaders } from "./response-headers.ts";

/** What an operator says of the network: how to dial, and the time that one hop has in all. */
export interface NetworkOptions extends DiallingOptions {
  readonly totalMs: number;
}

/** Sends requests, and keeps the connections that wait for more of the same. */
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
  const dialling = createDialling(options);
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
    const connection = await openConnection(dialling, connect.target, stop);
    open.add(connection);
    void connection.closed.then(() => open.delete(connection));
    return sendOn(connection, sending);
  }

  return {
    async send(request, connect, secrets) {
      assertOnePair(request, connect);
      const signals = [request.signal, connect.signal, closing.signal];
      const { target, bounds } = request;
      const totalMs = tightest(options.totalMs, bounds.timeoutMs, connect.bounds.timeoutMs, target.timeoutMs);
      using deadline = startDeadline(signals, totalMs);
      const { stop } = deadline;
      if (stop.aborted) throw requestFailed(whyStopped(stop));
      assertUnspent(request, "https.request");
      spendWarrant(connect, "network.connect");
      const message = composeMessage(request, secrets);
      const redactor = createRedactor(secrets.map((secret) => secret.reveal()));
      const bytesMax = tightest(limits.httpsResponseBytesMax, bounds.responseBytesMax, target.responseBytesMax);
      const sending = { request, connect, message, redactor, bytesMax, stop };
      const waiting = idle.take(connectionKey(request, connect));
      const response = (waiting && (await sendOn(waiting, sending).catch(unlessGone))) ?? (await sendAnew(sending));
      const shown = await forGuest(response, sending);
      // Others had their turn meanwhile, and may have called it off.
      if (stop.aborted) throw requestFailed(whyStopped(stop), true);
      return shown;
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

/** FAIL-CLOSED: a permission to connect, for one origin, plugin or policy revision, carries no request of another. */
function assertOnePair(request: Warrant<"https.request">, connect: Warrant<"network.connect">): void {
  const isOnePair =
    request.target.url.origin === connect.target.url.origin &&
    request.call.principal.id === connect.call.principal.id &&
    request.revision === connect.revision;
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
  if (!neverReached(error)) throw error;
}

function tightest(...bounds: readonly (number | undefined)[]): number {
  return Math.min(...bounds.filter((bound) => bound !== undefined));
}

async function forGuest(response: RawResponse, { request, redactor, bytesMax }: Sending): Promise<HttpsResponse> {
  const redacted = request.bounds.redactedHeaders ?? [];
  const shown = await showHeaders(response.headers, { revealed: request.target.revealedHeaders, redacted }, redactor);
  const body = await redactor.redact(response.body, bytesMax);
  return {
    status: response.status,
    headers: shown.headers,
    body: new Uint8Array(body.bytes),
    truncated: body.isCut,
    redactions: shown.redactions + body.redactions,
  };
}
