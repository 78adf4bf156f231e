import test from "ava";
import fc from "fast-check";
import { createBroker } from "../../src/broker/broker.ts";
import { limits } from "../../src/calls/limits.ts";
import { createGuestHost } from "../../src/guest/host-imports.ts";
import { findOverstep } from "../../src/sandbox/ask-bounds.ts";
import type { GuestAsk } from "../../src/sandbox/sandbox.ts";
import { brokerParts } from "../support/broker-parts.ts";
import { executeCall } from "../support/calls.ts";
import { permitWith } from "../support/fake-engine.ts";

/** Asks through a whole broker whose policies permit everything, and to which no effector belongs. */
async function askOf(ask: GuestAsk) {
  const { parts, memory } = brokerParts({ answer: () => permitWith(), effectors: {} });
  const broker = createBroker(parts);
  const host = createGuestHost(
    { broker, nowMs: parts.nowMs, requestMs: () => limits.httpsTotalMs, log: () => undefined },
    executeCall(),
  );
  return { answer: await host.ask(ask, new AbortController().signal), memory };
}

const longest = (bytes: number) => "ä".repeat(bytes / 2);
const request = { method: "GET", url: "https://api.example.com/v1/now", headers: [], secrets: [] };
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `k${index}`);

// ATTACK: threats 35: what a guest tries leaves a trace, however it is written.
const malformed: readonly (readonly [string, GuestAsk])[] = [
  ["a secret's name", { kind: "https.send", request: { ...request, secrets: ["../key"] } }],
  ["an empty secret's name", { kind: "https.send", request: { ...request, secrets: [""] } }],
  ["half a character as a secret's name", { kind: "https.send", request: { ...request, secrets: ["\ud800"] } }],
  ["secrets twice", { kind: "https.send", request: { ...request, secrets: ["k", "k"] } }],
  ["a method", { kind: "https.send", request: { ...request, method: longest(limits.httpsMethodBytesMax) } }],
  ["a URL", { kind: "https.send", request: { ...request, url: longest(limits.urlBytesMax) } }],
  ["a header's name", { kind: "https.send", request: { ...request, headers: [{ name: "\r\n", value: "\0" }] } }],
  ["a path", { kind: "fs.stat", path: longest(limits.pathBytesMax) }],
  ["half a character as a path", { kind: "fs.remove", path: "\udc00" }],
];
for (const [what, ask] of malformed) {
  test(`${what} that is malformed is denied on record`, async (t) => {
    const { answer, memory } = await askOf(ask);
    t.like(answer, { ok: false, error: { tag: "invalid" } });
    t.is(memory.entries.length, 1);
    t.like(memory.decided()[0], { answer: "deny", cause: "schema-invalid" });
  });
}

// The guest's own process holds these back; whoever takes it over is held to the same.
const overstepping: readonly (readonly [string, GuestAsk])[] = [
  ["secrets", { kind: "https.send", request: { ...request, secrets: numbered(limits.secretsPerRequestMax + 1) } }],
  [
    "a secret's name",
    { kind: "https.send", request: { ...request, secrets: [longest(2 * limits.secretNameBytesMax)] } },
  ],
  ["a range", { kind: "fs.read", path: "notes/x", range: { offset: 0, length: limits.fileReadBytesMax + 1 } }],
  ["a place to go on from", { kind: "fs.list", path: "notes", after: longest(2 * limits.segmentBytesMax) }],
];
for (const [what, ask] of overstepping) {
  test(`${what} over its bound is denied on record, should it come so far`, async (t) => {
    t.not(findOverstep(ask, limits), undefined);
    const { answer, memory } = await askOf(ask);
    t.false(answer.ok);
    t.is(memory.decided().length, 1);
    t.regex(memory.decided()[0]?.cause ?? "", /^(?:limit|schema-invalid)$/);
  });
}

const unit = fc.oneof(
  fc.nat(0xffff).map((code) => String.fromCharCode(code)),
  fc.constantFrom(..."/.:?#@%&=[]\\-a1\0\n"),
);
const text = fc.string({ unit, maxLength: 30 });
const bytes = fc.uint8Array({ maxLength: 4 });
const path = fc.oneof(
  text,
  text.map((rest) => `notes/${rest}`),
);
const asks: fc.Arbitrary<GuestAsk> = fc.oneof(
  fc.record(
    {
      kind: fc.constant("https.send" as const),
      request: fc.record(
        {
          method: fc.oneof(fc.constant("GET"), text),
          url: fc.oneof(
            text,
            text.map((rest) => `https://${rest}`),
          ),
          headers: fc.array(fc.record({ name: text, value: text }), { maxLength: 4 }),
          secrets: fc.array(text, { maxLength: limits.secretsPerRequestMax }),
          timeoutMs: fc.nat(0xffff_ffff),
          responseBytesMax: fc.nat(0xffff_ffff),
          redirectsMax: fc.nat(0xff),
        },
        { requiredKeys: ["method", "url", "headers", "secrets"] },
      ),
      body: bytes,
    },
    { requiredKeys: ["kind", "request"] },
  ),
  fc.record(
    {
      kind: fc.constant("fs.read" as const),
      path,
      range: fc.record({ offset: fc.maxSafeNat(), length: fc.nat(limits.fileReadBytesMax) }),
    },
    { requiredKeys: ["kind", "path"] },
  ),
  fc.record({ kind: fc.constant("fs.write" as const), path, mode: fc.constantFrom("create", "replace"), bytes }),
  fc.record({ kind: fc.constant("fs.append" as const), path, bytes }),
  fc.record({ kind: fc.constant("fs.list" as const), path, after: text }, { requiredKeys: ["kind", "path"] }),
  fc.record({ kind: fc.constantFrom("fs.stat" as const, "fs.make-directory" as const, "fs.remove" as const), path }),
);

// ATTACK: threats 35
test("whatever a guest asks within its bounds is decided on record", async (t) => {
  await fc.assert(
    fc.asyncProperty(
      asks.filter((ask) => findOverstep(ask, limits) === undefined),
      async (ask) => {
        const { memory } = await askOf(ask);
        return memory.entries.length === 1 && memory.decided().length === 1;
      },
    ),
    { numRuns: 1_000 },
  );
  t.pass();
});
