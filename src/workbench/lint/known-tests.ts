import type { Value } from "../../calls/value.ts";
import type { ConditionOutline, PlainTest, PolicyOutline, ScopeOutline } from "../../engines/policy-outline.ts";
import type { Place } from "../../errors/error-details.ts";
import { placeOf } from "./lint-rule.ts";

/** Something that holds of every request that a policy applies to. */
export interface KnownTest extends PlainTest {
  /** As the policy has it. */
  readonly text: string;
  readonly place: Required<Place>;
}

/** What must hold for a policy to apply, as far as it is plain: its scope, and each condition of its own. */
export function knownTests(outline: PolicyOutline): readonly KnownTest[] {
  const place = placeOf(outline.policy);
  const scopes = (["principal", "resource"] as const).flatMap((path) => {
    const test = scopeTest(path, outline[path]);
    return test === undefined ? [] : [{ ...test, text: `the ${path} of its head`, place }];
  });
  return [...scopes, ...outline.conditions.flatMap(testOfCondition)];
}

function testOfCondition({ test, kind, text, place }: ConditionOutline): readonly KnownTest[] {
  if (test === undefined) return [];
  return [{ ...(kind === "unless" ? negated(test) : test), text: `\`${text}\``, place }];
}

// Only Cedar has `unless`, and there what is absent is no test's to be false for: the validator wants it asked for first.
function negated(test: PlainTest): PlainTest {
  return { ...test, not: !test.not };
}

/** A scope as a test; nothing where it lets everything through, or asks for a type alone. */
export function scopeTest(path: string, scope: ScopeOutline): PlainTest | undefined {
  const entity = "entity" in scope ? scope.entity : scope.op === "is" ? scope.in : undefined;
  if (entity === undefined) return undefined;
  return { path, op: scope.op === "==" ? "==" : "in", values: [{ entity }], not: false, orAbsent: false };
}

/** Whether a value passes a test; nothing where that cannot be said. */
export function passes(test: PlainTest, value: Value, isIn: (one: Value, other: Value) => boolean | undefined) {
  const found = passesPlain(test, value, isIn);
  return found === undefined ? undefined : found !== test.not;
}

function passesPlain(
  { op, values }: PlainTest,
  value: Value,
  isIn: (one: Value, other: Value) => boolean | undefined,
): boolean | undefined {
  switch (op) {
    case "has":
      return true;
    case "==":
      return values.some((other) => isSame(value, other));
    case "in": {
      const answers = values.map((other) => isIn(value, other));
      if (answers.includes(true)) return true;
      return answers.includes(undefined) ? undefined : false;
    }
    case "contains":
      return undefined;
    default: {
      // Rego orders values of different types, too: a number is less than any text.
      if (typeof value !== typeof values[0]) return undefined;
      const [one, other] = [orderOf(value), orderOf(values[0])];
      return one === undefined || other === undefined ? undefined : compares(op, one, other);
    }
  }
}

function compares(op: "<" | "<=" | ">" | ">=", one: number, other: number): boolean {
  if (op === "<") return one < other;
  if (op === "<=") return one <= other;
  return op === ">" ? one > other : one >= other;
}

export function isSame(one: Value, other: Value): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Where a value stands among those that it can be compared with; nothing for what has no order that is known here. */
export function orderOf(value: Value | undefined): number | undefined {
  if (typeof value === "number") return value;
  const moment = typeof value === "string" && isMoment.test(value) ? value : undefined;
  const text = typeof value === "object" && "datetime" in value ? value.datetime : moment;
  const atMs = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(atMs) ? undefined : atMs;
}

const isMoment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
