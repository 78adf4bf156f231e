import { Socket } from "node:net";
import type { AskHeader } from "../ask-message.ts";
import { encodeFrame, type FrameBounds, FrameReader } from "../frame-codec.ts";
import type { HostMessage } from "../host-message.ts";

/** What this process says to the host; the shapes are checked there, by `child-message.ts`. */
type Said =
  | { readonly kind: "loaded" | "ready" | "unusable" }
  | { readonly kind: "guest-error" | "trap" | "bad-output"; readonly call: number }
  | { readonly kind: "ask"; readonly call: number; readonly ask: number; readonly asked: AskHeader }
  | { readonly kind: "log"; readonly call: number; readonly level: string }
  | {
      readonly kind: "output";
      readonly call: number;
      readonly isError: boolean;
      readonly summaryBytes: number;
      readonly hasContent: boolean;
    };

/** The two pipes to the host. */
export interface HostLink {
  say(message: Said, body?: Uint8Array): void;
}

const readDescriptor = 3;
const writeDescriptor = 4;

/** Opens the pipes that this process inherited; `hear` gets every message, and `lost` runs when the host is gone. */
export function openHostLink(
  bounds: FrameBounds,
  hear: (message: HostMessage, body: Uint8Array) => void,
  lost: () => void,
): HostLink {
  const from = new Socket({ fd: readDescriptor, readable: true, writable: false });
  const to = new Socket({ fd: writeDescriptor, readable: false, writable: true });
  const reader = new FrameReader(bounds);
  from.on("data", (chunk: Uint8Array) => {
    // The host is trusted by the guest's side: its frames need no second check.
    for (const { header, body } of reader.push(chunk)) hear(header as HostMessage, body);
  });
  for (const pipe of [from, to]) pipe.on("error", lost).on("close", lost);
  from.on("end", lost);
  return { say: (message, body = new Uint8Array(0)) => void to.write(encodeFrame(message, body, bounds)) };
}
