import type { ConditionOutline, PolicyOutline } from "../../engines/policy-outline.ts";
import type { CoveredLines } from "../../engines/policy-tests.ts";
import type { Place } from "../../errors/error-details.ts";
import { isRule, type ListedConditions, type Outcome } from "./list-conditions.ts";

/** Whether anything on a line was evaluated; of the line of a rule's head, whether the rule came out true. */
type IsCovered = (place: Pick<Required<Place>, "file" | "line">) => boolean;

interface Run {
  readonly isCovered: IsCovered;
  readonly listed: ListedConditions;
}

/**
 * Records what a run of tests in Rego made of a policy, of which only its lines are known. An expression was true where
 * one behind it was evaluated, or its rule came out; it was false where neither is so.
 */
export function recordLines(outline: PolicyOutline, lines: readonly CoveredLines[], listed: ListedConditions): void {
  const covered = new Map(lines.map((file) => [file.file, new Set(file.covered)]));
  const isCovered: IsCovered = ({ file, line }) => covered.get(file)?.has(line) === true;
  const { place } = outline.policy;
  const isDistinct = outline.conditions.every((condition) => condition.place.line !== place.line);
  if (isCovered(place) && isDistinct) listed.wholes.get(outline.policy.id)?.seen.add("true");
  recordBody(outline.conditions, place, undefined, { isCovered, listed });
}

/** `came` is what the rule came to, where whoever leans on it says so. */
function recordBody(
  body: readonly ConditionOutline[],
  head: Required<Place>,
  came: Outcome | undefined,
  run: Run,
): void {
  for (const [index, node] of body.entries()) {
    const outcome = outcomeOf(node, [...body.slice(index + 1).map(({ place }) => place), head], run.isCovered);
    // A rule of one expression stands on one line with it.
    const known = outcome ?? (body.length === 1 && run.isCovered(node.place) ? came : undefined);
    if (known !== undefined) run.listed.of.get(node)?.seen.add(known);
    const rules = node.children.filter(isRule);
    const told = rules.length === 1 && node.text === nameOf(rules[0]) ? known : undefined;
    for (const rule of rules) recordBody(rule.children, rule.place, told, run);
  }
}

/** Nothing where it was not evaluated, and where it shares its line with what follows it. */
function outcomeOf({ place }: ConditionOutline, behind: readonly Required<Place>[], isCovered: IsCovered) {
  if (!isCovered(place) || behind.some(({ line }) => line === place.line)) return undefined;
  return behind.some(isCovered) ? "true" : "false";
}

/** `small` of `data.yoi.policy.egress.small (egress.rego:11)`. */
function nameOf(rule: ConditionOutline | undefined): string | undefined {
  return /([^.]+) \(/.exec(rule?.text ?? "")?.[1];
}
