import type { LimitName, Limits } from "../calls/limits.ts";
import type { GuestAsk, GuestRequest, HostError } from "./sandbox.ts";

/** The bounds that an ask keeps to before it leaves the guest's process. */
export type AskBounds = Pick<
  Limits,
  | "pathBytesMax"
  | "segmentBytesMax"
  | "fileReadBytesMax"
  | "fileWriteBytesMax"
  | "urlBytesMax"
  | "httpsMethodBytesMax"
  | "httpsRequestHeadersMax"
  | "httpsHeaderBytesMax"
  | "httpsHeadersBytesMax"
  | "httpsBodyBytesMax"
  | "secretsPerRequestMax"
  | "secretNameBytesMax"
>;

const encoder = new TextEncoder();

/**
 * What is too large about an ask, in the words that its guest gets, or `undefined`. Both ends of the pipe judge by this:
 * the process answers its guest with it, and the host ends a process that sends what this would have held back.
 */
export function findOverstep(ask: GuestAsk, bounds: AskBounds): HostError | undefined {
  if (ask.kind === "https.send") return findRequestOverstep(ask.request, ask.body, bounds);
  if (byteLength(ask.path) > bounds.pathBytesMax) return limit("pathBytesMax");
  switch (ask.kind) {
    case "fs.read":
      return ask.range !== undefined && ask.range.length > bounds.fileReadBytesMax
        ? limit("fileReadBytesMax")
        : undefined;
    case "fs.write":
    case "fs.append":
      return ask.bytes.length > bounds.fileWriteBytesMax ? limit("fileWriteBytesMax") : undefined;
    case "fs.list":
      return byteLength(ask.after ?? "") > bounds.segmentBytesMax
        ? invalid("`after` is no name of an entry")
        : undefined;
    case "fs.stat":
    case "fs.make-directory":
    case "fs.remove":
      return undefined;
    default:
      return ask satisfies never;
  }
}

function findRequestOverstep(
  { method, url, headers, secrets }: GuestRequest,
  body: Uint8Array | undefined,
  bounds: AskBounds,
): HostError | undefined {
  if (byteLength(method) > bounds.httpsMethodBytesMax) return limit("httpsMethodBytesMax");
  if (byteLength(url) > bounds.urlBytesMax) return limit("urlBytesMax");
  if (headers.length > bounds.httpsRequestHeadersMax) return limit("httpsRequestHeadersMax");
  const lengths = headers.map(({ name, value }) => byteLength(name) + byteLength(value));
  if (lengths.some((length) => length > bounds.httpsHeaderBytesMax)) return limit("httpsHeaderBytesMax");
  if (lengths.reduce((sum, length) => sum + length, 0) > bounds.httpsHeadersBytesMax)
    return limit("httpsHeadersBytesMax");
  if (body !== undefined && body.length > bounds.httpsBodyBytesMax) return limit("httpsBodyBytesMax");
  if (secrets.length > bounds.secretsPerRequestMax) return limit("secretsPerRequestMax");
  if (secrets.some((name) => byteLength(name) > bounds.secretNameBytesMax))
    return invalid("that is no name of a secret");
  return undefined;
}

function limit(name: LimitName): HostError {
  return { tag: "limit", val: name };
}

function invalid(why: string): HostError {
  return { tag: "invalid", val: why };
}

function byteLength(text: string): number {
  return encoder.encode(text).length;
}
