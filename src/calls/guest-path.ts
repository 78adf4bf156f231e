import { limits } from "./limits.ts";

/** A path as a guest wrote it, taken apart: the manifest's name of the mount, and segments that cannot climb. */
export interface GuestPath {
  readonly mount: string;
  readonly segments: readonly string[];
}

const mountName = /^[a-z][a-z0-9-]{0,63}$/;
// Control bytes, backslash and lone surrogates; NFC is compared below.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this refuses.
const refused = /[\u0000-\u001f\u007f\\]|\p{Surrogate}/u;

/** Whether `text` can name a mount. */
export function isMountName(text: string): boolean {
  return mountName.test(text);
}

/**
 * Takes apart `mount/relative/path`. Nothing is repaired: an empty, `.` or `..` segment, a backslash, a control
 * character, text that is not NFC, or too long a path is answered with what is wrong with it.
 */
export function parseGuestPath(text: string): GuestPath | string {
  if (Buffer.byteLength(text) > limits.pathBytesMax) return `the path is longer than ${limits.pathBytesMax} bytes`;
  if (refused.test(text)) return "the path has a backslash, a control character or half a character";
  if (text.normalize("NFC") !== text) return "the path is not in Unicode's composed form (NFC)";
  const [mount = "", ...segments] = text.split("/");
  if (!isMountName(mount)) return "a path begins with the name of a mount, as in `notes/today.md`";
  if (segments.length === 0) return "a path names a file inside its mount, as in `notes/today.md`";
  if (segments.length > limits.pathSegmentsMax) return `the path has more than ${limits.pathSegmentsMax} segments`;
  if (segments.some((segment) => segment === "" || segment === "." || segment === "..")) {
    return "a path has no empty, `.` or `..` segments";
  }
  // ATTACK: a segment longer than a name can be is refused here, not by the system's own error.
  if (segments.some((segment) => Buffer.byteLength(segment) > 255))
    return "a segment of the path is longer than 255 bytes";
  return { mount, segments };
}

/** The id of a `Path` entity: the workspace's name of the mount, then the segments. */
export function pathId(mount: string, segments: readonly string[]): string {
  return [mount, ...segments].join("/");
}

/** The ids of everything that a path lies in, nearest first. */
export function pathAncestors(id: string): readonly string[] {
  const parts = id.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, parts.length - 1 - index).join("/"));
}
