import type { EffectFailure } from "../errors/error-details.ts";
import { YoiError } from "../errors/yoi-error.ts";

const notThere = ["not-found", "there is no such file"] as const;
const noSpace = ["no-space", "there is no room left for it"] as const;
const descriptors = ["unavailable", "too many files are open"] as const;

// What is not here, such as a right that is missing (EACCES, EPERM) or a file system that is read-only (EROFS), is `io`:
// it stays so until somebody mends it, and `unavailable` would say to try again.
const words: { readonly [code: string]: readonly [why: EffectFailure, message: string] } = {
  ENOENT: notThere,
  ENOTDIR: notThere,
  ELOOP: notThere,
  ENAMETOOLONG: notThere,
  EEXIST: ["exists", "the name is taken"],
  EISDIR: ["not-a-file", "it is not a regular file"],
  ENOTEMPTY: ["not-empty", "the folder is not empty"],
  EFBIG: ["too-large", "the file would be longer than the system lets it be"],
  ENOSPC: noSpace,
  EDQUOT: noSpace,
  EMFILE: descriptors,
  ENFILE: descriptors,
};

/** An effect that failed, in words that any guest may read: no path of the host, nothing of the system's own text. */
export function effectFailed(why: EffectFailure, message: string): YoiError {
  return new YoiError("YOI_EFFECT_FAILED", message, { why });
}

/** What a system error is to the caller. A YoiError stays itself. */
export function fromSystemError(error: unknown): YoiError {
  if (error instanceof YoiError) return error;
  const [why, message] = words[systemCode(error) ?? ""] ?? ["io", "the file system refused it"];
  return new YoiError("YOI_EFFECT_FAILED", message, { why }, { cause: error });
}

/** The system's own code of an error, such as `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
