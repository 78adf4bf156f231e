import type { Transform } from "node:stream";
import { constants, createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";

/** How a body is coded; `identity` is not at all. */
export type Coding = "identity" | "gzip" | "deflate" | "br" | "zstd";

/** The codings that a request says it takes. */
export const acceptedCodings = "gzip, br, zstd";

const codings: { readonly [name: string]: Coding } = {
  "": "identity",
  identity: "identity",
  gzip: "gzip",
  "x-gzip": "gzip",
  deflate: "deflate",
  br: "br",
  zstd: "zstd",
};

/** The one coding that `content-encoding` names; `undefined` for an unknown one, and for several on top of each other. */
export function parseCoding(contentEncoding: string): Coding | undefined {
  const name = contentEncoding.trim().toLowerCase();
  return Object.hasOwn(codings, name) ? codings[name] : undefined;
}

/** A stream that takes the coding away. It gives out little at a time, so that its reader can stop a bomb. */
export function createDecoder(coding: Exclude<Coding, "identity">): Transform {
  // What follows the coded body is part of no body.
  const options = { rejectGarbageAfterEnd: true };
  switch (coding) {
    case "gzip":
      // It may have several members, which the option would take for garbage; without it, all but zeros is refused.
      return createGunzip();
    case "deflate":
      return createInflate(options);
    case "br":
      return createBrotliDecompress(options);
    case "zstd":
      // ATTACK: a frame may ask for a window of 128 MiB (threats 21). RFC 9659 allows 8 MiB on the web.
      return createZstdDecompress({ ...options, params: { [constants.ZSTD_d_windowLogMax]: 23 } });
  }
}
