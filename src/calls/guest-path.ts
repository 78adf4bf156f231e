import { limits } from "./limits.ts";

/** A path as a guest wrote it, taken apart: the manifest's name of the mount, and segments that cannot climb. */
export interface GuestPath {
  readonly mount: string;
  readonly segments: readonly string[];
}

const mountName = /^[a-z][a-z0-9-]{0,63}$/;
// Control characters, slash and backslash, and lone surrogates; NFC is compared below.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this refuses.
const refused = /[\u0000-\u001f\u007f\\/]|\p{Surrogate}/u;
// What some file systems take to be nothing at all in a name: invisible characters, and dots and blanks at its end.
const invisible = /\p{Default_Ignorable_Code_Point}/gu;
// ATTACK: tried from where they begin alone, for a long row of them that is not at the end is tried from each (threats 38).
const blankEnd = /(?<![. ])[. ]+$/u;

/** What the names of half-written files in a mount begin with. No guest can name one, nor is one listed. */
export const temporaryPrefix = ".yoi-";

/** Whether `text` can name a mount. */
export function isMountName(text: string): boolean {
  return mountName.test(text);
}

/** Whether `name` can be a segment of a path: what a guest may ask for, and is shown of a folder. */
export function isSegment(name: string): boolean {
  return spellingFlaw(name) === undefined && nameFlaw(name) === undefined;
}

/**
 * Takes apart `mount/relative/path`. Nothing is repaired: an empty, `.` or `..` segment, a backslash, a control
 * character, text that is not NFC, a reserved name, or too long a path is answered with what is wrong with it.
 */
export function parseGuestPath(text: string): GuestPath | string {
  const path = parseMountPath(text);
  if (typeof path === "string" || path.segments.length > 0) return path;
  return "a path names a file inside its mount, as in `notes/today.md`";
}

/** Takes apart a path as `parseGuestPath` does, or the name of a mount alone, which is the mount's own folder. */
export function parseMountPath(text: string): GuestPath | string {
  if (Buffer.byteLength(text) > limits.pathBytesMax) return `the path is longer than ${limits.pathBytesMax} bytes`;
  const [mount = "", ...segments] = text.split("/");
  const misspelt = [mount, ...segments].map(spellingFlaw).find((flaw) => flaw !== undefined);
  if (misspelt !== undefined) return misspelt;
  if (!isMountName(mount)) return "a path begins with the name of a mount, as in `notes/today.md`";
  if (segments.at(-1) === "") return "a path has no slash at its end";
  if (segments.length > limits.pathSegmentsMax) return `the path has more than ${limits.pathSegmentsMax} segments`;
  return segments.map(nameFlaw).find((flaw) => flaw !== undefined) ?? { mount, segments };
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

function spellingFlaw(name: string): string | undefined {
  if (refused.test(name)) return "the path has a backslash, a control character or half a character";
  return name.normalize("NFC") === name ? undefined : "the path is not in Unicode's composed form (NFC)";
}

function nameFlaw(name: string): string | undefined {
  if (name === "" || name === "." || name === "..") return "a path has no empty, `.` or `..` segments";
  // ATTACK: a segment longer than a name can be is refused here, not by the system's own error.
  if (Buffer.byteLength(name) > limits.segmentBytesMax)
    return `a segment of the path is longer than ${limits.segmentBytesMax} bytes`;
  return isReserved(name) ? "names like `.yoi` and `.yoi-…` are reserved" : undefined;
}

// ATTACK: a guest that plants a workspace of its own, or writes into a file that is half written (threats 45), by a
// spelling that the file system takes for the same name.
function isReserved(name: string): boolean {
  const seen = name.replace(invisible, "").replace(blankEnd, "").toLowerCase();
  return seen === ".yoi" || seen.startsWith(temporaryPrefix);
}
