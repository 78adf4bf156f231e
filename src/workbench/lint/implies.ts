import type { Value } from "../../calls/value.ts";
import type { PlainTest } from "../../engines/policy-outline.ts";
import { liesIn } from "../lies-in.ts";
import { isSame, orderOf, passes } from "./known-tests.ts";

/** Whether every request that passes all of the first tests passes the other; `false` where that is not known. */
export function implies(known: readonly PlainTest[], wanted: PlainTest): boolean {
  return known.some((test) => test.path === wanted.path && impliesAlone(test, wanted));
}

function impliesAlone(known: PlainTest, wanted: PlainTest): boolean {
  // What also holds of a part that is not there says nothing of its value.
  if (known.orAbsent && !wanted.orAbsent) return known.op === "has" && isAlike(known, wanted);
  if (isAlike(known, wanted)) return true;
  if (known.op === "has") return false;
  if (wanted.op === "has") return !wanted.not;
  if (known.not) return wanted.not && includesAll(known.values, wanted) && known.op === wanted.op;
  if (known.op === "==") return known.values.every((value) => passes(wanted, value, isIn) === true);
  if (wanted.not) return false;
  if (known.op === "in") return wanted.op === "in" && known.values.every((one) => liesInOne(one, wanted.values));
  if (known.op === "contains") return wanted.op === "contains" && includesAll(wanted.values, known);
  return isTighter(known, wanted);
}

function isAlike(known: PlainTest, wanted: PlainTest): boolean {
  const same = known.op === wanted.op && known.not === wanted.not;
  return same && known.values.length === wanted.values.length && includesAll(wanted.values, known);
}

function includesAll(values: readonly Value[], { values: others }: PlainTest): boolean {
  return others.every((other) => values.some((value) => isSame(value, other)));
}

// FAIL-CLOSED: where it is not known whether one lies in another, a negated test must not take it for outside.
function isIn(one: Value, other: Value): boolean | undefined {
  return isSame(one, other) || liesInOne(one, [other]) ? true : undefined;
}

function liesInOne(one: Value, others: readonly Value[]): boolean {
  return others.some((other) => {
    if (isSame(one, other)) return true;
    const bothEntities = typeof one === "object" && "entity" in one && typeof other === "object" && "entity" in other;
    return bothEntities && liesIn(one.entity, other.entity);
  });
}

function isTighter(known: PlainTest, wanted: PlainTest): boolean {
  if (typeof known.values[0] !== typeof wanted.values[0]) return false;
  const [one, other] = [orderOf(known.values[0]), orderOf(wanted.values[0])];
  if (one === undefined || other === undefined || known.op[0] !== wanted.op[0]) return false;
  if (one === other) return known.op === wanted.op || wanted.op.endsWith("=");
  return known.op.startsWith("<") ? one < other : known.op.startsWith(">") && one > other;
}
