import { limits } from "../../calls/limits.ts";
import { redactedMark } from "../../calls/secret-value.ts";
import { type Needle, needlesOf } from "./secret-needles.ts";
import { escapeBytesMax, type View, viewsOf } from "./unescape.ts";

/** Takes secrets out of what a server sends back. */
export interface Redactor {
  /** How many bytes after a cut have to be known, so that no beginning of a secret is left before it. */
  readonly lookAheadBytes: number;
  /** The first `bytesMax` of these bytes, at most, without any form of any secret; and how often one was there. */
  redact(bytes: Buffer, bytesMax: number): Redacted;
  /** Whether a name, in lower case, has any form of any secret in it. */
  isInName(name: string): boolean;
}

/** What is left of bytes once every secret is taken out, and how much that was. */
export interface Redacted {
  readonly bytes: Buffer;
  readonly redactions: number;
  /** Whether there was more than `bytesMax`. */
  readonly isCut: boolean;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Makes a redactor for the values that were put into one request. */
export function createRedactor(values: readonly string[]): Redactor {
  const needles = values.flatMap(tellingTexts).flatMap(needlesOf);
  const longest = needles.reduce((max, { bytes, before, after }) => Math.max(max, before + bytes.length + after), 0);
  const hasSpaces = values.some((value) => value.includes(" "));
  const inLowerCase = needles.map((needle) => ({
    ...needle,
    bytes: Buffer.from(needle.bytes.toString().toLowerCase()),
  }));
  return {
    lookAheadBytes: longest * escapeBytesMax,
    redact(bytes, bytesMax) {
      const spans =
        needles.length === 0 ? [] : joinSpans(viewsOf(bytes, hasSpaces).flatMap((view) => search(view, needles)));
      const parts: Buffer[] = [];
      let from = 0;
      let redactions = 0;
      for (const { start, end } of spans) {
        if (start >= bytesMax) break;
        parts.push(bytes.subarray(from, start), mark);
        from = end;
        redactions += 1;
      }
      parts.push(bytes.subarray(from, Math.max(from, bytesMax)));
      const redacted = Buffer.concat(parts);
      const isCut = bytes.length > bytesMax || redacted.length > bytesMax;
      return { bytes: redacted.subarray(0, bytesMax), redactions, isCut };
    },
    isInName(name) {
      const bytes = Buffer.from(name);
      return viewsOf(bytes, hasSpaces).some((view) => search(view, inLowerCase).length > 0);
    },
  };
}

const mark = Buffer.from(redactedMark);

// `Bearer …` is often echoed without its scheme.
function tellingTexts(value: string): readonly string[] {
  const credentials = /^[A-Za-z][A-Za-z0-9-]* +(.+)$/.exec(value)?.[1];
  return credentials !== undefined && credentials.length >= limits.secretBytesMin ? [value, credentials] : [value];
}

function search({ bytes, starts }: View, needles: readonly Needle[]): readonly Span[] {
  const spans: Span[] = [];
  for (const needle of needles) {
    for (let at = bytes.indexOf(needle.bytes); at !== -1; at = bytes.indexOf(needle.bytes, at + 1)) {
      const start = starts(Math.max(0, at - needle.before));
      const end = starts(Math.min(bytes.length, at + needle.bytes.length + needle.after));
      spans.push({ start, end });
    }
  }
  return spans;
}

/** Spans in their order, those that overlap as one. */
function joinSpans(spans: readonly Span[]): readonly Span[] {
  const joined: Span[] = [];
  for (const span of spans.toSorted((one, other) => one.start - other.start)) {
    const last = joined.at(-1);
    if (last === undefined || span.start >= last.end) joined.push(span);
    else joined[joined.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
  }
  return joined;
}
