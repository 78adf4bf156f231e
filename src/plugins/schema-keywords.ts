/** The types that JSON Schema knows. */
export const schemaTypes = ["object", "array", "string", "number", "integer", "boolean", "null"] as const;
export type SchemaType = (typeof schemaTypes)[number];

/** What the value of a keyword has to be. */
type KeywordShape =
  | "type"
  | "schema"
  | "schemas"
  | "members"
  | "names"
  | "values"
  | "value"
  | "count"
  | "number"
  | "positive"
  | "text"
  | "flag"
  | "ref"
  | "dialect";

export interface Keyword {
  readonly shape: KeywordShape;
  /** The types that the keyword speaks of; absent where it speaks of any. */
  readonly types?: readonly SchemaType[];
}

const ofObjects: readonly SchemaType[] = ["object"];
const ofArrays: readonly SchemaType[] = ["array"];
const ofStrings: readonly SchemaType[] = ["string"];
const ofNumbers: readonly SchemaType[] = ["number", "integer"];

/** The subset of JSON Schema 2020-12 that schemas of a plugin are written in: these keywords and no others. */
export const keywords: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ["$schema", { shape: "dialect" }],
  ["$ref", { shape: "ref" }],
  ["$defs", { shape: "members" }],
  ["$comment", { shape: "text" }],
  ["title", { shape: "text" }],
  ["description", { shape: "text" }],
  ["default", { shape: "value" }],
  ["examples", { shape: "values" }],
  ["deprecated", { shape: "flag" }],
  ["type", { shape: "type" }],
  ["enum", { shape: "values" }],
  ["const", { shape: "value" }],
  ["anyOf", { shape: "schemas" }],
  ["oneOf", { shape: "schemas" }],
  ["allOf", { shape: "schemas" }],
  ["not", { shape: "schema" }],
  ["properties", { shape: "members", types: ofObjects }],
  ["required", { shape: "names", types: ofObjects }],
  ["additionalProperties", { shape: "schema", types: ofObjects }],
  ["minProperties", { shape: "count", types: ofObjects }],
  ["maxProperties", { shape: "count", types: ofObjects }],
  ["items", { shape: "schema", types: ofArrays }],
  ["prefixItems", { shape: "schemas", types: ofArrays }],
  ["minItems", { shape: "count", types: ofArrays }],
  ["maxItems", { shape: "count", types: ofArrays }],
  ["minLength", { shape: "count", types: ofStrings }],
  ["maxLength", { shape: "count", types: ofStrings }],
  ["minimum", { shape: "number", types: ofNumbers }],
  ["maximum", { shape: "number", types: ofNumbers }],
  ["exclusiveMinimum", { shape: "number", types: ofNumbers }],
  ["exclusiveMaximum", { shape: "number", types: ofNumbers }],
  ["multipleOf", { shape: "positive", types: ofNumbers }],
]);

const checkInTool = "say it in `description` and check it in the tool";

/** Keywords of JSON Schema that are known and refused, each with what to use instead. */
export const refusedKeywords: ReadonlyMap<string, string> = new Map([
  ["pattern", `list the values with \`enum\`, or ${checkInTool}`],
  ["format", checkInTool],
  ["uniqueItems", checkInTool],
  ["patternProperties", "use `additionalProperties` with a schema"],
  ["propertyNames", "name the properties in `properties`"],
  ["unevaluatedProperties", "use `additionalProperties`"],
  ["unevaluatedItems", "use `items`"],
  ["additionalItems", "use `items`"],
  ["contains", "use `items`"],
  ["minContains", "use `minItems`"],
  ["maxContains", "use `maxItems`"],
  ["if", "use `anyOf`"],
  ["then", "use `anyOf`"],
  ["else", "use `anyOf`"],
  ["dependentRequired", "use `anyOf`"],
  ["dependentSchemas", "use `anyOf`"],
  ["dependencies", "use `anyOf`"],
  ["definitions", "use `$defs`"],
  ["$id", "use `$ref` into `$defs`"],
  ["$anchor", "use `$ref` into `$defs`"],
  ["$dynamicRef", "use `$ref` into `$defs`"],
  ["$dynamicAnchor", "use `$ref` into `$defs`"],
  ["$recursiveRef", "use `$ref` into `$defs`"],
  ["$recursiveAnchor", "use `$ref` into `$defs`"],
  ["$vocabulary", "remove it"],
  ["nullable", 'use `type = ["string", "null"]`'],
  ["contentEncoding", checkInTool],
  ["contentMediaType", checkInTool],
  ["contentSchema", checkInTool],
  ["readOnly", "remove it"],
  ["writeOnly", "remove it"],
]);

/** The name of the definition that a local reference points to; nothing for any other text. */
export function definitionName(ref: unknown): string | undefined {
  if (typeof ref !== "string" || !ref.startsWith("#/$defs/")) return undefined;
  const name = ref.slice("#/$defs/".length);
  return name === "" || name.includes("/") || name.includes("~") || name.includes("%") ? undefined : name;
}
