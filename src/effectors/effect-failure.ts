import type { EffectFailure } from "../errors/error-details.ts";
import { YoiError } from "../errors/yoi-error.ts";

const words: { readonly [code: string]: EffectFailure } = {
  ENOENT: "not-found",
  ENOTDIR: "not-found",
  ELOOP: "not-found",
  ENAMETOOLONG: "not-found",
  EMFILE: "unavailable",
  ENFILE: "unavailable",
};

/** An effect that failed, in words that any guest may read: no path of the host, nothing of the system's own text. */
export function effectFailed(why: EffectFailure, message: string): YoiError {
  return new YoiError("YOI_EFFECT_FAILED", message, { why });
}

/** What a system error is to the caller. A YoiError stays itself. */
export function fromSystemError(error: unknown): YoiError {
  if (error instanceof YoiError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const why = words[code] ?? "io";
  const message = why === "not-found" ? "there is no such file" : "the file could not be read";
  return new YoiError("YOI_EFFECT_FAILED", message, { why }, { cause: error });
}
