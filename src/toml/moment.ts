import { z } from "zod";

/** A TOML datetime with an offset, as Unix milliseconds: a local one names no moment, and is refused. */
export const moment: z.ZodType<number> = z.unknown().transform((value, context): number => {
  const isMoment = value instanceof Date && "isLocal" in value && !isLocal(value);
  if (isMoment && Number.isFinite(value.getTime())) return value.getTime();
  context.addIssue({ code: "custom", message: "must be a moment, such as `2026-11-22T12:00:00Z`, without quotes" });
  return z.NEVER;
});

function isLocal(value: { readonly isLocal: unknown }): boolean {
  const { isLocal: asked } = value;
  return typeof asked !== "function" || asked.call(value) !== false;
}
