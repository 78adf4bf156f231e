import test from "ava";
import fc from "fast-check";
import type { Json, JsonObject } from "../../src/calls/json.ts";
import { checkInputSchema } from "../../src/plugins/check-input-schema.ts";
import { validateInput } from "../../src/plugins/validate-input.ts";

const ofA = (a: Json): JsonObject => ({ type: "object", properties: { a }, $defs: { name: { type: "string" } } });

const rows: readonly (readonly [schema: Json, valid: readonly Json[], invalid: readonly Json[]])[] = [
  [{ type: "string" }, ["", "x"], [1, null, [], {}, true]],
  [{ type: "integer" }, [1, -0, 1.0], [1.5, "1", null]],
  [{ type: "number" }, [1, 1.5], ["1", true]],
  [{ type: "null" }, [null], [0, false, "", {}]],
  [{ type: "boolean" }, [true, false], [0, 1, "true"]],
  [{ type: "array" }, [[], [1]], [{}, "[]", null]],
  [{ type: "object" }, [{}, { a: 1 }], [[], null, "{}"]],
  [{ type: ["string", "null"] }, ["x", null], [1, {}]],
  [{ enum: [1, "a", { x: [1, 2] }] }, [1, "a", { x: [1, 2] }], [2, { x: [2, 1] }, { x: [1, 2], y: 1 }, "1"]],
  [{ const: { a: 1, b: 2 } }, [{ b: 2, a: 1 }], [{ a: 1 }, { a: 1, b: 3 }, [1, 2]]],
  [{ const: null }, [null], [0, false]],
  [{ minLength: 2, maxLength: 3 }, ["ab", "abc", "😀😀", 1], ["a", "abcd", "😀"]],
  [{ minimum: 1, maximum: 3 }, [1, 2, 3, "0"], [0, 4, 0.9]],
  [{ exclusiveMinimum: 1, exclusiveMaximum: 3 }, [2, 1.1], [1, 3]],
  [{ multipleOf: 0.1 }, [0.3, 1, 0, -0.7, 1e20], [0.35, 1e-7]],
  [{ multipleOf: 3 }, [9, -3], [10]],
  [{ items: { type: "string" }, minItems: 1, maxItems: 2 }, [["a"], ["a", "b"], "x"], [[], ["a", "b", "c"], ["a", 1]]],
  [{ prefixItems: [{ type: "string" }, { type: "number" }], items: false }, [["a", 1], ["a"], []], [[1], ["a", 1, 2]]],
  [{ properties: { b: { type: "string" } }, additionalProperties: false }, [{}, { b: "x" }, 7], [{ b: 1 }, { c: 1 }]],
  [{ additionalProperties: { type: "string" } }, [{ x: "y" }], [{ x: 1 }]],
  [{ properties: { b: false } }, [{ c: 1 }], [{ b: 1 }]],
  [{ required: ["b", "constructor"] }, [{ b: 1, constructor: 2 }, "x"], [{ b: 1 }, {}]],
  [{ minProperties: 1, maxProperties: 1 }, [{ b: 1 }], [{}, { b: 1, c: 2 }]],
  [{ anyOf: [{ type: "string" }, { minimum: 5, type: "number" }] }, ["x", 6], [4, null]],
  [{ oneOf: [{ minimum: 5 }, { maximum: 7 }] }, [4, 8], [6]],
  [{ allOf: [{ minimum: 5 }, { maximum: 7 }] }, [6], [4, 8]],
  [{ not: { type: "string" } }, [1], ["x"]],
  [{ $ref: "#/$defs/name", maxLength: 1 }, ["x"], [1, "xx"]],
  [true, [1, null, {}], []],
  [false, [], [1, null, {}]],
];
for (const [schema, valid, invalid] of rows) {
  test(`${JSON.stringify(schema)} is judged as JSON Schema says`, (t) => {
    t.deepEqual(checkInputSchema(ofA(schema)), []);
    for (const a of valid) t.deepEqual(validateInput(ofA(schema), { a }), [], JSON.stringify(a));
    for (const a of invalid) t.not(validateInput(ofA(schema), { a }).length, 0, JSON.stringify(a));
  });
}

test("violations say where and what, and quote no value", (t) => {
  const schema: JsonObject = {
    type: "object",
    properties: { city: { type: "string", maxLength: 3 }, days: { type: "array", items: { type: "integer" } } },
    required: ["unit"],
    additionalProperties: false,
  };
  t.deepEqual(validateInput(schema, { city: "secret", days: [1, 1.5], "x y": 1 }), [
    { path: "$", message: "lacks the property `unit`" },
    { path: "$.city", message: "has more than 3 characters" },
    { path: "$.days[1]", message: "must be `integer`" },
    { path: '$["x y"]', message: "is not a property that is known here" },
  ]);
});

// ATTACK: threats 37
test("what every object inherits is neither a property nor a schema", (t) => {
  t.is(validateInput({ type: "object", required: ["toString"] }, {}).length, 1);
  t.is(validateInput({ type: "object", properties: {}, additionalProperties: false }, { constructor: 1 }).length, 1);
  t.is(validateInput({ type: "object", properties: { a: { const: {} } } }, { a: { valueOf: 1 } }).length, 1);
  t.deepEqual(validateInput({ type: "object", properties: {} }, { constructor: 1 }), []);
  const own: JsonObject = JSON.parse('{"__proto__":{"a":1}}');
  t.is(validateInput({ type: "object", additionalProperties: false }, own).length, 1);
});

// ATTACK: threats 22
test("an input that is too costly to judge is not valid", (t) => {
  const forms = Array.from({ length: 100 }, (_, n) => ({ const: n }));
  const schema: JsonObject = { type: "object", properties: { a: { type: "array", items: { anyOf: forms } } } };
  t.deepEqual(checkInputSchema(schema), []);
  t.deepEqual(validateInput(schema, { a: Array.from({ length: 10_000 }, () => "x") }), [
    { path: "$", message: "is too large to be checked" },
  ]);
});

test("violations are bounded in number", (t) => {
  const schema: JsonObject = { type: "object", additionalProperties: false };
  t.is(validateInput(schema, Object.fromEntries(Array.from({ length: 900 }, (_, n) => [`p${n}`, n]))).length, 50);
});

test("a value is valid under the schema that lists it", (t) => {
  const property = fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
    const a = value as Json;
    return (
      validateInput(ofA({ const: a }), { a }).length === 0 &&
      validateInput(ofA({ not: { const: a } }), { a }).length > 0
    );
  });
  t.notThrows(() => fc.assert(property, { numRuns: 500 }));
});
