import type { ConditionOutline } from "../../../engines/policy-outline.ts";
import { called, type LintRule, written } from "../lint-rule.ts";

/** A forbid whose condition cannot be evaluated for some requests, or an obligation, which then limits nothing. */
export const forbidCanErr: LintRule = {
  id: "forbid-can-err",
  severity: "warning",
  summary: "a forbid or an obligation that some requests make fail",
  isSteady: true,
  *check(parts) {
    for (const { policy, conditions } of written(parts)) {
      if (policy.effect === "permit") continue;
      const isCedar = policy.engine === "cedar";
      const [condition] = conditions.flatMap((each) => (isCedar ? failing(each) : silencing(each)));
      if (condition === undefined) continue;
      yield {
        policy,
        place: condition.place,
        message: isCedar
          ? `${called(policy)} denies whatever it fails for, and \`${condition.text}\` can fail`
          : `${called(policy)} is silent wherever \`${condition.text}\` has no answer`,
        remedy: isCedar
          ? "compare without computing, or with smaller numbers; read attributes of the request's own entities"
          : `ask first whether there is an answer, and ${policy.effect} where there is none`,
      };
    }
  },
};

/** The innermost parts that can fail. */
function failing(condition: ConditionOutline): readonly ConditionOutline[] {
  const inner = condition.children.flatMap(failing);
  return inner.length > 0 || !condition.canErr ? inner : [condition];
}

/**
 * The expressions without whose answer the forbid is silent. A rule below `not` that has none makes the negation hold,
 * and the forbid with it.
 */
function silencing(expression: ConditionOutline, isBelowNot = false): readonly ConditionOutline[] {
  const isNegated = isBelowNot !== expression.text.startsWith("not ");
  const below = expression.children.flatMap((rule) => rule.children.flatMap((each) => silencing(each, isNegated)));
  return expression.canErr && !isBelowNot ? [expression, ...below] : below;
}
