import { limits } from "./limits.ts";

const malformedPercent = /%(?![0-9a-f]{2})/i;
const encodedRun = /(?:%[0-9a-f]{2})+/gi;
const encodedByte = /%[0-9a-f]{2}/i;
const unsafe = /[/\\;]|\p{Cc}/u;
// What `encodeURIComponent` encodes although RFC 3986 lets it stand in a segment: `$ & + , = : @`.
const needlesslyEncoded = /%(?:24|26|2B|2C|3D|3A|40)/g;
const decodings = 3;

/**
 * The segments of a URL's path in the one encoding that policy sees and that is sent. A path that could be read in two
 * ways is answered with what is wrong with it: nothing in it is resolved or repaired.
 */
export function canonicalSegments(path: string): readonly string[] | string {
  const segments = path.split("/").slice(1);
  if (segments.at(-1) === "") segments.pop();
  if (segments.length > limits.pathSegmentsMax) return `the path has more than ${limits.pathSegmentsMax} segments`;
  for (const segment of segments) {
    const flaw = percentFlaw(segment) ?? segmentFlaw(segment);
    if (flaw !== undefined) return flaw;
  }
  return segments.map((segment) =>
    encodeURIComponent(decodeURIComponent(segment)).replace(needlesslyEncoded, decodeURIComponent),
  );
}

/** What is wrong with the percent signs of a path or query: those that encode no byte, and bytes that are no UTF-8. */
export function percentFlaw(text: string): string | undefined {
  if (malformedPercent.test(text)) return "a percent sign of the URL is followed by no two hexadecimal digits";
  return decodeOnce(text) === undefined ? "the URL has percent-encoded bytes that are not UTF-8" : undefined;
}

// ATTACK: a server, or one behind it, may decode again what was decoded once (threats 11): whatever any of these
// decodings shows has to be harmless.
function segmentFlaw(segment: string): string | undefined {
  if (segment === "") return "the path has an empty segment";
  let text = segment;
  for (let round = 1; round <= decodings; round++) {
    const decoded = decodeOnce(text);
    if (decoded === undefined) return "the path has bytes that are not UTF-8 when they are decoded twice";
    if (unsafe.test(decoded)) return "a segment of the path has a slash, backslash, semicolon or control character";
    if (/^\.{1,2}$/.test(decoded.trim())) return "the path has a `.` or `..` segment";
    text = decoded;
  }
  return encodedByte.test(text) ? `the path is percent-encoded more than ${decodings} times` : undefined;
}

// Percent signs that encode nothing stay: after the first decoding, `100%` is text like any other.
function decodeOnce(text: string): string | undefined {
  try {
    return text.replace(encodedRun, decodeURIComponent);
  } catch {
    return undefined;
  }
}
