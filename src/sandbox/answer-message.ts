import type { GuestAnswer, GuestValue } from "./sandbox.ts";

type Response = Extract<GuestValue, { kind: "response" }>;

/** An answer as a frame's header carries it: all of it but what goes in the frame's body. */
export type AnswerHeader =
  | Extract<GuestAnswer, { ok: false }>
  | {
      readonly ok: true;
      readonly value:
        | Extract<GuestValue, { kind: "nothing" | "status" }>
        | Omit<Response, "bytes">
        /** Body: the bytes. */
        | { readonly kind: "bytes" }
        /** Body: the page's entries as JSON, which no header has room for. */
        | { readonly kind: "page"; readonly next?: string };
    };

const noBytes = new Uint8Array(0);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Parts an answer into a frame's header and body. */
export function splitAnswer(answer: GuestAnswer): { readonly header: AnswerHeader; readonly body: Uint8Array } {
  if (!answer.ok) return { header: answer, body: noBytes };
  const { value } = answer;
  switch (value.kind) {
    case "bytes":
      return { header: { ok: true, value: { kind: "bytes" } }, body: value.bytes };
    case "page": {
      const { entries, ...rest } = value;
      return { header: { ok: true, value: rest }, body: encoder.encode(JSON.stringify(entries)) };
    }
    case "response": {
      const { bytes, ...rest } = value;
      return { header: { ok: true, value: rest }, body: bytes };
    }
    case "nothing":
    case "status":
      return { header: { ok: true, value }, body: noBytes };
    default:
      return value satisfies never;
  }
}

/** Puts an answer together again, in the guest's process: the host is trusted there. */
export function joinAnswer(header: AnswerHeader, body: Uint8Array): GuestAnswer {
  if (!header.ok) return header;
  const { value } = header;
  switch (value.kind) {
    case "bytes":
    case "response":
      return { ok: true, value: { ...value, bytes: body } };
    case "page":
      return { ok: true, value: { ...value, entries: JSON.parse(decoder.decode(body)) } };
    case "nothing":
    case "status":
      return { ok: true, value };
    default:
      return value satisfies never;
  }
}
