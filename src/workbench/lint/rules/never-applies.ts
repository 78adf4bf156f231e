import type { ConditionOutline, PolicyOutline } from "../../../engines/policy-outline.ts";
import { findContradiction } from "../find-contradiction.ts";
import { type KnownTest, knownTests, orderOf } from "../known-tests.ts";
import { called, type LintRule, placeOf, type RuleFinding, written } from "../lint-rule.ts";

/** A policy that no request, or none from now on, can satisfy. */
export const neverApplies: LintRule = {
  id: "never-applies",
  severity: "warning",
  summary: "a policy that can never apply",
  isSteady: true,
  *check(parts) {
    for (const outline of written(parts)) {
      const found = neverApplied(outline, parts.nowMs);
      if (found !== undefined) yield { policy: outline.policy, ...found };
    }
  },
};

function neverApplied(outline: PolicyOutline, nowMs: number): RuleFinding | undefined {
  const { policy } = outline;
  const subject = `${called(policy)} ${idling[policy.effect]}`;
  const constant = outline.conditions.find(isNeverTrue);
  if (constant !== undefined) {
    const message = `${subject}: \`${constant.text}\` is ${constant.constant}`;
    return { place: constant.place, message, remedy: "take the policy out; a comment can keep its text" };
  }
  if (outline.actions.length === 0) {
    const action = outline.conditions.find(({ test }) => test?.path === "action");
    const message = `${subject}: no action is left`;
    return { place: action?.place ?? placeOf(policy), message, remedy: "compare the action with one set of names" };
  }
  const tests = knownTests(outline);
  const found = findContradiction(tests);
  if (found !== undefined) {
    const { test, why } = found;
    const never = "beside" in why ? `never holds beside ${why.beside.text}` : `never holds, for ${why.because}`;
    const message = `${subject}: ${test.text} ${never}`;
    return { place: found.test.place, message, remedy: found.remedy };
  }
  const past = tests.find((test) => isPast(test, nowMs));
  if (past === undefined) return undefined;
  const message = `${subject} any more: the time of ${past.text} is over`;
  return { place: past.place, message, remedy: "take it out, or give it a later time" };
}

const idling = { permit: "lets nothing through", forbid: "guards nothing", oblige: "limits nothing" } as const;

function isNeverTrue({ kind, constant }: ConditionOutline): boolean {
  return constant === (kind === "unless");
}

const dayMs = 86_400_000;

function isPast({ path, op, not, values }: KnownTest, nowMs: number): boolean {
  const atMs = orderOf(values[0]);
  const isUpper = not ? op === ">" || op === ">=" : op === "<" || op === "<=";
  if (!isUpper || atMs === undefined) return false;
  // A date is that of the host's own zone, which may be up to a day behind.
  return (path === "context.now.at" && atMs < nowMs) || (path === "context.now.date" && atMs + 2 * dayMs < nowMs);
}
