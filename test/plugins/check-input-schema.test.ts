import { readFileSync } from "node:fs";
import test from "ava";
import type { Json, JsonObject } from "../../src/calls/json.ts";
import { checkInputSchema } from "../../src/plugins/check-input-schema.ts";
import { keywords, refusedKeywords } from "../../src/plugins/schema-keywords.ts";

const object = (more: JsonObject): JsonObject => ({ type: "object", ...more });
const ofCity = (city: Json): JsonObject => object({ properties: { city } });

const accepted: readonly (readonly [title: string, schema: JsonObject])[] = [
  ["the least", { type: "object" }],
  [
    "the design's own",
    object({ properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false }),
  ],
  ["several types", ofCity({ type: ["string", "null"], maxLength: 8 })],
  ["a local reference", object({ properties: { a: { $ref: "#/$defs/name" } }, $defs: { name: { type: "string" } } })],
  [
    "a property named like a keyword",
    ofCity({ type: "object", properties: { pattern: { type: "string" }, $ref: true } }),
  ],
  ["names of Object's own", object({ properties: { constructor: { type: "string" } }, required: ["constructor"] })],
  [
    "every kind of combination",
    ofCity({ anyOf: [{ const: 1 }, { not: { enum: [2, 3] } }], allOf: [true], oneOf: [{}] }),
  ],
  ["tuples", ofCity({ type: "array", prefixItems: [{ type: "string" }], items: false, minItems: 1, maxItems: 1 })],
  [
    "numbers",
    ofCity({ type: "number", minimum: 0, exclusiveMaximum: 1, multipleOf: 0.01, default: 0, examples: [0.5] }),
  ],
  ["16 levels", nested(15)],
  [
    "the dialect by name",
    object({ $schema: "https://json-schema.org/draft/2020-12/schema", $comment: "x", title: "x" }),
  ],
];
for (const [title, schema] of accepted) {
  test(`a schema may have: ${title}`, (t) => t.deepEqual(checkInputSchema(schema), []));
}

const refused: readonly (readonly [title: string, schema: JsonObject, path: string, message: RegExp])[] = [
  ["a root that takes no object", { type: "string" }, "$", /root must have `type = "object"`/],
  ["a root of several types", { type: ["object", "null"] }, "$", /root must have/],
  [
    "`pattern`",
    ofCity({ type: "string", pattern: "(a+)+$" }),
    "$.properties.city.pattern",
    /`pattern` is not supported.*enum/,
  ],
  ["`format`", ofCity({ format: "email" }), "$.properties.city.format", /`format` is not supported.*description/],
  ["`uniqueItems`", ofCity({ uniqueItems: true }), "$.properties.city.uniqueItems", /is not supported/],
  ["`$dynamicRef`", ofCity({ $dynamicRef: "#x" }), "$.properties.city.$dynamicRef", /is not supported.*\$defs/],
  ["`if`", object({ if: true }), "$.if", /is not supported.*anyOf/],
  ["`patternProperties`", object({ patternProperties: {} }), "$.patternProperties", /additionalProperties/],
  [
    "a misspelt keyword",
    object({ propertes: {} }),
    "$.propertes",
    /unknown keyword `propertes`.*did you mean `properties`/,
  ],
  [
    "a keyword that resembles none",
    object({ "x\u001b[0m": 1 }),
    '$["x\\\\u{1b}[0m"]',
    /unknown keyword `x\\u\{1b\}\[0m`$/,
  ],
  ["an unknown type", ofCity({ type: "text" }), "$.properties.city.type", /must be one of/],
  ["a type twice", ofCity({ type: ["string", "string"] }), "$.properties.city.type", /must be one of/],
  [
    "a keyword of another type",
    ofCity({ type: "string", minimum: 1 }),
    "$.properties.city.minimum",
    /says nothing of `string`/,
  ],
  ["properties that are no schemas", ofCity("string"), "$.properties.city", /must be a schema/],
  ["properties that are a list", object({ properties: [] }), "$.properties", /table of schemas/],
  ["a required name twice", object({ required: ["a", "a"] }), "$.required", /twice/],
  [
    "a required property that is not described",
    { ...ofCity(true), required: ["citty"] },
    "$.required",
    /did you mean `city`/,
  ],
  ["an empty `enum`", ofCity({ enum: [] }), "$.properties.city.enum", /at least one/],
  ["an `enum` value twice", ofCity({ enum: [{ a: 1 }, { a: 1 }] }), "$.properties.city.enum", /none twice/],
  ["an empty `anyOf`", ofCity({ anyOf: [] }), "$.properties.city.anyOf", /list of schemas/],
  ["a count below 0", ofCity({ minLength: -1 }), "$.properties.city.minLength", /whole number/],
  ["`multipleOf` 0", ofCity({ multipleOf: 0 }), "$.properties.city.multipleOf", /above 0/],
  ["a limit that is no number", ofCity({ maximum: "3" }), "$.properties.city.maximum", /must be a number/],
  ["another dialect", object({ $schema: "http://json-schema.org/draft-07/schema#" }), "$.$schema", /2020-12/],
  ["definitions below the root", ofCity({ $defs: {} }), "$.properties.city.$defs", /root only/],
  ["a reference elsewhere", ofCity({ $ref: "https://x.example/s" }), "$.properties.city.$ref", /own `\$defs`/],
  ["a reference to the root", ofCity({ $ref: "#" }), "$.properties.city.$ref", /own `\$defs`/],
  [
    "a reference to nothing",
    { ...ofCity({ $ref: "#/$defs/constructor" }), $defs: {} },
    "$.properties.city.$ref",
    /not there/,
  ],
  ["a schema too deep", nested(16), `$${".properties.a".repeat(16)}`, /deeper than 16/],
  // ATTACK: threats 22
  [
    "a definition of itself",
    object({ $defs: { a: { items: { $ref: "#/$defs/a" } } } }),
    "$.$defs.a",
    /refers to itself/,
  ],
  [
    "two definitions of each other",
    object({ $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } }, properties: { a: { $ref: "#/$defs/a" } } }),
    "$.$defs.a",
    /refers to itself/,
  ],
  ["a few lines that expand to billions", expanding(6, 10), "$", /more than 2000 schemas with its references/],
  ["a chain of references", expanding(5_000, 1), "$", /deeper than 16 schemas with its references/],
];
for (const [title, schema, path, message] of refused) {
  test(`a schema cannot have: ${title}`, (t) => {
    const findings = checkInputSchema(schema);
    const at = findings.find((finding) => finding.path === path);
    t.regex(
      `${at?.message}${at?.remedy ? ` (${at.remedy})` : ""}`.replace(/\)$/, ""),
      message,
      JSON.stringify(findings),
    );
  });
}

test("findings of a schema are bounded in number", (t) => {
  const properties = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`p${n}`, { pattern: "x" }]));
  t.is(checkInputSchema(object({ properties })).length, 50);
});

test("`docs/schemas.md` lists every keyword, taken or refused", (t) => {
  const page = readFileSync(new URL("../../docs/schemas.md", import.meta.url), "utf8");
  const named = (text: string): readonly string[] =>
    [...text.matchAll(/`([$A-Za-z]+)`/g)].map(([, name]) => name ?? "");
  const table = page.split("\n").filter((line) => /^\| (?!for)/.test(line));
  t.deepEqual(named(table.join("\n")).toSorted(), [...keywords.keys()].toSorted());
  const refusals = page.split("\n").find((line) => line.startsWith("`pattern`")) ?? "";
  t.deepEqual(named(refusals), [...refusedKeywords.keys()]);
});

function nested(levels: number): JsonObject {
  let schema: JsonObject = { type: "object" };
  for (let level = 0; level < levels; level++) schema = object({ properties: { a: schema } });
  return schema;
}

/** Definitions that each mention the next one `times` times. */
function expanding(length: number, times: number): JsonObject {
  const definition = (n: number): JsonObject => ({
    allOf: Array.from({ length: times }, () => (n + 1 < length ? { $ref: `#/$defs/d${n + 1}` } : { type: "string" })),
  });
  const $defs = Object.fromEntries(Array.from({ length }, (_, n) => [`d${n}`, definition(n)]));
  return object({ $defs, properties: { a: { $ref: "#/$defs/d0" } } });
}
