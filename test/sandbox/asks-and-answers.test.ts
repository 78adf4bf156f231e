import test from "ava";
import fc from "fast-check";
import { limits } from "../../src/calls/limits.ts";
import { joinAnswer, splitAnswer } from "../../src/sandbox/answer-message.ts";
import { findOverstep } from "../../src/sandbox/ask-bounds.ts";
import { readAsk } from "../../src/sandbox/ask-message.ts";
import { splitAsk } from "../../src/sandbox/child/split-ask.ts";
import { parseChildMessage } from "../../src/sandbox/child-message.ts";
import { encodeFrame, type Frame, FrameReader } from "../../src/sandbox/frame-codec.ts";
import type { GuestAnswer, GuestAsk, GuestValue } from "../../src/sandbox/sandbox.ts";

const frameBounds = { headerBytesMax: limits.frameHeaderBytesMax, frameBytesMax: limits.frameBytesMax };

/** What the other end of a pipe reads of one frame. */
function throughPipe(header: object, body?: Uint8Array): Frame {
  const [frame] = new FrameReader(frameBounds).push(encodeFrame(header, body ?? new Uint8Array(0), frameBounds));
  if (frame === undefined) throw new Error("no frame came out");
  return frame;
}

function askThroughPipe(ask: GuestAsk): GuestAsk | undefined {
  const { header, body } = splitAsk(ask);
  const frame = throughPipe({ kind: "ask", call: 1, ask: 0, asked: header }, body);
  const message = parseChildMessage(frame.header);
  return message?.kind === "ask" ? readAsk(message.asked, frame.body) : undefined;
}

function answerThroughPipe(answer: GuestAnswer): GuestAnswer {
  const { header, body } = splitAnswer(answer);
  const frame = throughPipe({ kind: "answer", call: 1, ask: 0, answer: header }, body);
  return joinAnswer((frame.header as { answer: typeof header }).answer, frame.body);
}

const text = fc.string({ unit: "grapheme", maxLength: 8 });
const bytes = fc.uint8Array({ maxLength: 16 });
const path = text;
const uint32 = fc.nat(0xffff_ffff);
const headers = fc.array(fc.record({ name: text, value: text }), { maxLength: 4 });
const request = fc.record(
  {
    method: fc.string({ maxLength: 8 }),
    url: text,
    headers,
    secrets: fc.array(fc.string({ maxLength: 8 }), { maxLength: limits.secretsPerRequestMax }),
    timeoutMs: uint32,
    responseBytesMax: uint32,
    redirectsMax: fc.nat(0xff),
  },
  { requiredKeys: ["method", "url", "headers", "secrets"] },
);
const range = fc.record({ offset: fc.maxSafeNat(), length: fc.nat(limits.fileReadBytesMax) });
const asks: fc.Arbitrary<GuestAsk> = fc.oneof(
  fc.record({ kind: fc.constant("https.send" as const), request, body: bytes }, { requiredKeys: ["kind", "request"] }),
  fc.record({ kind: fc.constant("fs.read" as const), path, range }, { requiredKeys: ["kind", "path"] }),
  fc.record({ kind: fc.constant("fs.write" as const), path, mode: fc.constantFrom("create", "replace"), bytes }),
  fc.record({ kind: fc.constant("fs.append" as const), path, bytes }),
  fc.record({ kind: fc.constant("fs.list" as const), path, after: text }, { requiredKeys: ["kind", "path"] }),
  fc.record({ kind: fc.constantFrom("fs.stat" as const, "fs.make-directory" as const, "fs.remove" as const), path }),
);

test("an ask within its bounds arrives as it was asked, whatever it is", (t) => {
  fc.assert(
    fc.property(asks, (ask) => {
      t.is(findOverstep(ask, limits), undefined);
      t.deepEqual(askThroughPipe(ask), ask);
    }),
  );
});

const kind = fc.constantFrom("file" as const, "folder" as const, "other" as const);
const values: fc.Arbitrary<GuestValue> = fc.oneof(
  fc.constant({ kind: "nothing" as const }),
  fc.record({ kind: fc.constant("bytes" as const), bytes }),
  fc.record(
    { kind: fc.constant("page" as const), entries: fc.array(fc.record({ name: text, kind })), next: text },
    { requiredKeys: ["kind", "entries"] },
  ),
  fc.record({
    kind: fc.constant("status" as const),
    status: fc.record({ kind, bytes: fc.maxSafeNat(), modifiedMs: fc.maxSafeNat() }),
  }),
  fc.record({
    kind: fc.constant("response" as const),
    status: fc.integer({ min: 100, max: 599 }),
    headers,
    url: text,
    truncated: fc.boolean(),
    bytes,
  }),
);
const failures: fc.Arbitrary<GuestAnswer> = fc.record(
  {
    ok: fc.constant(false as const),
    error: fc.oneof(
      fc.record({ tag: fc.constantFrom("denied", "invalid", "limit", "unavailable", "failed"), val: text }),
      fc.record({ tag: fc.constantFrom("not-found", "timeout") }),
    ),
    sent: fc.boolean(),
  },
  { requiredKeys: ["ok", "error"] },
);

test("an answer arrives as it was given, whatever it is", (t) => {
  const answers = fc.oneof(
    failures,
    values.map((value) => ({ ok: true, value }) as const),
  );
  fc.assert(fc.property(answers, (answer) => t.deepEqual(answerThroughPipe(answer), answer)));
});

const longPath = "ä".repeat(limits.pathBytesMax / 2);
const longUrl = "a".repeat(limits.urlBytesMax);
// The worst that JSON makes of a header that can go over the wire: two bytes of each quotation mark.
const longLine = { name: "n", value: '"'.repeat(limits.httpsHeaderBytesMax - 1) };
const longLines = Array.from({ length: limits.httpsHeadersBytesMax / limits.httpsHeaderBytesMax }, () => longLine);
const longest: GuestAsk[] = [
  {
    kind: "https.send",
    request: {
      method: "A".repeat(limits.httpsMethodBytesMax),
      url: longUrl,
      headers: longLines,
      secrets: Array.from({ length: limits.secretsPerRequestMax }, () => "s".repeat(64)),
    },
    body: new Uint8Array(limits.httpsBodyBytesMax),
  },
  { kind: "fs.read", path: longPath, range: { offset: Number.MAX_SAFE_INTEGER, length: limits.fileReadBytesMax } },
  { kind: "fs.write", path: longPath, mode: "create", bytes: new Uint8Array(limits.fileWriteBytesMax) },
  { kind: "fs.append", path: longPath, bytes: new Uint8Array(limits.fileWriteBytesMax) },
  { kind: "fs.list", path: longPath, after: "\u0001".repeat(limits.segmentBytesMax) },
  { kind: "fs.remove", path: "\u0001".repeat(limits.pathBytesMax) },
];

for (const ask of longest) {
  test(`the longest ask for ${ask.kind} that is within its bounds fits a frame`, (t) => {
    t.deepEqual(askThroughPipe(ask), ask);
  });
}

test("as many header lines as a request may have fit a frame, each as long as all of them can be", (t) => {
  const length = limits.httpsHeadersBytesMax / limits.httpsRequestHeadersMax;
  const line = { name: "n", value: '"'.repeat(length - 1) };
  const lines = Array.from({ length: limits.httpsRequestHeadersMax }, () => line);
  const ask: GuestAsk = { kind: "https.send", request: { method: "GET", url: longUrl, headers: lines, secrets: [] } };
  t.deepEqual(askThroughPipe(ask), ask);
});

// A name of a file system has 255 bytes at most; the worst that JSON makes of them is six for each.
const longName = "\u0001".repeat(255);
const longestAnswers: readonly GuestValue[] = [
  { kind: "bytes", bytes: new Uint8Array(limits.fileReadBytesMax) },
  {
    kind: "response",
    status: 200,
    headers: longLines,
    url: longUrl,
    truncated: true,
    bytes: new Uint8Array(limits.httpsResponseBytesMax),
  },
  {
    kind: "page",
    entries: Array.from({ length: limits.listEntriesMax }, () => ({ name: longName, kind: "folder" as const })),
    next: longName,
  },
];

for (const value of longestAnswers) {
  test(`the longest answer that is of the kind ${value.kind} fits a frame`, (t) => {
    t.deepEqual(answerThroughPipe({ ok: true, value }), { ok: true, value });
  });
}
