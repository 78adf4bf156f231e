import type { PolicyOutline } from "../../../engines/policy-outline.ts";
import { called, type LintRule, placeOf, written } from "../lint-rule.ts";

/** A policy that does not say why there is one. */
export const withoutReason: LintRule = {
  id: "without-reason",
  severity: "note",
  summary: "a policy that does not say why it is there",
  isSteady: true,
  *check(parts) {
    for (const outline of written(parts)) {
      if (hasReason(outline)) continue;
      const isCedar = outline.policy.engine === "cedar";
      yield {
        policy: outline.policy,
        place: placeOf(outline.policy),
        message: `${called(outline.policy)} gives no reason`,
        remedy: isCedar ? 'say why: `@reason("…")`' : 'say why: `"because": "…"` in its entry',
      };
    }
  },
};

function hasReason({ policy, text }: PolicyOutline): boolean {
  if ((policy.annotations["reason"] ?? "").trim() !== "") return true;
  // Of Rego, the entry itself may have it, written out or computed.
  return policy.engine === "rego" && /"because"\s*:(?!\s*(?:"\s*"|`\s*`)\s*[,}])/.test(text);
}
