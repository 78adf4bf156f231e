import test from "ava";
import fc from "fast-check";
import { decodeUtf8, wholeCharacters } from "../../src/sdk/decode-utf8.ts";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

test("text comes back from its bytes, whatever its length", (t) => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => t.is(decodeUtf8(new TextEncoder().encode(text)), text)),
  );
  const long = "añ漢😀".repeat(5_000);
  t.is(decodeUtf8(new TextEncoder().encode(long)), long);
});

test("bytes are text exactly when Node's strict decoder says so", (t) => {
  const byte = fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(0x80, 0xbf, 0xc0, 0xc2, 0xe0, 0xed, 0xa0, 0xf0, 0xf4, 0x90, 0xf5),
  );
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 8 }), (bytes) => {
      t.is(
        orRefused(() => decodeUtf8(Uint8Array.from(bytes))),
        orRefused(() => strict.decode(Uint8Array.from(bytes))),
      );
    }),
    { numRuns: 2_000 },
  );
});

for (const [claim, bytes] of [
  ["an overlong form", [0xc0, 0x80]],
  ["half a surrogate pair", [0xed, 0xa0, 0x80]],
  ["a number beyond Unicode", [0xf4, 0x90, 0x80, 0x80]],
  ["a character cut short", [0xe6, 0xbc]],
  ["a stray continuation", [0x80]],
] as const) {
  test(`${claim} is refused, not repaired`, (t) => {
    t.throws(() => decodeUtf8(Uint8Array.from(bytes)), { instanceOf: TypeError });
  });
}

test("of text that was cut anywhere, the whole characters are left", (t) => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.nat(40), (text, end) => {
      const cut = new TextEncoder().encode(text).subarray(0, end);
      const left = decodeUtf8(wholeCharacters(cut));
      t.true(text.startsWith(left));
      t.true(cut.length - new TextEncoder().encode(left).length < 4);
    }),
  );
});

test("bytes that are not UTF-8 are not mended by leaving some out", (t) => {
  for (const bytes of [
    [0x80, 0x80, 0x80, 0x80, 0x80],
    [0xff, 0x61],
    [0xc0, 0x80],
  ])
    t.throws(() => decodeUtf8(wholeCharacters(Uint8Array.from(bytes))), { instanceOf: TypeError });
});

function orRefused(decode: () => string): string | undefined {
  try {
    return decode();
  } catch {
    return undefined;
  }
}
