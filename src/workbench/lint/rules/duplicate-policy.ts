import type { PolicyOutline } from "../../../engines/policy-outline.ts";
import { called, isWholeText, type LintRule, placeOf, written } from "../lint-rule.ts";

/** A policy that says what an earlier one says. */
export const duplicatePolicy: LintRule = {
  id: "duplicate-policy",
  severity: "note",
  summary: "a policy that another one says word for word",
  isSteady: true,
  *check(parts) {
    const first = new Map<string, PolicyOutline>();
    for (const outline of written(parts)) {
      if (!outline.conditions.every(({ text }) => isWholeText(text))) continue;
      const words = wordsOf(outline);
      const earlier = first.get(words);
      if (earlier === undefined) {
        first.set(words, outline);
        continue;
      }
      const { place } = earlier.policy;
      yield {
        policy: outline.policy,
        place: placeOf(outline.policy),
        message: `${called(outline.policy)} says what ${called(earlier.policy)} says (${place.file}:${place.line})`,
        remedy: "take one of them out, or say what is to be different",
      };
    }
  },
};

/** All that counts when a call is decided: two policies with the same are one. */
function wordsOf({ policy, actions, principal, resource, conditions }: PolicyOutline): string {
  const { engine, effect, layer, annotations, place } = policy;
  const { id: _id, reason: _reason, ...duties } = annotations;
  // In Rego, names mean what the file's imports and its package say.
  const module = engine === "rego" ? place.file : "";
  const texts = conditions.map(({ kind, text }) => [kind, text]);
  return JSON.stringify([engine, effect, layer, duties, module, actions, principal, resource, texts]);
}
