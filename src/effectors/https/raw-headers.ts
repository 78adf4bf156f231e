import { limits } from "../../calls/limits.ts";

/** A header of a response as it came, its name in lower case. */
export interface RawHeader {
  readonly name: string;
  readonly value: Buffer;
}

/** Pairs up what the library read; `undefined` when there are more, or longer ones, than any response may have. */
export function toRawHeaders(flat: unknown): readonly RawHeader[] | undefined {
  // FAIL-CLOSED: names and values in turn, as bytes, is what the library gives for HTTP/1.1.
  if (!Array.isArray(flat) || flat.length > 2 * limits.httpsResponseHeadersMax) return undefined;
  const headers: RawHeader[] = [];
  for (let index = 0; index < flat.length; index += 2) {
    const [name, value]: unknown[] = flat.slice(index, index + 2);
    if (!Buffer.isBuffer(name) || !Buffer.isBuffer(value)) return undefined;
    if (name.length + value.length > limits.httpsHeaderBytesMax) return undefined;
    headers.push({ name: name.toString("latin1").toLowerCase(), value });
  }
  return headers;
}

/** All values of one header as one, as RFC 9110 joins them; empty where there is none. */
export function joinValues(headers: readonly RawHeader[], name: string): string {
  return headers.flatMap((header) => (header.name === name ? [header.value.toString("latin1").trim()] : [])).join(", ");
}
