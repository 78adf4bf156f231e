import test from "ava";
import fc from "fast-check";
import { columnsOf, labelled, spread, table, wrap } from "../../src/terminal/layout.ts";
import { choosePaint, colours, plain } from "../../src/terminal/paint.ts";

test("columns are those of a terminal: colour takes none, wide characters two, accents none", (t) => {
  t.is(columnsOf("abc"), 3);
  t.is(columnsOf(colours.bad(colours.bold("abc"))), 3);
  t.is(columnsOf("日本"), 4);
  t.is(columnsOf("e\u0301"), 1);
  t.is(columnsOf("✓ → …"), 5);
});

test("wrapping loses no word, and is as narrow as its words allow", (t) => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,30}$/), { minLength: 1 }), fc.nat(8), (words, indent) => {
      const lines = wrap(words.join(" "), " ".repeat(indent), 40);
      t.is(lines.map((line) => line.slice(indent)).join(" "), words.join(" "));
      t.true(lines.every((line) => line.length <= 40 || !line.trim().includes(" ")));
    }),
  );
});

test("what fits on one line keeps its spaces", (t) => {
  t.deepEqual(wrap("    at x   y", "  "), ["      at x   y"]);
});

test("a row's cells stand in columns, with nothing behind the last", (t) => {
  t.deepEqual(
    table(
      [
        ["a", "bb", "c"],
        ["日本", "b", ""],
      ],
      " ",
    ),
    [" a     bb  c", " 日本  b"],
  );
});

test("texts stand beside their labels, and below one that is too wide", (t) => {
  const long = "x".repeat(31);
  t.deepEqual(
    labelled(
      [
        ["a", "word ".repeat(20).trim()],
        ["bcd", "e"],
        [long, "f"],
      ],
      " ",
    ),
    [` a    ${"word ".repeat(15).trim()}`, `      ${"word ".repeat(5).trim()}`, " bcd  e", ` ${long}`, "      f"],
  );
});

test("two ends of a line stand on two lines where one does not hold them", (t) => {
  t.is(spread("left", "right", 12), "left   right");
  t.is(spread("left", "right", 9), "left\n    right");
});

const paints: readonly (readonly [
  title: string,
  isTTY: boolean,
  environment: Record<string, string>,
  painted: boolean,
])[] = [
  ["a terminal", true, {}, true],
  ["a pipe", false, {}, false],
  ["a terminal under NO_COLOR", true, { NO_COLOR: "1" }, false],
  ["a terminal under an empty NO_COLOR", true, { NO_COLOR: "" }, true],
  ["a dumb terminal", true, { TERM: "dumb" }, false],
];
for (const [title, isTTY, environment, painted] of paints) {
  test(`${title} gets ${painted ? "colour" : "no escape sequences"}`, (t) => {
    t.is(choosePaint({ isTTY }, environment), painted ? colours : plain);
  });
}
