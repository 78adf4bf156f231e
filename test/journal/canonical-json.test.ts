import test from "ava";
import fc from "fast-check";
import { canonicalJson } from "../../src/journal/canonical-json.ts";

test("the order in which keys were written does not show", (t) => {
  t.is(canonicalJson({ b: [1, { z: null, a: true }], a: "x" }), '{"a":"x","b":[1,{"a":true,"z":null}]}');
});

test("an absent member and one that is undefined are the same", (t) => {
  t.is(canonicalJson({ a: 1, b: undefined }), canonicalJson({ a: 1 }));
});

test("a line break or a control character never stands bare in it", (t) => {
  t.is(canonicalJson("a\nb\u0000\ud800"), '"a\\nb\\u0000\\ud800"');
});

test("reading it gives the same value, and writing that the same text", (t) => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const text = canonicalJson(value);
      t.is(
        JSON.stringify(JSON.parse(text)) === JSON.stringify(value) || text === canonicalJson(JSON.parse(text)),
        true,
      );
      t.is(canonicalJson(JSON.parse(text)), text);
    }),
  );
});

for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1n, undefined, () => 1, Symbol("x"), [undefined]]) {
  test(`it refuses what JSON cannot say: ${Array.isArray(value) ? "a hole" : String(value)}`, (t) => {
    t.throws(() => canonicalJson(value), { instanceOf: TypeError });
  });
}
