import type { Json, JsonObject } from "../calls/json.ts";
import { limits } from "../calls/limits.ts";
import { memberPath } from "./json-path.ts";
import { isJsonArray, isJsonObject } from "./json-shape.ts";
import { definitionName, keywords } from "./schema-keywords.ts";

interface Size {
  readonly nodes: number;
  readonly depth: number;
}

/**
 * Bounds a schema as large as it is with every reference expanded, and refuses recursion. Each definition is
 * measured once, so that a few lines which expand to billions of nodes cost a few steps.
 */
export function measureSchema(schema: JsonObject): readonly { readonly path: string; readonly message: string }[] {
  const definitions = isJsonObject(schema["$defs"]) ? schema["$defs"] : {};
  const sizes = new Map<string, Size | "measuring">();
  const recursive = new Set<string>();

  const measure = (node: Json | undefined, followed: number): Size => {
    if (!isJsonObject(node)) return { nodes: 1, depth: 1 };
    const name = definitionName(node["$ref"]);
    const inner = subschemas(node).map((schema) => measure(schema, followed));
    if (name !== undefined) inner.push(measureDefinition(name, followed + 1));
    return {
      nodes: inner.reduce((sum, size) => sum + size.nodes, 1),
      depth: inner.reduce((deepest, size) => Math.max(deepest, size.depth), 0) + 1,
    };
  };

  const measureDefinition = (name: string, followed: number): Size => {
    // A chain of references is deeper than its number of links, so following may stop here.
    if (followed > limits.schemaDepthMax) return { nodes: 1, depth: limits.schemaDepthMax };
    const known = sizes.get(name);
    // ATTACK: a schema that refers to itself would be followed as long as the input allows (threats 22).
    if (known === "measuring") recursive.add(name);
    if (known !== undefined) return known === "measuring" ? { nodes: 1, depth: 1 } : known;
    sizes.set(name, "measuring");
    const size = measure(definitions[name], followed);
    sizes.set(name, size);
    return size;
  };

  const whole = measure(schema, 0);
  for (const name of Object.keys(definitions)) measureDefinition(name, 0);
  const findings = [...recursive].map((name) => ({
    path: memberPath("$.$defs", name),
    message: "refers to itself, and recursion is not supported",
  }));
  if (findings.length > 0) return findings;
  if (whole.depth > limits.schemaDepthMax) {
    return [{ path: "$", message: `is deeper than ${limits.schemaDepthMax} schemas with its references expanded` }];
  }
  if (whole.nodes > limits.schemaNodesMax) {
    return [{ path: "$", message: `has more than ${limits.schemaNodesMax} schemas with its references expanded` }];
  }
  return [];
}

/** The schemas that a schema holds, definitions aside. */
function subschemas(node: JsonObject): readonly Json[] {
  return Object.keys(node).flatMap((name): readonly Json[] => {
    const value = node[name];
    const shape = keywords.get(name)?.shape;
    if (value === undefined || name === "$defs") return [];
    if (shape === "schema") return [value];
    if (shape === "schemas" && isJsonArray(value)) return value;
    return shape === "members" && isJsonObject(value) ? Object.values(value) : [];
  });
}
