import test from "ava";
import fc from "fast-check";
import { z } from "zod";
import { readToml } from "../../src/toml/read-toml.ts";

const schema = z.strictObject({
  zone: z.string().optional(),
  count: z.number().int().optional(),
  ratio: z.union([z.number(), z.string()]).optional(),
  from: z.union([z.strictObject({ env: z.string() }), z.strictObject({ file: z.string() })]).optional(),
  plugins: z
    .record(
      z.string(),
      z.strictObject({
        version: z.string(),
        grants: z.array(z.strictObject({ action: z.enum(["fs.read", "https.request"]) })).default([]),
      }),
    )
    .default({}),
});

function read(text: string): readonly string[] {
  const result = readToml(text, { file: "yoi.toml", schema, later: ["open", "plugins.*.secrets"] });
  if (!("findings" in result)) return [];
  return result.findings.map(
    ({ message, remedy, place }) =>
      `${place?.file}:${place?.line}:${place?.column} ${message}${remedy ? ` (${remedy})` : ""}`,
  );
}

const rows: readonly (readonly [title: string, text: string, findings: readonly string[]])[] = [
  ["a valid file has none", 'zone = "UTC"', []],
  [
    "a syntax error has its line and column",
    'zone = "UTC"\ncount = = 3',
    ["yoi.toml:2:9 not valid TOML: invalid value"],
  ],
  [
    "an unknown key suggests the known one",
    '[plugins.x]\nversion = "1"\nversoin = 1',
    ["yoi.toml:3:1 unknown key `versoin` (did you mean `version`?)"],
  ],
  [
    "an unknown key that resembles none lists the known ones",
    "plugins.x.version = '1'\nplugins.x.qqqq = 1",
    ["yoi.toml:2:11 unknown key `qqqq` (known here: `version`, `grants`)"],
  ],
  [
    "a key of a later version is not called unknown",
    "[[open]]\n[plugins.x]\nversion = '1'\nsecrets = []",
    [
      "yoi.toml:1:3 `open` is not supported by this version (remove it)",
      "yoi.toml:4:1 `secrets` is not supported by this version (remove it)",
    ],
  ],
  ["a wrong type points at the value", "zone  =   7", ["yoi.toml:1:11 `zone` must be a string"]],
  ["a missing key points at its table", "\n  [plugins.x]", ["yoi.toml:2:12 missing key `plugins.x.version`"]],
  [
    "a wrong word suggests the right one without repeating itself",
    "[plugins.x]\nversion = '1'\n[[plugins.x.grants]]\naction = 'fs.raed'",
    ["yoi.toml:4:10 `plugins.x.grants[0].action` must be one of `fs.read`, `https.request`; did you mean `fs.read`?"],
  ],
  ["a value of several types names them all", "ratio = true", ["yoi.toml:1:9 `ratio` must be a number or a string"]],
  [
    "a table of several forms is judged by the nearest",
    "from = { env = 7 }",
    ["yoi.toml:1:16 `from.env` must be a string"],
  ],
  ["a number out of range", "count = 1.5", ["yoi.toml:1:9 `count` must be a whole number"]],
  [
    "an integer that no double holds",
    "count = 9007199254740993",
    ["yoi.toml:1:9 not valid TOML: integer value cannot be represented losslessly"],
  ],
];
for (const [title, text, findings] of rows) {
  test(`findings of a TOML file: ${title}`, (t) => t.deepEqual(read(text), findings));
}

// ATTACK: threats 37
for (const text of [
  "__proto__ = 1",
  "[__proto__]\nzone = 'x'",
  "[plugins.__proto__]\nversion = '1'",
  'plugins = { "__proto__" = { version = "1" } }',
  "[plugins.x]\nversion = '1'\n__proto__.y = 1",
]) {
  test(`\`__proto__\` is a key nowhere: ${JSON.stringify(text)}`, (t) => {
    t.regex(read(text).join(), /`__proto__` cannot be a key/);
    t.is(Reflect.get({}, "zone"), undefined);
  });
}

test("a table nested without end is a finding, not a stack overflow", (t) => {
  const keys = Array.from({ length: 9_000 }, () => "a").join(".");
  t.deepEqual(read(`${keys} = 1`), ["yoi.toml:1:1 nested deeper than 64 levels"]);
  t.deepEqual(read(`zone = ${"[".repeat(9_000)}`), ["yoi.toml:1:72 not valid TOML"]);
});

// ATTACK: threats 37
test("half a character is neither text nor a key", (t) => {
  t.deepEqual(read('zone = "\ud800"'), ["yoi.toml:1:1 text with half a character"]);
  t.deepEqual(read('[plugins]\n"\udc00" = { version = "1" }'), ["yoi.toml:1:2 a key with half a character"]);
  t.is(read('zone = "\\ud800"').length, 1);
});

test("findings are bounded in number", (t) => {
  t.is(read(Array.from({ length: 500 }, (_, n) => `k${n} = 1`).join("\n")).length, 50);
});

test("a value keeps the places of its keys", (t) => {
  const result = readToml("[plugins.x]\nversion = '1'\n[[plugins.x.grants]]\naction = 'fs.read'", {
    file: "yoi.toml",
    schema,
  });
  t.true("value" in result);
  if (!("value" in result)) return;
  t.is(result.value.plugins["x"]?.version, "1");
  t.deepEqual(result.placeOf(["plugins", "x", "grants", 0]), { file: "yoi.toml", line: 3, column: 1 });
});

test("no finding repeats a value of the file", (t) => {
  const secret = "hunter2secret";
  for (const text of [
    `zone = ${secret}`,
    `zone = "${secret}`,
    `count = "${secret}"`,
    `[plugins.x]\nversion = '1'\ngrants = [{ action = "${secret}" }]`,
    `from = { env = 1, file = "${secret}" }`,
  ]) {
    t.false(read(text).join().includes(secret), text);
    t.not(read(text).length, 0, text);
  }
});

test("any text is a value or has findings", (t) => {
  const token = fc.constantFrom(
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "=",
    ".",
    ",",
    "\n",
    " ",
    '"',
    "'",
    '"""',
    "'''",
    "\\",
    "#",
    "a",
    "zone",
    "plugins",
    "1",
    "true",
    "\r\n",
    "\ufeff",
    "1979-05-27 07:32:00",
  );
  const property = fc.property(fc.array(token, { maxLength: 40 }), (tokens) => {
    const result = readToml(tokens.join(""), { file: "yoi.toml", schema });
    return "value" in result || result.findings.length > 0;
  });
  t.notThrows(() => fc.assert(property, { numRuns: 2_000 }));
});
