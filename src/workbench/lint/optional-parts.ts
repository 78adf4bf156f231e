import type { Action } from "../../calls/powers.ts";

/** Parts of Rego's input document that may be absent, by action: `context.via.agent`. */
export type OptionalParts = ReadonlyMap<Action, ReadonlySet<string>>;

interface Schema {
  readonly $ref?: string;
  readonly $defs?: { readonly [name: string]: Schema };
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly string[];
  readonly required?: readonly string[];
  readonly properties?: { readonly [name: string]: Schema };
}

/** Reads them from the schema of the input document, `policies/rego/input.schema.json`. */
export function readOptionalParts(schemaText: string): OptionalParts {
  const schema: Schema = JSON.parse(schemaText);
  const known = new Map<Action, ReadonlySet<string>>();
  for (const document of schema.anyOf ?? []) {
    const parts = new Set(optionalIn(document, schema, ""));
    for (const action of document.properties?.["action"]?.enum ?? []) known.set(action as Action, parts);
  }
  return known;
}

function* optionalIn(node: Schema, root: Schema, path: string): Generator<string> {
  const { properties = {}, required = [] } = resolved(node, root);
  for (const [name, below] of Object.entries(properties)) {
    const own = path === "" ? name : `${path}.${name}`;
    if (!required.includes(name)) yield own;
    yield* optionalIn(below, root, own);
  }
}

function resolved(node: Schema, root: Schema): Schema {
  const name = node.$ref?.replace("#/$defs/", "");
  return name === undefined ? node : (root.$defs?.[name] ?? {});
}
