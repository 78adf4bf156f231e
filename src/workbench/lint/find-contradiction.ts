import type { Value } from "../../calls/value.ts";
import { liesIn } from "../lies-in.ts";
import { isSame, type KnownTest, orderOf, passes } from "./known-tests.ts";
import { flawOfValue, rangeOf } from "./known-values.ts";

/** Why no request can pass all tests. */
export interface Contradiction {
  /** What was to hold, and does not beside the others. */
  readonly test: KnownTest;
  /** The one that it contradicts, or what is so for every request. */
  readonly why: { readonly beside: KnownTest } | { readonly because: string };
  readonly remedy: string;
}

/** The first of the tests that cannot hold, or not beside those before it; nothing where none is known. */
export function findContradiction(tests: readonly KnownTest[]): Contradiction | undefined {
  for (const test of tests) {
    const flaw = impossible(test);
    if (flaw !== undefined) return { test, why: flaw, remedy: flaw.remedy };
  }
  for (const group of Map.groupBy(tests, ({ path }) => path).values()) {
    const found = presence(group) ?? values(group) ?? bounds(group);
    if (found !== undefined) return found;
  }
  return undefined;
}

const takeOut = "take one of the two out, or write two policies";

/** Values that nothing has: `context.method == "get"`. */
function impossible({ path, op, values: all, not }: KnownTest): { because: string; remedy: string } | undefined {
  if (not || (op !== "==" && op !== "contains") || all.length === 0) return undefined;
  const flaws = all.map((value) => flawOfValue(path, value));
  const [first] = flaws;
  return first !== undefined && flaws.every((flaw) => flaw !== undefined) ? first : undefined;
}

function presence(group: readonly KnownTest[]): Contradiction | undefined {
  const absent = group.find(({ op, not }) => op === "has" && not);
  const present = group.find((test) => (test.op === "has" ? !test.not : !test.orAbsent));
  if (absent === undefined || present === undefined) return undefined;
  return { test: present, why: { beside: absent }, remedy: takeOut };
}

/** One of a few values, of which the other tests leave none. */
function values(group: readonly KnownTest[]): Contradiction | undefined {
  const listed = group.filter(({ op, not }) => op === "==" && !not);
  const [first, ...others] = listed;
  if (first === undefined) return undefined;
  let left: readonly Value[] = first.values;
  for (const test of [...others, ...group.filter((one) => !listed.includes(one))]) {
    left = left.filter((value) => passes(test, value, isIn) !== false);
    if (left.length === 0) return { test, why: { beside: first }, remedy: takeOut };
  }
  return undefined;
}

function isIn(one: Value, other: Value): boolean | undefined {
  if (isSame(one, other)) return true;
  if (!isEntity(one) || !isEntity(other)) return undefined;
  if (liesIn(one.entity, other.entity)) return true;
  // Of files and addresses the ids say all; of everything else `entities.json` may say more.
  const isPlain = one.entity.type === other.entity.type && ["Path", "Url"].includes(one.entity.type);
  return isPlain ? false : undefined;
}

function isEntity(value: Value): value is Extract<Value, { readonly entity: unknown }> {
  return typeof value === "object" && "entity" in value;
}

interface Bound {
  readonly at: number;
  readonly test?: KnownTest;
}

/**
 * A lower bound above the upper one. What the host says are whole numbers: more than 10 is at least 11. In a tool's
 * input anything can be anything, and of it only numbers are held against numbers.
 */
function bounds(group: readonly KnownTest[]): Contradiction | undefined {
  const path = group[0]?.path ?? "";
  const isOfInput = path.startsWith("context.input.");
  const next = isOfInput ? 0 : 1;
  const [least, most] = rangeOf(path);
  let lower: Bound = { at: least };
  let upper: Bound = { at: most };
  for (const test of group) {
    const [value] = test.values;
    const at = isOfInput && typeof value !== "number" ? undefined : orderOf(value);
    if (at === undefined || test.orAbsent || !(test.op in inverse)) continue;
    const op = test.not ? inverse[test.op as keyof typeof inverse] : test.op;
    const own = op === ">" ? at + next : op === "<" ? at - next : at;
    if (op.startsWith(">") && own > lower.at) lower = { at: own, test };
    if (op.startsWith("<") && own < upper.at) upper = { at: own, test };
  }
  const [test] = [upper.test, lower.test].filter((one) => one !== undefined);
  if (lower.at <= upper.at || test === undefined) return undefined;
  if (lower.test !== undefined && upper.test !== undefined) {
    return {
      test: upper.test,
      why: { beside: lower.test },
      remedy:
        "write `||` where one of the two is enough: hours that go over midnight are before one or after the other",
    };
  }
  return { test, why: { because: `it is from ${least} to ${most}` }, remedy: "compare it with what it can be" };
}

const inverse = { "<": ">=", "<=": ">", ">": "<=", ">=": "<" } as const;
