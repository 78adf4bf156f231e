import type { Json, JsonObject } from "../calls/json.ts";
import type { PluginManifest } from "../plugins/plugin-manifest.ts";
import { definitionName } from "../plugins/schema-keywords.ts";

const header = "// Made by `yoi plugin build` from the schemas in plugin.toml. Change those, not this.\n";

// ATTACK: what cannot be seen, or reorders what can, makes code read as what it is not (threats 34).
const unseen = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/**
 * TypeScript for what a checked manifest's schemas describe: `Tools` with one input type per tool, and `Config` where
 * there is a `config_schema`. The same manifest gives the same text. What TypeScript cannot say (bounds, `not`,
 * exactly one of several) is left out, so a type admits all that its schema admits.
 */
export function generateTypes({ tools, configSchema }: PluginManifest): string {
  const members = tools.map(({ name, description, inputSchema }) => {
    const type = typeOf(inputSchema, { root: inputSchema, indent: "  " });
    return `${comment(description, "  ")}  ${key(name)}: ${type};\n`;
  });
  const config =
    configSchema === undefined
      ? ""
      : `\nexport type Config = ${typeOf(configSchema, { root: configSchema, indent: "" })};\n`;
  return `${header}export interface Tools {\n${members.join("")}}\n${config}`;
}

interface Spot {
  readonly root: JsonObject;
  readonly indent: string;
}

function typeOf(schema: Json | undefined, spot: Spot): string {
  if (schema === false) return "never";
  if (!isObject(schema)) return "unknown";
  const parts = [
    ...(schema["$ref"] === undefined ? [] : [typeOf(definition(schema["$ref"], spot.root), spot)]),
    ...(Array.isArray(schema["enum"]) ? [unionOf(schema["enum"].map(literal))] : []),
    ...(schema["const"] === undefined ? [] : [literal(schema["const"])]),
    ...(Array.isArray(schema["anyOf"]) ? [alternatives(schema["anyOf"], spot)] : []),
    ...(Array.isArray(schema["oneOf"]) ? [alternatives(schema["oneOf"], spot)] : []),
    ...(Array.isArray(schema["allOf"]) ? schema["allOf"].map((inner) => typeOf(inner, spot)) : []),
  ];
  // Literals say more than the type that they are of.
  const plain = parts.length > 0 && schema["properties"] === undefined ? undefined : plainType(schema, spot);
  const said = [...(plain === undefined ? [] : [plain]), ...parts].filter((part) => part !== "unknown");
  return said.length === 0 ? "unknown" : said.map((part) => (said.length > 1 ? `(${part})` : part)).join(" & ");
}

function plainType(schema: JsonObject, spot: Spot): string {
  const { type } = schema;
  const names: readonly (Json | undefined)[] = Array.isArray(type) ? type : [type];
  return unionOf(names.map((name) => namedType(name, schema, spot)));
}

function namedType(name: Json | undefined, schema: JsonObject, spot: Spot): string {
  switch (name) {
    case "object":
      return objectType(schema, spot);
    case "array":
      return arrayType(schema, spot);
    case "integer":
    case "number":
      return "number";
    case "string":
    case "boolean":
    case "null":
      return name;
    default:
      return "unknown";
  }
}

function objectType(schema: JsonObject, spot: Spot): string {
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const required: readonly Json[] = Array.isArray(schema["required"]) ? schema["required"] : [];
  const indent = `${spot.indent}  `;
  const members = Object.entries(properties).map(([name, inner]) => {
    const description = isObject(inner) ? inner["description"] : undefined;
    const optional = required.includes(name) ? "" : "?";
    const type = typeOf(inner, { ...spot, indent });
    return `${comment(description, indent)}${indent}readonly ${key(name)}${optional}: ${type};\n`;
  });
  // An index signature must admit the named properties too, so beside those it can only say that there may be more.
  const more = schema["additionalProperties"];
  const others = more === undefined || members.length > 0 ? "unknown" : typeOf(more, { ...spot, indent });
  if (more !== false) members.push(`${indent}readonly [name: string]: ${others};\n`);
  return members.length === 0 ? "Record<string, never>" : `{\n${members.join("")}${spot.indent}}`;
}

function arrayType(schema: JsonObject, spot: Spot): string {
  const { items, prefixItems } = schema;
  const rest = typeOf(items, spot);
  if (!Array.isArray(prefixItems)) return `readonly (${rest})[]`;
  const first = prefixItems.map((inner) => `(${typeOf(inner, spot)})?`);
  return `readonly [${[...first, ...(items === false ? [] : [`...(${rest})[]`])].join(", ")}]`;
}

function alternatives(schemas: readonly Json[], spot: Spot): string {
  return unionOf(schemas.map((schema) => typeOf(schema, spot)));
}

function unionOf(types: readonly string[]): string {
  if (types.includes("unknown")) return "unknown";
  return [...new Set(types)].map((type, _, all) => (all.length > 1 ? `(${type})` : type)).join(" | ");
}

function definition(ref: Json, root: JsonObject): Json | undefined {
  const name = definitionName(ref);
  const definitions = root["$defs"];
  return name !== undefined && isObject(definitions) && Object.hasOwn(definitions, name)
    ? definitions[name]
    : undefined;
}

function literal(value: Json): string {
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) return `readonly [${value.map(literal).join(", ")}]`;
  if (!isObject(value)) return String(value);
  const members = Object.entries(value).map(([name, inner]) => `readonly ${key(name)}: ${literal(inner)}`);
  return `{ ${members.join("; ")} }`;
}

function key(name: string): string {
  return /^[A-Za-z_$][A-Za-z0-9_$]*$/.test(name) ? name : quote(name);
}

/** Text as a string literal. */
function quote(text: string): string {
  return JSON.stringify(text).replace(unseen, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

// ATTACK: a description could close its comment and go on as code (threats 34); and it is shown in editors.
function comment(text: Json | undefined, indent: string): string {
  if (typeof text !== "string" || text.trim() === "") return "";
  const line = text.replace(/\s+/g, " ").trim().replace(unseen, "").replaceAll("*/", "*\\/");
  return `${indent}/** ${line} */\n`;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
