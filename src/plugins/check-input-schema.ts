import type { Json, JsonObject } from "../calls/json.ts";
import { limits } from "../calls/limits.ts";
import { escapeText } from "../errors/escape-text.ts";
import { suggestName } from "../errors/suggest-name.ts";
import { elementPath, memberPath } from "./json-path.ts";
import { isJsonArray, isJsonObject } from "./json-shape.ts";
import { measureSchema } from "./measure-schema.ts";
import { definitionName, keywords, refusedKeywords, type SchemaType, schemaTypes } from "./schema-keywords.ts";

/** What is wrong with a schema, and where in it: `$.properties.city`. */
export interface SchemaFinding {
  readonly path: string;
  readonly message: string;
  readonly remedy?: string;
}

/**
 * Holds a schema against the subset that `schema-keywords.ts` lists: its root takes an object, references are local
 * and never recursive, depth and nodes are bounded with references expanded. A schema without findings can be judged by
 * `validateInput`.
 */
export function checkInputSchema(schema: JsonObject): readonly SchemaFinding[] {
  const root = schema["type"] === "object" ? [] : found({ path: "$" }, 'the root must have `type = "object"`');
  const findings = [...root, ...checkNode(schema, { path: "$", depth: 1, root: schema })];
  // References are only followed once it is known that all of them lead somewhere.
  return findings.length > 0 ? findings.slice(0, limits.findingsMax) : measureSchema(schema);
}

interface Spot {
  readonly path: string;
  readonly depth: number;
  readonly root: JsonObject;
}

type Findings = readonly SchemaFinding[];

function checkNode(node: Json | undefined, spot: Spot): Findings {
  if (typeof node === "boolean" && spot.depth > 1) return [];
  if (!isJsonObject(node)) return found(spot, "must be a schema: a table, `true` or `false`");
  if (spot.depth > limits.schemaDepthMax) return found(spot, `is nested deeper than ${limits.schemaDepthMax} schemas`);
  return [...Object.keys(node).flatMap((name) => checkKeyword(node, name, spot)), ...checkRequired(node, spot)];
}

function checkKeyword(node: JsonObject, name: string, spot: Spot): Findings {
  const keyword = keywords.get(name);
  const at: Spot = { ...spot, path: memberPath(spot.path, name) };
  if (keyword === undefined) return refuseKeyword(name, at);
  if ((name === "$defs" || name === "$schema") && spot.depth > 1) return found(at, "stands at the root only");
  const types = typesOf(node);
  if (keyword.types !== undefined && types.length > 0 && !types.some((type) => keyword.types?.includes(type))) {
    return found(at, `says nothing of ${types.map((type) => `\`${type}\``).join(" or ")}`);
  }
  const value = node[name];
  switch (keyword.shape) {
    case "type":
      return checkType(value, at);
    case "schema":
      return checkNode(value, { ...at, depth: spot.depth + 1 });
    case "schemas":
      return checkSchemas(value, at);
    case "members":
      return checkMembers(value, at);
    case "names":
      return checkNames(value, at);
    case "values":
      return checkValues(name, value, at);
    case "ref":
      return checkRef(value, at);
    default:
      return checkPlain(keyword.shape, value, at);
  }
}

function refuseKeyword(name: string, at: Spot): Findings {
  const named = `\`${escapeText(name, 64)}\``;
  const instead = refusedKeywords.get(name);
  if (instead !== undefined) return found(at, `keyword ${named} is not supported`, instead);
  const meant = suggestName(name, keywords.keys());
  return found(at, `unknown keyword ${named}`, meant && `did you mean \`${meant}\`?`);
}

function checkType(value: Json | undefined, at: Spot): Findings {
  const named: readonly (Json | undefined)[] = isJsonArray(value) ? value : [value];
  if (named.length > 0 && new Set(named).size === named.length && named.every(isSchemaType)) return [];
  return found(at, `must be one of ${schemaTypes.map((type) => `\`${type}\``).join(", ")}, or a list of them`);
}

function checkSchemas(value: Json | undefined, at: Spot): Findings {
  if (!isJsonArray(value) || value.length === 0) return found(at, "must be a list of schemas");
  return value.flatMap((node, element) =>
    checkNode(node, { ...at, path: elementPath(at.path, element), depth: at.depth + 1 }),
  );
}

function checkMembers(value: Json | undefined, at: Spot): Findings {
  if (!isJsonObject(value)) return found(at, "must be a table of schemas");
  return Object.keys(value).flatMap((name) =>
    checkNode(value[name], { ...at, path: memberPath(at.path, name), depth: at.depth + 1 }),
  );
}

function checkNames(value: Json | undefined, at: Spot): Findings {
  if (!isJsonArray(value) || !value.every((name) => typeof name === "string")) {
    return found(at, "must be a list of names");
  }
  return new Set(value).size < value.length ? found(at, "names one property twice") : [];
}

function checkValues(name: string, value: Json | undefined, at: Spot): Findings {
  if (!isJsonArray(value)) return found(at, "must be a list of values");
  const distinct = new Set(value.map((item) => JSON.stringify(item)));
  if (name !== "enum" || (value.length > 0 && distinct.size === value.length)) return [];
  return found(at, "must list at least one value, and none twice");
}

function checkRef(value: Json | undefined, at: Spot): Findings {
  const name = definitionName(value);
  if (name === undefined) return found(at, "must point into the schema's own `$defs`", "write `#/$defs/<name>`");
  const definitions = at.root["$defs"];
  if (isJsonObject(definitions) && Object.hasOwn(definitions, name)) return [];
  return found(at, "points to a definition that is not there");
}

const plainShapes: Readonly<
  Record<
    "text" | "flag" | "number" | "positive" | "count" | "value" | "dialect",
    readonly [fits: (value: unknown) => boolean, wanted: string]
  >
> = {
  text: [(value) => typeof value === "string", "must be a string"],
  flag: [(value) => typeof value === "boolean", "must be `true` or `false`"],
  number: [(value) => typeof value === "number", "must be a number"],
  positive: [(value) => typeof value === "number" && value > 0, "must be a number above 0"],
  count: [(value) => Number.isSafeInteger(value) && Number(value) >= 0, "must be a whole number, 0 or more"],
  value: [() => true, ""],
  dialect: [
    (value) => value === "https://json-schema.org/draft/2020-12/schema",
    "must be `https://json-schema.org/draft/2020-12/schema`",
  ],
};

function checkPlain(shape: keyof typeof plainShapes, value: Json | undefined, at: Spot): Findings {
  const [fits, wanted] = plainShapes[shape];
  return fits(value) ? [] : found(at, wanted);
}

/** A required property that is not described is a slip of the pen more often than a wish. */
function checkRequired(node: JsonObject, spot: Spot): Findings {
  const { properties, required } = node;
  if (!isJsonObject(properties) || !isJsonArray(required)) return [];
  const at: Spot = { ...spot, path: memberPath(spot.path, "required") };
  return required.flatMap((name): Findings => {
    if (typeof name !== "string" || Object.hasOwn(properties, name)) return [];
    const meant = suggestName(name, Object.keys(properties));
    const message = `names \`${escapeText(name, 64)}\`, which \`properties\` does not have`;
    return found(at, message, meant && `did you mean \`${escapeText(meant, 64)}\`?`);
  });
}

function typesOf(node: JsonObject): readonly SchemaType[] {
  const { type } = node;
  return (isJsonArray(type) ? type : [type]).filter(isSchemaType);
}

function isSchemaType(value: unknown): value is SchemaType {
  return schemaTypes.some((type) => type === value);
}

function found({ path }: Pick<Spot, "path">, message: string, remedy?: string): Findings {
  return [{ path, message, ...(remedy !== undefined && { remedy }) }];
}
