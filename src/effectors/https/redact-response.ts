import { setImmediate as nextTurn } from "node:timers/promises";
import { limits } from "../../calls/limits.ts";
import { redactedMark } from "../../calls/secret-value.ts";
import { beginSearch, createNeedleFinder, type NeedleFinder, type Span } from "./find-needles.ts";
import { needlesOf } from "./secret-needles.ts";
import { escapeBytesMax, type View, viewsOf } from "./unescape.ts";

/** Takes secrets out of what a server sends back. */
export interface Redactor {
  /** How many bytes after a cut have to be known, so that no beginning of a secret is left before it. */
  readonly lookAheadBytes: number;
  /**
   * The first `bytesMax` of these bytes, at most, without any form of any secret; and how often one was there. A long
   * search is made in parts, between which everybody else has their turn.
   */
  redact(bytes: Buffer, bytesMax: number): Promise<Redacted>;
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

/** Makes a redactor for the values that were put into one request. */
export function createRedactor(values: readonly string[]): Redactor {
  const needles = values.flatMap(tellingTexts).flatMap(needlesOf);
  const longest = needles.reduce((max, { bytes, before, after }) => Math.max(max, before + bytes.length + after), 0);
  const hasSpaces = values.some((value) => value.includes(" "));
  const finder = createNeedleFinder(needles);
  let finderInNames: NeedleFinder | undefined;
  return {
    lookAheadBytes: longest * escapeBytesMax,
    async redact(bytes, bytesMax) {
      const spans = needles.length === 0 ? [] : await findSpans(viewsOf(bytes, hasSpaces), finder);
      return takeOut(bytes, spans, bytesMax);
    },
    isInName(name) {
      finderInNames ??= createNeedleFinder(needles.map((needle) => ({ ...needle, bytes: inLowerCase(needle.bytes) })));
      for (const { bytes } of viewsOf(Buffer.from(name), hasSpaces)) {
        const search = beginSearch();
        finderInNames.search(bytes, search, bytes.length);
        if (search.spans.length > 0) return true;
      }
      return false;
    },
  };
}

const mark = Buffer.from(redactedMark);

// `Bearer …` is often echoed without its scheme.
function tellingTexts(value: string): readonly string[] {
  const credentials = /^[A-Za-z][A-Za-z0-9-]* +([^ ].*)$/s.exec(value)?.[1];
  return credentials !== undefined && credentials.length >= limits.secretBytesMin ? [value, credentials] : [value];
}

function inLowerCase(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString().toLowerCase());
}

async function findSpans(views: Iterable<View>, finder: NeedleFinder): Promise<readonly Span[]> {
  let found: readonly Span[] = [];
  const turns = createTurns();
  for (const { bytes, starts, ends } of views) {
    const search = beginSearch();
    while (search.at < bytes.length) {
      const end = Math.min(bytes.length, search.at + turns.left());
      const spent = end - search.at;
      finder.search(bytes, search, end);
      await turns.spend(spent);
    }
    if (search.spans.length === 0) continue;
    const spans = search.spans.map(({ start, end }) => ({ start: starts(start), end: ends(end) }));
    found = joinSpans(found, spans);
    await turns.spend(spans.length * spanBytes);
  }
  return found;
}

// How many bytes can be searched in the time that a span takes, roughly.
const spanBytes = 8;

/** Counts bytes, and lets everybody else have their turn after so many. */
function createTurns() {
  let left: number = limits.redactedBytesPerTurnMax;
  return {
    left: () => left,
    async spend(bytes: number) {
      left -= bytes;
      if (left > 0) return;
      await nextTurn();
      left = limits.redactedBytesPerTurnMax;
    },
  };
}

/** Spans of two lists in their order, those that overlap as one. */
function joinSpans(ones: readonly Span[], others: readonly Span[]): readonly Span[] {
  const joined: Span[] = [];
  for (let [one, other] = [0, 0]; one < ones.length || other < others.length; ) {
    const span = (ones[one]?.start ?? beyond) <= (others[other]?.start ?? beyond) ? ones[one++] : others[other++];
    const last = joined.at(-1);
    if (span === undefined) break;
    if (last === undefined || span.start >= last.end) joined.push(span);
    else if (span.end > last.end) joined[joined.length - 1] = { start: last.start, end: span.end };
  }
  return joined;
}

const beyond = Number.POSITIVE_INFINITY;

async function takeOut(bytes: Buffer, spans: readonly Span[], bytesMax: number): Promise<Redacted> {
  const turns = createTurns();
  const redacted = Buffer.alloc(Math.min(bytesMax, bytes.length + spans.length * mark.length));
  let [from, length, redactions] = [0, 0, 0];
  for (const { start, end } of spans) {
    if (start >= bytesMax) break;
    bytes.copy(redacted, length, from, start);
    length += start - from;
    mark.copy(redacted, length);
    length += mark.length;
    await turns.spend(end - from);
    from = end;
    redactions += 1;
  }
  const rest = Math.max(from, Math.min(bytes.length, bytesMax));
  bytes.copy(redacted, length, from, rest);
  length += rest - from;
  return { bytes: redacted.subarray(0, length), redactions, isCut: bytes.length > bytesMax || length > bytesMax };
}
