import { limits } from "../calls/limits.ts";

// What some system takes for a device, whatever follows a dot.
const deviceName = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this refuses.
const refusedCharacter = /[\u0000-\u001f\u007f\\:]|\p{Surrogate}/u;

/**
 * What is wrong with a path inside a package, or nothing when it is safe on any system: relative, with `/` between
 * segments, none of them empty, `.`, `..`, a device's name or ending in a dot or blank. Nothing is repaired.
 */
export function archivePathFault(path: string): string | undefined {
  if (path === "") return "is empty";
  if (Buffer.byteLength(path) > limits.archivePathBytesMax) return `is longer than ${limits.archivePathBytesMax} bytes`;
  if (refusedCharacter.test(path)) return "has a backslash, a colon, a control character or half a character";
  if (path.startsWith("/") || path.startsWith("~")) return "is not relative";
  const segments = path.split("/");
  if (segments.some((segment) => segment === "" || segment === "." || segment === "..")) {
    return "has an empty, `.` or `..` segment";
  }
  if (segments.some((segment) => Buffer.byteLength(segment) > 255)) return "has a segment longer than 255 bytes";
  if (segments.some((segment) => deviceName.test(segment))) return "has a segment that names a device";
  if (segments.some((segment) => /[. ]$/.test(segment))) return "has a segment that ends in a dot or a blank";
  return undefined;
}
