import test from "ava";
import fc from "fast-check";
import { showValue } from "../../src/sdk/show-value.ts";

const cycle: { self?: object } = {};
cycle.self = cycle;

const rows: readonly (readonly [value: unknown, shown: string])[] = [
  ["text", '"text"'],
  [12n, "12n"],
  [undefined, "undefined"],
  [Symbol("s"), "Symbol(s)"],
  [{ a: 1, b: [true, null] }, "{a: 1, b: [true, null]}"],
  [new Map([["k", new Set([1])]]), 'Map {"k" => Set {1}}'],
  [new Uint8Array(3), "Uint8Array(3)"],
  [new Date(0), "1970-01-01T00:00:00.000Z"],
  [cycle, "{self: [circular]}"],
  [{ a: { b: { c: { d: {} } } } }, "{a: {b: {c: {d: {…}}}}}"],
  [Array.from({ length: 52 }, () => 0), `[${"0, ".repeat(50)}… 2 more]`],
  [
    {
      get trap() {
        throw new Error("no");
      },
    },
    "[cannot be shown]",
  ],
  [
    new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error("no");
        },
      },
    ),
    "[cannot be shown]",
  ],
];

for (const [row, [value, shown]] of rows.entries()) {
  test(`a value in the log reads ${shown.slice(0, 40)} (${row + 1})`, (t) => t.is(showValue(value), shown));
}

test("an error is shown with its message, stack and causes", (t) => {
  const shown = showValue(new TypeError("outer", { cause: new RangeError("inner") }));
  t.regex(shown, /^TypeError: outer\n[\s\S]*\ncaused by RangeError: inner\n/);
});

test("nothing that is logged throws, and no line is longer than 4,001 characters", (t) => {
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withMap: true, withSet: true, withNullPrototype: true }), (value) =>
      t.true(showValue(value).length <= 4_001),
    ),
  );
  t.is(showValue("x".repeat(10_000)).length, 4_001);
});
