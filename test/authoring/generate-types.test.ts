import test from "ava";
import fc from "fast-check";
import ts from "typescript";
import { generateTypes } from "../../src/authoring/generate-types.ts";
import type { Json, JsonObject } from "../../src/calls/json.ts";
import type { PluginManifest } from "../../src/plugins/plugin-manifest.ts";

const rows: readonly (readonly [claim: string, schema: JsonObject, type: string])[] = [
  [
    "a closed object has its properties",
    {
      type: "object",
      properties: { a: { type: "string" }, b: { type: "integer" } },
      required: ["a"],
      additionalProperties: false,
    },
    "{ readonly a: string; readonly b?: number; }",
  ],
  [
    "an open object says that there may be more",
    { type: "object", properties: { a: { type: "string" } } },
    "{ readonly a?: string; readonly [name: string]: unknown; }",
  ],
  [
    "a table of one kind is an index",
    { type: "object", additionalProperties: { type: "number" } },
    "{ readonly [name: string]: number; }",
  ],
  ["an object without members takes none", { type: "object", additionalProperties: false }, "Record<string, never>"],
  [
    "a key that is no name is quoted",
    { type: "object", properties: { "a-b": { type: "null" } }, additionalProperties: false },
    '{ readonly "a-b"?: null; }',
  ],
  [
    "lists, and lists of several types",
    {
      type: "object",
      properties: { a: { type: "array", items: { type: ["string", "null"] } } },
      additionalProperties: false,
    },
    "{ readonly a?: readonly ((string) | (null))[]; }",
  ],
  [
    "positions of a list",
    {
      type: "object",
      properties: { a: { type: "array", prefixItems: [{ type: "string" }], items: false } },
      additionalProperties: false,
    },
    "{ readonly a?: readonly [(string)?]; }",
  ],
  [
    "literals say more than their type",
    {
      type: "object",
      properties: { a: { type: "string", enum: ["x", "y"] }, b: { const: { c: [1, null] } } },
      additionalProperties: false,
    },
    '{ readonly a?: ("x") | ("y"); readonly b?: { readonly c: readonly [1, null] }; }',
  ],
  [
    "alternatives, and all of several",
    {
      type: "object",
      properties: {
        a: { anyOf: [{ type: "string" }, { type: "boolean" }] },
        b: { allOf: [{ type: "number" }, { const: 3 }] },
      },
      additionalProperties: false,
    },
    "{ readonly a?: (string) | (boolean); readonly b?: (number) & (3); }",
  ],
  [
    "a local reference stands for what it points to",
    {
      type: "object",
      $defs: { city: { type: "string" } },
      properties: { a: { $ref: "#/$defs/city" } },
      additionalProperties: false,
    },
    "{ readonly a?: string; }",
  ],
  [
    "what TypeScript cannot say is left open",
    { type: "object", properties: { a: true, b: { not: { type: "string" } }, c: false }, additionalProperties: false },
    "{ readonly a?: unknown; readonly b?: unknown; readonly c?: never; }",
  ],
];

for (const [claim, schema, type] of rows) {
  test(`types of a schema: ${claim}`, (t) => {
    const text = generateTypes(manifestWith("t", schema));
    t.true(flat(text).includes(`{ t: ${type}; }`), text);
    t.deepEqual(syntaxErrors(text), []);
  });
}

test("a description stands above what it describes, and config has a type of its own", (t) => {
  const schema = {
    type: "object",
    properties: { a: { type: "string", description: "A city." } },
    additionalProperties: false,
  };
  const text = flat(generateTypes({ ...manifestWith("t", schema), configSchema: schema }));
  t.true(text.includes("/** A city. */ readonly a?: string;"));
  t.true(text.includes("export type Config = { /** A city. */ readonly a?: string; };"));
});

// ATTACK: threats 34: a schema's text goes into code that its author's editor and compiler read.
for (const hostile of [
  "*/ export const stolen = 1; /*",
  "*\u200b/ export const stolen = 1; /*",
  "*\n/ export const stolen = 1; /*",
  '"; export const stolen = 1; "',
  '\\"; export const stolen = 1; //',
  "\u202e\u2066export const stolen = 1;",
  "\u2028export const stolen = 1;",
  "`$" + "{process.exit()}`",
]) {
  test(`text of a schema cannot leave its comment or literal: ${JSON.stringify(hostile)}`, (t) => {
    const text = generateTypes(hostileManifest(hostile));
    t.deepEqual(syntaxErrors(text), []);
    t.deepEqual(declaredNames(text), ["Tools", "Config"]);
    t.notRegex(text.replaceAll("\n", ""), /[\p{Cc}\p{Cf}\u2028\u2029]/u);
  });
}

test("whatever a schema's text is, only Tools and Config are declared, and always the same", (t) => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 40 }), (hostile) => {
      const text = generateTypes(hostileManifest(hostile));
      t.deepEqual(syntaxErrors(text), []);
      t.deepEqual(declaredNames(text), ["Tools", "Config"]);
      t.notRegex(text.replaceAll("\n", ""), /[\p{Cc}\p{Cf}\u2028\u2029]/u);
      t.is(generateTypes(hostileManifest(hostile)), text);
    }),
  );
});

function hostileManifest(hostile: string): PluginManifest {
  const member: Json = { type: "string", description: hostile, enum: [hostile] };
  const properties = Object.fromEntries([
    [hostile, member],
    ["b", { const: { [hostile]: hostile } }],
  ]);
  const schema: JsonObject = { type: "object", description: hostile, properties };
  const [tool] = manifestWith("t", schema).tools;
  return {
    ...manifestWith("t", schema),
    tools: tool === undefined ? [] : [{ ...tool, description: hostile }],
    configSchema: schema,
  };
}

function manifestWith(name: string, inputSchema: JsonObject): PluginManifest {
  return {
    schemaVersion: 1,
    id: "example.t",
    name: "T",
    version: "0.1.0",
    runtime: { kind: "wasm-component", component: "plugin.wasm", world: "yoi:plugin/tool-plugin@2.0.0" },
    tools: [{ name, description: "", inputSchema, effects: [] }],
    capabilities: { https: [], fs: [], secret: [] },
    files: [],
  };
}

function flat(text: string): string {
  return text.replace(/\s+/g, " ");
}

function parse(text: string): ts.SourceFile {
  return ts.createSourceFile("plugin.types.ts", text, ts.ScriptTarget.ESNext);
}

function syntaxErrors(text: string): readonly string[] {
  const { diagnostics = [] } = ts.transpileModule(text, { reportDiagnostics: true });
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
}

function declaredNames(text: string): readonly string[] {
  return parse(text).statements.map((statement) =>
    ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)
      ? statement.name.text
      : "something else",
  );
}
