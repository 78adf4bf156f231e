import { called, type LintRule, placeOf, written } from "../lint-rule.ts";

/** A forbid by which no test's answer was determined, where there are tests. */
export const forbidWithoutTest: LintRule = {
  id: "forbid-without-test",
  severity: "note",
  summary: "a forbid that no test has seen deny",
  isSteady: false,
  *check(parts) {
    const { tested } = parts;
    if (tested === undefined) return;
    for (const { policy } of written(parts)) {
      if (policy.effect !== "forbid" || tested.has(policy.id)) continue;
      yield {
        policy,
        place: placeOf(policy),
        message: `no test is denied by ${called(policy)}`,
        remedy: "write a case that it denies, and one that it lets alone: docs/testing-policies.md",
      };
    }
  },
};
