import test from "ava";
import { z } from "zod";
import { jsonTable } from "../../src/toml/json-table.ts";
import { readToml } from "../../src/toml/read-toml.ts";

const read = (text: string) => readToml(text, { file: "f", schema: z.strictObject({ config: jsonTable }) });

test("a table becomes a JSON object without a prototype", (t) => {
  const result = read("[config]\nconstructor = 1\nlist = [{ toString = true }]");
  t.true("value" in result);
  if (!("value" in result)) return;
  t.is(JSON.stringify(result.value.config), '{"constructor":1,"list":[{"toString":true}]}');
  t.is(Object.getPrototypeOf(result.value.config), null);
});

const rows: readonly (readonly [text: string, message: string, line: number, column: number])[] = [
  ["[config]\nat = 2026-11-22", "`config.at` must be a string, as JSON has no dates", 2, 6],
  ["[config]\nlist = [1, inf]", "`config.list[1]` must be a finite number", 2, 12],
  ["config = 1", "`config` must be a table", 1, 10],
  ["config = [1]", "`config` must be a table", 1, 10],
  ["", "missing key `config`", 1, 1],
];
for (const [text, message, line, column] of rows) {
  test(`what JSON has no word for is refused: ${JSON.stringify(text)}`, (t) => {
    const result = read(text);
    const place = text === "" ? { file: "f" } : { file: "f", line, column };
    t.deepEqual("findings" in result ? result.findings : [], [{ message, place }]);
  });
}
