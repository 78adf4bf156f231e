import type { EffectFailure } from "../errors/error-details.ts";
import { YoiError } from "../errors/yoi-error.ts";

/** The text of each failure, for whoever has no better one: any guest may read it. */
export const messages: { readonly [Why in EffectFailure]: string } = {
  "name-taken": "a tool has that name already",
  "not-found": "there is no such file",
  "not-a-file": "it is not a regular file",
  "too-large": "it is more than may be written",
  io: "the file system refused it",
  timeout: "the time for it was up",
  cancelled: "it was called off",
  unavailable: "the host cannot do this now",
  exists: "the name is taken",
  "not-a-folder": "it is not a folder",
  "not-empty": "the folder is not empty",
  "no-space": "there is no room left for it",
  "name-not-found": "the server's name was not found",
  unreachable: "the server could not be reached",
  tls: "the server's TLS handshake or certificate was refused",
  protocol: "the server's answer was not acceptable HTTP",
  streaming: "the server answered with a stream of events, which a request cannot take",
  secret: "a secret could not be used",
  redirect: "the redirect leads nowhere",
};

// What is not here, such as a right that is missing (EACCES, EPERM) or a file system that is read-only (EROFS), is `io`:
// it stays so until somebody mends it, and `unavailable` would say to try again.
const words: { readonly [code: string]: EffectFailure } = {
  ENOENT: "not-found",
  ENOTDIR: "not-found",
  ELOOP: "not-found",
  ENAMETOOLONG: "not-found",
  EEXIST: "exists",
  EISDIR: "not-a-file",
  ENOTEMPTY: "not-empty",
  EFBIG: "too-large",
  ENOSPC: "no-space",
  EDQUOT: "no-space",
  EMFILE: "unavailable",
  ENFILE: "unavailable",
};

/** An effect that failed, in words that any guest may read: no path of the host, nothing of the system's own text. */
export function effectFailed(why: EffectFailure, message = messages[why]): YoiError {
  return new YoiError("YOI_EFFECT_FAILED", message, { why });
}

/** What a system error is to the caller. A YoiError stays itself. */
export function fromSystemError(error: unknown): YoiError {
  if (error instanceof YoiError) return error;
  const why = words[systemCode(error) ?? ""] ?? "io";
  return new YoiError("YOI_EFFECT_FAILED", messages[why], { why }, { cause: error });
}

/** The system's own code of an error, such as `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
