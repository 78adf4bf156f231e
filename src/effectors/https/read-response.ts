import type { Transform } from "node:stream";
import type { Dispatcher } from "undici";
import { limits } from "../../calls/limits.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import type { Connection } from "./connection.ts";
import { whyStopped } from "./deadline.ts";
import { type Coding, createDecoder, parseCoding } from "./decode-body.ts";
import { joinValues, type RawHeader, toRawHeaders } from "./raw-headers.ts";
import { type RequestFailure, requestFailed } from "./request-failure.ts";

/** A response as the server meant it: decoded, and nothing taken out of it yet. Trailers are dropped. */
export interface RawResponse {
  readonly status: number;
  readonly headers: readonly RawHeader[];
  readonly body: Buffer;
}

/** How a response is read: until when, how much of it, and what is called before anything is sent. */
export interface Reading {
  readonly stop: AbortSignal;
  /** After so many decoded bytes no more are read, and the connection is ended. */
  readonly bytesMax: number;
  readonly betweenChunksMs: number;
  /** Called right before the first byte goes out. Throwing, it keeps the request from being sent. */
  readonly begin: () => void;
}

/**
 * Sends one request on a connection and reads the response to it. Whatever goes wrong, the connection is gone.
 * @throws {YoiError} what `begin` throws, or YOI_EFFECT_FAILED, whose `sent` is false only if not a byte went out
 */
export function readResponse(
  connection: Connection,
  request: Dispatcher.DispatchOptions,
  reading: Reading,
): Promise<RawResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<RawResponse>();
  const reader = new ResponseReader(reading, { resolve, reject, end: () => connection.destroy() });
  const stopReading = () => reader.fail(whyStopped(reading.stop));
  reading.stop.addEventListener("abort", stopReading, { once: true });
  if (reading.stop.aborted) stopReading();
  else connection.dispatch(request, reader);
  // ATTACK: bytes that are no part of any body, such as the extensions of a chunk, without an end (threats 21).
  const bytesBefore = connection.bytesRead;
  const look = setInterval(() => {
    if (connection.bytesRead - bytesBefore > limits.httpsWireBytesMax) reader.fail("protocol");
  }, limits.httpsWireLookMs);
  return promise.finally(() => {
    clearInterval(look);
    reading.stop.removeEventListener("abort", stopReading);
  });
}

const eventStream = /(?:^|,)\s*text\/event-stream\s*(?:[;,]|$)/i;

interface Settle {
  readonly resolve: (response: RawResponse) => void;
  readonly reject: (error: YoiError) => void;
  /** Ends the connection. */
  readonly end: () => void;
}

class ResponseReader implements Dispatcher.DispatchHandler {
  readonly #reading: Reading;
  readonly #settle: Settle;
  #isSettled = false;
  #isSent = false;
  #informational = 0;
  #head:
    | { readonly status: number; readonly headers: readonly RawHeader[]; readonly coding: Coding | undefined }
    | undefined;
  #decoder: Transform | undefined;
  #timer: NodeJS.Timeout | undefined;
  // ATTACK: a body in chunks of one byte. Each chunk is a part of what was read off the socket, and would keep all of
  // that; so bytes are copied, into one buffer (threats 21).
  #body = Buffer.alloc(0);
  #bytes = 0;

  constructor(reading: Reading, settle: Settle) {
    this.#reading = reading;
    this.#settle = settle;
  }

  /** Gives up, at once. */
  fail(why: RequestFailure): void {
    this.#failWith(requestFailed(why, this.#isSent));
  }

  onRequestStart(): void {
    // The request may have been called off while it waited for its turn on the socket.
    if (this.#isSettled) throw new Error("nobody waits for it");
    this.#reading.begin();
    this.#isSent = true;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (this.#isSettled) return;
    const headers = toRawHeaders(controller.rawHeaders);
    // ATTACK: header floods (threats 21). The library itself ends a connection that a server would upgrade.
    if (headers === undefined || status > 599) this.fail("protocol");
    else if (status < 200) this.#countInformational();
    else if (eventStream.test(joinValues(headers, "content-type"))) this.fail("streaming");
    else {
      this.#head = { status, headers, coding: parseCoding(joinValues(headers, "content-encoding")) };
      this.#timer = setTimeout(() => this.fail("timeout"), this.#reading.betweenChunksMs);
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isSettled || this.#head === undefined) return;
    const { coding } = this.#head;
    // FAIL-CLOSED: what cannot be decoded cannot be searched for secrets either.
    if (coding === undefined) this.fail("protocol");
    else if (coding === "identity") this.#collect(chunk);
    else this.#decode(chunk, coding, controller);
  }

  onResponseEnd(): void {
    clearTimeout(this.#timer);
    if (this.#decoder === undefined) this.#finish(true);
    else this.#decoder.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (YoiError.is(error, "YOI_WARRANT_SPENT")) this.#failWith(error);
    else if (this.#isSent) this.fail("syscall" in error ? "unreachable" : "protocol");
    else this.fail("code" in error && error.code === "UND_ERR_INVALID_ARG" ? "protocol" : "unreachable");
  }

  #countInformational(): void {
    this.#informational += 1;
    if (this.#informational > limits.httpsInformationalMax) this.fail("protocol");
  }

  #decode(chunk: Buffer, coding: Exclude<Coding, "identity">, controller: Dispatcher.DispatchController): void {
    this.#decoder ??= this.#startDecoder(coding);
    if (this.#decoder.write(chunk)) return;
    controller.pause();
    this.#decoder.once("drain", () => controller.resume());
  }

  #startDecoder(coding: Exclude<Coding, "identity">): Transform {
    const decoder = createDecoder(coding);
    decoder.on("data", (chunk: Buffer) => this.#collect(chunk));
    decoder.on("error", () => this.fail("protocol"));
    // The coded body can end before the response does, and has to: both ends make it whole.
    const finish = () => decoder.readableEnded && decoder.writableFinished && this.#finish(true);
    decoder.once("end", finish).once("finish", finish);
    return decoder;
  }

  #collect(chunk: Buffer): void {
    if (this.#isSettled) return;
    // Only what comes out of the coding is progress: coded nothing could go on for ever.
    this.#timer?.refresh();
    this.#append(chunk.subarray(0, this.#reading.bytesMax - this.#bytes));
    // ATTACK: bombs and bodies without an end (threats 21): no more than this is ever held.
    if (this.#bytes >= this.#reading.bytesMax) this.#finish(false);
  }

  #append(chunk: Buffer): void {
    const needed = this.#bytes + chunk.length;
    if (needed > this.#body.length) {
      const larger = Buffer.alloc(Math.min(Math.max(needed, this.#body.length * 2), this.#reading.bytesMax));
      this.#body.copy(larger, 0, 0, this.#bytes);
      this.#body = larger;
    }
    chunk.copy(this.#body, this.#bytes);
    this.#bytes = needed;
  }

  #finish(isWhole: boolean): void {
    if (this.#isSettled || this.#head === undefined) return;
    const { status, headers } = this.#head;
    const body = this.#body.subarray(0, this.#bytes);
    this.#letGo();
    if (!isWhole) this.#settle.end();
    this.#settle.resolve({ status, headers, body });
  }

  #failWith(error: YoiError): void {
    if (this.#isSettled) return;
    this.#letGo();
    this.#settle.end();
    this.#settle.reject(error);
  }

  #letGo(): void {
    this.#isSettled = true;
    clearTimeout(this.#timer);
    this.#decoder?.destroy();
  }
}
