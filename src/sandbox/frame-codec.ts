/** One message over a pipe: a small JSON header, and bytes that need no encoding. */
export interface Frame {
  readonly header: unknown;
  readonly body: Uint8Array;
}

export interface FrameBounds {
  readonly headerBytesMax: number;
  /** Header and body together. */
  readonly frameBytesMax: number;
}

const prefixBytes = 8;
const noBytes = new Uint8Array(0);
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** A frame as bytes: the lengths of header and body, then both. Refuses one that its reader would refuse. */
export function encodeFrame(header: object, body: Uint8Array, bounds: FrameBounds): Uint8Array {
  const headerBytes = encoder.encode(JSON.stringify(header));
  checkLengths(headerBytes.length, body.length, bounds);
  const frame = new Uint8Array(prefixBytes + headerBytes.length + body.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, headerBytes.length);
  view.setUint32(4, body.length);
  frame.set(headerBytes, prefixBytes);
  frame.set(body, prefixBytes + headerBytes.length);
  return frame;
}

/**
 * Cuts a stream of bytes into frames. Lengths are checked before anything of a frame is kept, so a hostile writer can
 * make a reader hold one frame and no more, however small its pieces are.
 */
export class FrameReader {
  readonly #bounds: FrameBounds;
  readonly #prefix = new Uint8Array(prefixBytes);
  #prefixFilled = 0;
  #payload: Uint8Array | undefined;
  #payloadFilled = 0;

  constructor(bounds: FrameBounds) {
    this.#bounds = bounds;
  }

  /**
   * The frames that `chunk` completes, lazily: a consumer that stops is not made to decode the rest.
   * @throws {RangeError} A length is over its bound. @throws {SyntaxError | TypeError} The header is not JSON in UTF-8.
   */
  *push(chunk: Uint8Array): Generator<Frame, void> {
    let rest = chunk;
    while (rest.length > 0) {
      rest = this.#payload === undefined ? this.#fillPrefix(rest) : this.#fillPayload(this.#payload, rest);
      const complete = this.#takeComplete();
      if (complete !== undefined) yield complete;
    }
  }

  #fillPrefix(chunk: Uint8Array): Uint8Array {
    const taken = chunk.subarray(0, prefixBytes - this.#prefixFilled);
    this.#prefix.set(taken, this.#prefixFilled);
    this.#prefixFilled += taken.length;
    if (this.#prefixFilled === prefixBytes) {
      const { headerBytes, bodyBytes } = this.#lengths();
      // ATTACK: a length of 4 GiB, to make the host allocate it (threats 22).
      checkLengths(headerBytes, bodyBytes, this.#bounds);
      this.#payload = new Uint8Array(headerBytes + bodyBytes);
      this.#payloadFilled = 0;
    }
    return chunk.subarray(taken.length);
  }

  #fillPayload(payload: Uint8Array, chunk: Uint8Array): Uint8Array {
    const taken = chunk.subarray(0, payload.length - this.#payloadFilled);
    payload.set(taken, this.#payloadFilled);
    this.#payloadFilled += taken.length;
    return chunk.subarray(taken.length);
  }

  #takeComplete(): Frame | undefined {
    const payload = this.#payload;
    if (payload === undefined || this.#payloadFilled < payload.length) return undefined;
    const { headerBytes } = this.#lengths();
    this.#payload = undefined;
    this.#prefixFilled = 0;
    const header: unknown = JSON.parse(decoder.decode(payload.subarray(0, headerBytes)));
    return { header, body: headerBytes === payload.length ? noBytes : payload.subarray(headerBytes) };
  }

  #lengths(): { headerBytes: number; bodyBytes: number } {
    const view = new DataView(this.#prefix.buffer);
    return { headerBytes: view.getUint32(0), bodyBytes: view.getUint32(4) };
  }
}

function checkLengths(headerBytes: number, bodyBytes: number, bounds: FrameBounds): void {
  // A header is never empty, so a frame is complete only when bytes of it have arrived.
  if (headerBytes === 0) throw new RangeError("a frame without a header");
  if (headerBytes > bounds.headerBytesMax) throw new RangeError("a frame's header is over its bound");
  if (headerBytes + bodyBytes > bounds.frameBytesMax) throw new RangeError("a frame is over its bound");
}
