import test from "ava";
import fc from "fast-check";
import { decodeUtf8 } from "../../src/sdk/decode-utf8.ts";
import { encodeUtf8 } from "../../src/sdk/encode-utf8.ts";

const encoder = new TextEncoder();

test("text becomes the bytes that Node's encoder makes of it, halves of characters included", (t) => {
  const unit = fc.constantFrom(
    "a",
    "\0",
    "\u007f",
    "\u0080",
    "ÿ",
    "\u07ff",
    "\u0800",
    "漢",
    "\ud7ff",
    "\ue000",
    "\uffff",
  );
  const half = fc.constantFrom("\ud800", "\udbff", "\udc00", "\udfff", "😀", "\u{10ffff}");
  const texts = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.oneof(unit, half)).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(texts, (text) => t.deepEqual(encodeUtf8(text), encoder.encode(text))),
    { numRuns: 2_000 },
  );
});

test("what is whole text comes back from its bytes", (t) => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => t.is(decodeUtf8(encodeUtf8(text)), text)));
  const long = "añ漢😀".repeat(50_000);
  t.is(decodeUtf8(encodeUtf8(long)), long);
});
