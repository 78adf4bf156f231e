import { z } from "zod";
import { askHeader } from "./ask-message.ts";
import { logLevels } from "./sandbox.ts";

const count = z.int().min(0).max(0xffff_ffff);
const call = count;

// ATTACK: the writer may be a guest that broke out into the process's JavaScript (threats 22). Strict shapes, decoded
// by us; a call's id only ever names the one call that the host itself has running there.
const childMessage = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("loaded") }),
  z.strictObject({ kind: z.literal("ready") }),
  z.strictObject({ kind: z.literal("unusable") }),
  z.strictObject({ kind: z.literal("ask"), call, ask: count, asked: askHeader }),
  z.strictObject({ kind: z.literal("log"), call, level: z.enum(logLevels) }),
  z.strictObject({
    kind: z.literal("output"),
    call,
    isError: z.boolean(),
    summaryBytes: count,
    hasContent: z.boolean(),
  }),
  z.strictObject({ kind: z.literal("guest-error"), call }),
  z.strictObject({ kind: z.literal("trap"), call }),
  z.strictObject({ kind: z.literal("bad-output"), call }),
]);

/** What a sandbox process says, as a frame's header. */
export type ChildMessage = z.infer<typeof childMessage>;

/** Reads a frame's header as a message, or answers `undefined`: a process that says anything else is ended. */
export function parseChildMessage(header: unknown): ChildMessage | undefined {
  const parsed = childMessage.safeParse(header);
  return parsed.success ? parsed.data : undefined;
}
