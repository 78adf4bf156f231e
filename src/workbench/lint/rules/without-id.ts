import { type LintRule, placeOf, written } from "../lint-rule.ts";

/** A policy in Cedar that is called by its position in the file. */
export const withoutId: LintRule = {
  id: "without-id",
  severity: "note",
  summary: "a policy that has no id of its own",
  isSteady: true,
  *check(parts) {
    for (const { policy } of written(parts)) {
      if (policy.engine !== "cedar" || policy.annotations["id"] !== undefined) continue;
      yield {
        policy,
        place: placeOf(policy),
        message: `this ${policy.effect} is called \`${policy.name}\`, and otherwise when one is put before it`,
        remedy: 'give it an id: `@id("…")`',
      };
    }
  },
};
