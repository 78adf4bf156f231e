import { schemaToJsonWithResolvedTypes } from "@cedar-policy/cedar-wasm/nodejs";
import test from "ava";
import { actions } from "../../../src/calls/powers.ts";
import { schemaText } from "../../support/cedar-sets.ts";
import { shippedRego } from "../../support/shipped-rego.ts";

// The schema of the input document and that of Cedar's requests say the same. What Cedar's says is translated here,
// attribute by attribute, and must come out as what is written.

interface CedarType {
  readonly type: string;
  readonly name?: string;
  readonly element?: CedarType;
  readonly attributes?: { readonly [attribute: string]: CedarType };
  readonly required?: boolean;
}

interface CedarNamespace {
  readonly commonTypes: { readonly [name: string]: CedarType };
  readonly entityTypes: { readonly [name: string]: { readonly shape?: CedarType } };
  readonly actions: {
    readonly [action: string]: {
      readonly appliesTo?: {
        readonly principalTypes: readonly string[];
        readonly resourceTypes: readonly string[];
        readonly context: CedarType;
      };
    };
  };
}

const read = schemaToJsonWithResolvedTypes(schemaText);
if (read.type === "failure") throw new Error("the policy schema does not parse");
const cedar = read.json["Yoi"] as unknown as CedarNamespace;

const text = { type: "string" };
const texts = { type: "array", items: text };

function objectOf(properties: { readonly [name: string]: object }, optional: readonly string[] = []) {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: "object", additionalProperties: false, required: required.toSorted(), properties };
}

function translate(type: CedarType): object {
  switch (type.type) {
    case "Bool":
      return { type: "boolean" };
    case "Long":
      return { type: "integer" };
    case "String":
    case "Entity":
    case "datetime":
    case "duration":
    case "ipaddr":
      return text;
    case "Set":
      return { type: "array", items: translate(type.element ?? { type: "" }) };
    case "Record":
      return recordOf(type, {});
    default: {
      const common = cedar.commonTypes[type.type.replace("Yoi::", "")];
      if (common === undefined) throw new Error(`no way to write a ${type.type}`);
      return translate(common);
    }
  }
}

function recordOf({ attributes = {} }: CedarType, more: { readonly [name: string]: object }) {
  const optional = Object.keys(attributes).filter((name) => attributes[name]?.required === false);
  const members = Object.entries(attributes).map(([name, type]) => [name, translate(type)] as const);
  return objectOf({ ...Object.fromEntries(members), ...more }, optional);
}

function entityOf(types: readonly string[] = []) {
  const [name = "", ...others] = types.map((type) => type.replace("Yoi::", ""));
  if (others.length > 0) throw new Error("an action with several types has no document yet");
  return recordOf(cedar.entityTypes[name]?.shape ?? { type: "Record" }, {
    type: { ...text, enum: [name] },
    id: text,
    within: texts,
  });
}

/** A schema without what only people read, its references followed, and its `required` in one order. */
function bare(node: unknown, root: { readonly $defs: { readonly [name: string]: unknown } }): unknown {
  if (Array.isArray(node)) return node.map((item: unknown) => bare(item, root));
  if (typeof node !== "object" || node === null) return node;
  if ("$ref" in node) return bare(root.$defs[String(node.$ref).replace("#/$defs/", "")], root);
  const entries = Object.entries(node).flatMap(([name, below]: [string, unknown]) => {
    if (name === "description" && typeof below === "string") return [];
    if (name === "required" && Array.isArray(below)) return [[name, below.toSorted()]];
    return [[name, bare(below, root)]];
  });
  return Object.fromEntries(entries);
}

interface Document {
  readonly properties: { readonly [member: string]: { readonly enum?: readonly string[] } };
}
const schema = JSON.parse(shippedRego.schema) as {
  readonly anyOf: readonly Document[];
  readonly $defs: { readonly [name: string]: unknown };
};

/** What is a closed list here is text to Cedar; entities say so by their type. */
function withoutLists(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutLists);
  if (typeof node !== "object" || node === null) return node;
  const entries = Object.entries(node).filter(([name, below]) => name !== "enum" || !isListOfWords(below));
  return Object.fromEntries(entries.map(([name, below]) => [name, withoutLists(below)]));
}

function isListOfWords(below: unknown): boolean {
  return Array.isArray(below) && below.every((word) => /^[a-z]/.test(String(word)));
}

test("each action has one document, and there are no others", (t) => {
  const documented = schema.anyOf.flatMap(({ properties }) => properties["action"]?.enum ?? []);
  t.deepEqual(documented.toSorted(), [...actions].toSorted());
});

for (const action of actions) {
  test(`the document of \`${action}\` has what policies/yoi.cedarschema has, attribute by attribute`, (t) => {
    const { principalTypes, resourceTypes, context } = cedar.actions[action]?.appliesTo ?? {};
    const more = action === "tool.execute" ? { input: {} } : {};
    const document = schema.anyOf.find(({ properties }) => properties["action"]?.enum?.includes(action));
    const expected = objectOf({
      principal: entityOf(principalTypes),
      action: text,
      resource: entityOf(resourceTypes),
      context: recordOf(context ?? { type: "Record" }, more),
    });
    t.deepEqual(withoutLists(bare(document, schema)), expected);
  });
}

test("no entity has an attribute that the document has of its own", (t) => {
  for (const [name, { shape }] of Object.entries(cedar.entityTypes)) {
    const taken = Object.keys(shape?.attributes ?? {}).filter((own) => ["type", "id", "within"].includes(own));
    t.deepEqual(taken, [], name);
  }
});
