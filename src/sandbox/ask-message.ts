import { z } from "zod";
import { limits } from "../calls/limits.ts";
import { writeModes } from "../calls/powers.ts";
import { findOverstep } from "./ask-bounds.ts";
import type { GuestAsk } from "./sandbox.ts";

const uint32 = z.int().min(0).max(0xffff_ffff);
const path = z.string();
const elementsMax = limits.httpsRequestHeadersMax;

/** ATTACK: each wrong element of a long list is an issue that is written down (threats 22): its length comes first. */
function listOf<T extends z.ZodType>(element: T) {
  return z
    .custom<readonly unknown[]>((list) => Array.isArray(list) && list.length <= elementsMax)
    .pipe(z.array(element));
}

const httpsSend = z.strictObject({
  kind: z.literal("https.send"),
  request: z.strictObject({
    method: z.string(),
    url: z.string(),
    headers: listOf(z.strictObject({ name: z.string(), value: z.string() })),
    secrets: listOf(z.string()),
    timeoutMs: z.exactOptional(uint32),
    responseBytesMax: z.exactOptional(uint32),
    redirectsMax: z.exactOptional(z.int().min(0).max(0xff)),
  }),
  /** A request with an empty body is not one without. */
  hasBody: z.boolean(),
});
const fsRead = z.strictObject({
  kind: z.literal("fs.read"),
  path,
  range: z.exactOptional(z.strictObject({ offset: z.int().min(0), length: uint32 })),
});

/** An ask as a frame's header carries it: all of it but its bytes. How long its texts are is judged with the bytes. */
export const askHeader = z.discriminatedUnion("kind", [
  httpsSend,
  fsRead,
  z.strictObject({ kind: z.literal("fs.write"), path, mode: z.enum(writeModes) }),
  z.strictObject({ kind: z.literal("fs.append"), path }),
  z.strictObject({ kind: z.literal("fs.list"), path, after: z.exactOptional(z.string()) }),
  z.strictObject({ kind: z.enum(["fs.stat", "fs.make-directory", "fs.remove"]), path }),
]);
export type AskHeader = z.infer<typeof askHeader>;

/** The ask that a frame carries, within its bounds, or `undefined`: a process that sends anything else is ended. */
export function readAsk(header: AskHeader, body: Uint8Array): GuestAsk | undefined {
  const ask = joinAsk(header, body);
  // ATTACK: a guest that took its process over sends what the process's own code holds back (threats 22).
  return ask === undefined || findOverstep(ask, limits) !== undefined ? undefined : ask;
}

function joinAsk(header: AskHeader, body: Uint8Array): GuestAsk | undefined {
  switch (header.kind) {
    case "fs.write":
    case "fs.append":
      return { ...header, bytes: body };
    case "https.send": {
      const { kind, request, hasBody } = header;
      if (hasBody) return { kind, request, body };
      return body.length === 0 ? { kind, request } : undefined;
    }
    default:
      return body.length === 0 ? header : undefined;
  }
}
