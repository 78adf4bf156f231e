import test from "ava";
import fc from "fast-check";
import { stringify } from "smol-toml";
import { indexToml, locateKey, type TomlPath } from "../../src/toml/locate-key.ts";

const text = `# a comment with key = 1
zone = "Europe/Oslo" # zone = 2
site.name.'quoted key' = 'x'

[mounts.notes]
path = "notes" # path

[plugins."project:example.weather"]
version = "0.1.0"
mounts = { cache = "notes", "a\\u0062" = { c = 1 } }
agents = [
  "cli", # one
  "host",
]
text = """
version = "not a key"
""\\"""""
digest = '''
[no.header]'''

[[plugins."project:example.weather".grants]]
action = "fs.read"

  [[plugins."project:example.weather".grants]]
  action = "tool.execute"
  [plugins."project:example.weather".grants.more]
  at = 1979-05-27 07:32:00
  next = true
`;

const weather = ["plugins", "project:example.weather"];
const rows: readonly (readonly [path: TomlPath, line: number, column: number])[] = [
  [["zone"], 2, 1],
  [["site"], 3, 1],
  [["site", "name", "quoted key"], 3, 11],
  [["mounts", "notes"], 5, 9],
  [["mounts", "notes", "path"], 6, 1],
  [weather, 8, 10],
  [[...weather, "version"], 9, 1],
  [[...weather, "mounts", "cache"], 10, 12],
  [[...weather, "mounts", "ab", "c"], 10, 43],
  [[...weather, "agents", 1], 13, 3],
  [[...weather, "digest"], 18, 1],
  [[...weather, "grants", 0], 21, 1],
  [[...weather, "grants", 0, "action"], 22, 1],
  [[...weather, "grants", 1], 24, 3],
  [[...weather, "grants", 1, "action"], 25, 3],
  [[...weather, "grants", 1, "more", "at"], 27, 3],
  [[...weather, "grants", 1, "more", "next"], 28, 3],
];
for (const [path, line, column] of rows) {
  test(`the place of ${JSON.stringify(path)}`, (t) => t.deepEqual(locateKey(text, path), { line, column }));
}

for (const path of [["nothing"], [...weather, "grants", 2], [...weather, "version", "x"], ["no"], []]) {
  test(`${JSON.stringify(path)} has no place`, (t) => t.is(locateKey(text, path), undefined));
}

test("what is not there has the place of the nearest table", (t) => {
  t.deepEqual(indexToml(text).nearest([...weather, "grants", 1, "nothing", 3], "value"), { line: 24, column: 3 });
});

test("a value has a place of its own", (t) => {
  t.deepEqual(indexToml(text).nearest(["zone"], "value"), { line: 2, column: 8 });
});

test("line ends of either kind and a byte order mark do not shift places", (t) => {
  t.deepEqual(locateKey("\ufeffa = 1\r\nb = 2", ["a"]), { line: 1, column: 1 });
  t.deepEqual(locateKey("\ufeffa = 1\r\nb = 2", ["b"]), { line: 2, column: 1 });
});

test("every key of any document has a place", (t) => {
  const key = fc
    .oneof(fc.constantFrom("a", "b-c", "x y", 'q"', "é", "dots.in", "0"), fc.string({ minLength: 1, maxLength: 6 }))
    .filter((name) => name !== "__proto__" && name.isWellFormed());
  const leaf = fc.oneof(
    fc.integer(),
    fc.boolean(),
    fc.string().filter((value) => value.isWellFormed()),
  );
  const { table } = fc.letrec<{ value: unknown; table: Record<string, unknown> }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      leaf,
      fc.array(leaf, { maxLength: 3 }),
      fc.array(tie("table"), { minLength: 1, maxLength: 2 }),
      tie("table"),
    ),
    table: fc.dictionary(key, tie("value"), { maxKeys: 3, noNullPrototype: true }),
  }));
  fc.assert(
    fc.property(table, (document) => {
      const index = indexToml(stringify(document));
      for (const path of pathsOf(document, [])) t.truthy(index.find(path), JSON.stringify([path, stringify(document)]));
    }),
    { numRuns: 300 },
  );
});

function pathsOf(value: unknown, path: TomlPath): readonly TomlPath[] {
  if (typeof value !== "object" || value === null) return [path].filter((whole) => whole.length > 0);
  const inner = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [...(path.length > 0 ? [path] : []), ...inner.flatMap(([key, item]) => pathsOf(item, [...path, key]))];
}
