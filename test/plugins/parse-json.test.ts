import test from "ava";
import fc from "fast-check";
import { parseJson } from "../../src/plugins/parse-json.ts";

const parse = (text: string) => parseJson(text, { bytesMax: 4_096, depthMax: 8 });

const refusals: readonly (readonly [title: string, text: string, path: string, message: RegExp])[] = [
  ["nothing", "", "$", /not valid/],
  ["text after the end", "1 2", "$", /text after/],
  ["a trailing comma", "[1,]", "$[1]", /not valid/],
  ["a missing comma", '{"a":1 "b":2}', "$", /not valid/],
  ["an unquoted key", "{a:1}", "$", /not valid/],
  ["single quotes", "'a'", "$", /not valid/],
  ["a comment", "/* */ 1", "$", /not valid/],
  ["a leading zero", "[01]", "$", /not valid/],
  ["a plus sign", "+1", "$", /not valid/],
  ["a bare fraction", ".5", "$", /not valid/],
  ["not-a-number", "NaN", "$", /not valid/],
  ["a raw line break in a string", '"a\nb"', "$", /not valid/],
  ["an unfinished string", '["a', "$[0]", /not valid/],
  ["an unknown escape", '"\\x41"', "$", /not valid/],
  ["a half escape", '"\\u12"', "$", /not valid/],
  ["a byte order mark", "\ufeff1", "$", /not valid/],
  ["a no-break space", "\u00a01", "$", /not valid/],
  // ATTACK: threats 37
  ["a duplicate key", '{"a":1,"b":{"c":1,"c":2}}', "$.b.c", /appears twice/],
  ["a duplicate key in another spelling", '{"a":1,"\\u0061":2}', "$.a", /appears twice/],
  ["`__proto__`", '{"x":{"__proto__":{}}}', "$.x.__proto__", /cannot be a key/],
  ["half a character", '{"a b":["\\ud800"]}', '$["a b"][0]', /half a character/],
  ["half a character as a key", '{"\\udc00":1}', "$", /half a character/],
  ["an integer that no double holds", "[9007199254740993]", "$[0]", /too large/],
  ["a negative one", "-9007199254740993", "$", /too large/],
  ["a large power", "1e20", "$", /too large/],
  ["an infinite number", "1e999", "$", /too large/],
  ["a text too deep", "[".repeat(9), "$[0][0][0][0][0][0][0][0]", /deeper than 8/],
  ["objects too deep", '{"a":'.repeat(9), `$${".a".repeat(8)}`, /deeper than 8/],
  ["a text too long", `"${"é".repeat(2_048)}"`, "$", /longer than 4096/],
];
for (const [title, text, path, message] of refusals) {
  test(`strict JSON refuses ${title}`, (t) => {
    const result = parse(text);
    t.true("refused" in result);
    if (!("refused" in result)) return;
    t.is(result.refused.path, path);
    t.regex(result.refused.message, message);
  });
}

test("a million brackets do not overflow the stack", (t) => {
  const result = parseJson("[".repeat(1_000_000), { bytesMax: 2_000_000 });
  t.true("refused" in result);
});

test("names of Object's own are keys as any other", (t) => {
  const result = parse('{"constructor":1,"toString":{"hasOwnProperty":true}}');
  t.deepEqual(
    JSON.stringify("value" in result && result.value),
    '{"constructor":1,"toString":{"hasOwnProperty":true}}',
  );
  t.is("value" in result && Object.getPrototypeOf(result.value), null);
});

test("what any JSON says is what JSON.parse says", (t) => {
  const property = fc.property(fc.json({ maxDepth: 5 }), (text) => {
    const result = parseJson(text, { bytesMax: 1_000_000 });
    return "value" in result
      ? JSON.stringify(result.value) === JSON.stringify(JSON.parse(text))
      : /too large|half|appears twice|__proto__/.test(result.refused.message + result.refused.path);
  });
  t.notThrows(() => fc.assert(property, { numRuns: 1_000 }));
});

test("what JSON.parse refuses is refused", (t) => {
  const token = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    '"',
    "\\",
    "a",
    "1",
    "-",
    ".",
    "e",
    " ",
    "true",
    "null",
    "\\u00e9",
    "\n",
  );
  const property = fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
    const text = tokens.join("");
    let valid = true;
    try {
      JSON.parse(text);
    } catch {
      valid = false;
    }
    return valid || "refused" in parseJson(text, { bytesMax: 4_096 });
  });
  t.notThrows(() => fc.assert(property, { numRuns: 5_000 }));
});
