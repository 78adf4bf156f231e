import test from "ava";
import fc from "fast-check";
import { type Obligation, undischargeable, unmetBy } from "../../src/decisions/obligation.ts";

const rate = (count: number, windowMs: number): Obligation => ({ kind: "rate", count, windowMs, policy: "a" });
const bytes = (size: number): Obligation => ({ kind: "max_response_bytes", bytes: size, policy: "a" });
const timeout = (ms: number): Obligation => ({ kind: "timeout", ms, policy: "a" });
const redact = (...headers: readonly string[]): Obligation => ({ kind: "redact", headers, policy: "a" });
const unknown = (name: string): Obligation => ({ kind: "unknown", name, policy: "a" });

const rows: readonly (readonly [others: readonly Obligation[], one: Obligation, isMet: boolean])[] = [
  [[], rate(5, 1_000), false],
  [[rate(5, 1_000)], rate(5, 1_000), true],
  [[rate(4, 1_000)], rate(5, 1_000), true],
  [[rate(6, 1_000)], rate(5, 1_000), false],
  [[rate(5, 2_000)], rate(5, 1_000), true],
  [[rate(5, 500)], rate(5, 1_000), false],
  [[rate(1, 500), rate(9, 5_000)], rate(5, 1_000), false],
  [[bytes(99)], bytes(100), true],
  [[bytes(101)], bytes(100), false],
  [[bytes(500), bytes(99)], bytes(100), true],
  [[timeout(100)], bytes(100), false],
  [[timeout(99)], timeout(100), true],
  [[timeout(101)], timeout(100), false],
  [[redact("a"), redact("b")], redact("a", "b"), true],
  [[redact("a")], redact("a", "b"), false],
  [[unknown("approval")], unknown("approval"), true],
  [[unknown("approval")], unknown("other"), false],
];
for (const [others, one, isMet] of rows) {
  const words = (obligations: readonly Obligation[]) =>
    JSON.stringify(obligations.map(({ policy: _, ...rest }) => Object.values(rest)));
  test(`${words([one])} is ${isMet ? "" : "not "}met by ${words(others)}`, (t) => {
    t.deepEqual(unmetBy(others, [one]), isMet ? [] : [one]);
  });
}

const some = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant("rate" as const),
      count: fc.integer({ min: 1, max: 3 }),
      windowMs: fc.integer({ min: 1, max: 3 }),
      policy: fc.constantFrom("a", "b"),
    }),
    fc.record({
      kind: fc.constant("timeout" as const),
      ms: fc.integer({ min: 1, max: 3 }),
      policy: fc.constantFrom("a", "b"),
    }),
    fc.record({
      kind: fc.constant("redact" as const),
      headers: fc.uniqueArray(fc.constantFrom("a", "b", "c"), { minLength: 1 }),
      policy: fc.constantFrom("a", "b"),
    }),
  ),
  { maxLength: 4 },
);

test("whoever holds to more obligations holds to all of the fewer, whatever their order", (t) => {
  fc.assert(
    fc.property(some, some, (few, more) => {
      t.deepEqual(unmetBy([...more, ...few.toReversed()], few), []);
    }),
  );
});

test("what holds to what holds to something holds to it", (t) => {
  fc.assert(
    fc.property(some, some, some, (loose, middle, tight) => {
      fc.pre(unmetBy(middle, loose).length === 0 && unmetBy(tight, middle).length === 0);
      t.deepEqual(unmetBy(tight, loose), []);
    }),
  );
});

test("nothing discharges what an action does not have, or what is no action", (t) => {
  t.is(undischargeable([rate(1, 1), timeout(1)], "fs.read"), undefined);
  t.deepEqual(undischargeable([rate(1, 1), redact("a")], "fs.read"), redact("a"));
  t.deepEqual(undischargeable([unknown("approval")], "fs.read"), unknown("approval"));
  t.deepEqual(undischargeable([rate(1, 1)], "constructor"), rate(1, 1));
});
