import type { Json, JsonObject } from "../calls/json.ts";
import { limits } from "../calls/limits.ts";
import { escapeText } from "../errors/escape-text.ts";
import { isMultipleOf } from "./is-multiple-of.ts";
import { elementPath, memberPath } from "./json-path.ts";
import { isJsonArray, isJsonObject } from "./json-shape.ts";
import { definitionName } from "./schema-keywords.ts";

/** Where a value breaks its schema, as `$.city`, and how. It quotes names of properties and never a value. */
export interface Violation {
  readonly path: string;
  readonly message: string;
}

/**
 * Judges a value by a schema that `checkInputSchema` had nothing against; no violations means valid.
 * It interprets the schema within a budget of steps, and what cannot be judged within it is not valid.
 */
export function validateInput(
  schema: JsonObject,
  value: Json,
  { stepsMax = limits.validationStepsMax }: { readonly stepsMax?: number } = {},
): readonly Violation[] {
  try {
    return new Judge(schema, stepsMax).judge(schema, value, "$").slice(0, limits.findingsMax);
  } catch (error) {
    if (!(error instanceof OutOfSteps)) throw error;
    // FAIL-CLOSED: an input that is too costly to judge is refused, never waved through.
    return [{ path: "$", message: "is too large to be checked" }];
  }
}

class OutOfSteps extends Error {}

type Violations = readonly Violation[];
const none: Violations = [];
const charactersPerStep = 64;

class Judge {
  readonly #definitions: Json | undefined;
  #stepsLeft: number;

  constructor(root: JsonObject, stepsMax: number) {
    this.#definitions = root["$defs"];
    this.#stepsLeft = stepsMax;
  }

  judge(schema: Json | undefined, value: Json, path: string): Violations {
    this.#spend(1);
    if (schema === true) return none;
    if (schema === undefined || schema === false || !isJsonObject(schema))
      return [{ path, message: "is not allowed here" }];
    const typed = judgeType(schema["type"], value, path);
    if (typed.length > 0) return typed;
    return [
      ...this.#judgeValues(schema, value, path),
      ...this.#judgeForms(schema, value, path),
      ...(typeof value === "string" ? this.#judgeString(schema, value, path) : none),
      ...(typeof value === "number" ? judgeNumber(schema, value, path) : none),
      ...(isJsonArray(value) ? this.#judgeArray(schema, value, path) : none),
      ...(isJsonObject(value) ? this.#judgeObject(schema, value, path) : none),
    ];
  }

  #judgeValues(schema: JsonObject, value: Json, path: string): Violations {
    const { enum: allowed, const: only } = schema;
    if (isJsonArray(allowed) && !allowed.some((item) => this.#equal(item, value))) {
      return [{ path, message: "is none of the values that are allowed" }];
    }
    if (only !== undefined && !this.#equal(only, value))
      return [{ path, message: "is not the value that is required" }];
    return none;
  }

  #judgeForms(schema: JsonObject, value: Json, path: string): Violations {
    const { anyOf, oneOf, allOf, not, $ref } = schema;
    const found: Violation[] = [];
    if ($ref !== undefined) {
      const name = definitionName($ref);
      const definition =
        name !== undefined && isJsonObject(this.#definitions) ? own(this.#definitions, name) : undefined;
      found.push(...this.judge(definition, value, path));
    }
    if (isJsonArray(allOf)) for (const form of allOf) found.push(...this.judge(form, value, path));
    if (isJsonArray(anyOf) && !anyOf.some((form) => this.judge(form, value, path).length === 0)) {
      found.push({ path, message: "has none of the forms that are allowed" });
    }
    if (isJsonArray(oneOf) && oneOf.filter((form) => this.judge(form, value, path).length === 0).length !== 1) {
      found.push({ path, message: "does not have exactly one of the forms that are allowed" });
    }
    if (not !== undefined && this.judge(not, value, path).length === 0) {
      found.push({ path, message: "has a form that is not allowed" });
    }
    return found;
  }

  #judgeString(schema: JsonObject, value: string, path: string): Violations {
    const { minLength, maxLength } = schema;
    if (minLength === undefined && maxLength === undefined) return none;
    this.#spend(value.length / charactersPerStep);
    // The length of JSON Schema is in characters, not in UTF-16 units.
    return judgeCount(Array.from(value).length, minLength, maxLength, "characters", path);
  }

  #judgeArray(schema: JsonObject, value: readonly Json[], path: string): Violations {
    const { items, prefixItems, minItems, maxItems } = schema;
    const found = judgeCount(value.length, minItems, maxItems, "elements", path);
    const prefix = isJsonArray(prefixItems) ? prefixItems : [];
    for (const [element, inner] of value.entries()) {
      const form = element < prefix.length ? prefix[element] : items;
      if (form !== undefined) found.push(...this.judge(form, inner, elementPath(path, element)));
    }
    return found;
  }

  #judgeObject(schema: JsonObject, value: JsonObject, path: string): Violations {
    const { properties, required, additionalProperties, minProperties, maxProperties } = schema;
    const names = Object.keys(value);
    const found = judgeCount(names.length, minProperties, maxProperties, "properties", path);
    for (const name of isJsonArray(required) ? required : []) {
      this.#spend(1);
      // INVARIANT: only own properties count, on either side: `constructor` is there only if it was sent.
      if (typeof name === "string" && !Object.hasOwn(value, name)) {
        found.push({ path, message: `lacks the property \`${escapeText(name, 64)}\`` });
      }
    }
    for (const name of names) {
      this.#spend(1);
      const inner = own(value, name);
      const described = isJsonObject(properties) ? own(properties, name) : undefined;
      const form = described ?? additionalProperties ?? true;
      if (inner === undefined) continue;
      const at = memberPath(path, name);
      if (form === false) found.push({ path: at, message: "is not a property that is known here" });
      else found.push(...this.judge(form, inner, at));
    }
    return found;
  }

  #equal(a: Json, b: Json): boolean {
    this.#spend(1);
    if (isJsonArray(a)) {
      return isJsonArray(b) && a.length === b.length && a.every((item, at) => this.#equal(item, b[at] ?? null));
    }
    if (!isJsonObject(a)) return a === b;
    if (!isJsonObject(b)) return false;
    const names = Object.keys(a);
    return (
      names.length === Object.keys(b).length &&
      names.every((name) => Object.hasOwn(b, name) && this.#equal(own(a, name) ?? null, own(b, name) ?? null))
    );
  }

  #spend(steps: number): void {
    this.#stepsLeft -= steps;
    if (this.#stepsLeft < 0) throw new OutOfSteps();
  }
}

function judgeType(type: Json | undefined, value: Json, path: string): Violations {
  if (type === undefined) return none;
  const allowed = isJsonArray(type) ? type : [type];
  if (allowed.some((name) => isOfType(name, value))) return none;
  return [{ path, message: `must be ${allowed.map((name) => `\`${String(name)}\``).join(" or ")}` }];
}

function isOfType(name: Json, value: Json): boolean {
  switch (name) {
    case "object":
      return isJsonObject(value);
    case "array":
      return isJsonArray(value);
    case "integer":
      return Number.isInteger(value);
    case "null":
      return value === null;
    default:
      return typeof value === name;
  }
}

function judgeNumber(schema: JsonObject, value: number, path: string): Violations {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const found: Violation[] = [];
  if (typeof minimum === "number" && value < minimum) found.push({ path, message: `is less than ${minimum}` });
  if (typeof maximum === "number" && value > maximum) found.push({ path, message: `is more than ${maximum}` });
  if (typeof exclusiveMinimum === "number" && value <= exclusiveMinimum) {
    found.push({ path, message: `is not more than ${exclusiveMinimum}` });
  }
  if (typeof exclusiveMaximum === "number" && value >= exclusiveMaximum) {
    found.push({ path, message: `is not less than ${exclusiveMaximum}` });
  }
  if (typeof multipleOf === "number" && !isMultipleOf(value, multipleOf)) {
    found.push({ path, message: `is not a multiple of ${multipleOf}` });
  }
  return found;
}

function judgeCount(
  count: number,
  min: Json | undefined,
  max: Json | undefined,
  of: string,
  path: string,
): Violation[] {
  const found: Violation[] = [];
  if (typeof min === "number" && count < min) found.push({ path, message: `has fewer than ${min} ${of}` });
  if (typeof max === "number" && count > max) found.push({ path, message: `has more than ${max} ${of}` });
  return found;
}

function own(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
