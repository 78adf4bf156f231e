import type { PolicyInfo } from "../../decisions/policy-info.ts";
import type { PreparedPolicies } from "../../engines/policy-engine.ts";
import type { ConditionOutline, PolicyOutline } from "../../engines/policy-outline.ts";

/** A policy that is not the same in two sets; `before` and `after` as far as the set has it, and it can be taken apart. */
export interface TouchedPolicy {
  readonly change: "added" | "removed" | "changed";
  readonly policy: PolicyInfo;
  readonly before?: PolicyOutline;
  readonly after?: PolicyOutline;
}

/** The policies that one set has and the other has not, or not as such, in the order of their files. */
export function comparePolicies(
  before: readonly PreparedPolicies[],
  after: readonly PreparedPolicies[],
): readonly TouchedPolicy[] {
  const [former, present] = [policiesById(before), policiesById(after)];
  const ids = [...new Set([...former.keys(), ...present.keys()])].toSorted();
  return ids.flatMap((id): readonly TouchedPolicy[] => {
    const [was, is] = [former.get(id), present.get(id)];
    const policy = is?.policy ?? was?.policy;
    if (policy === undefined || isSameText(was, is)) return [];
    const change = was === undefined ? "added" : is === undefined ? "removed" : "changed";
    return [
      {
        change,
        policy,
        ...(was?.outline !== undefined && { before: was.outline }),
        ...(is?.outline !== undefined && { after: is.outline }),
      },
    ];
  });
}

interface Known {
  readonly policy: PolicyInfo;
  readonly outline?: PolicyOutline;
}

function policiesById(sets: readonly PreparedPolicies[]): ReadonlyMap<string, Known> {
  const outlines = new Map(sets.flatMap((set) => set.outline()).map((outline) => [outline.policy.id, outline]));
  return new Map(
    sets
      .flatMap(({ policies }) => policies)
      .map((policy) => {
        const outline = outlines.get(policy.id);
        return [policy.id, { policy, ...(outline !== undefined && { outline }) }];
      }),
  );
}

function isSameText(one: Known | undefined, other: Known | undefined): boolean {
  return one?.outline !== undefined && other?.outline !== undefined && saidBy(one.outline) === saidBy(other.outline);
}

/** What a policy says, and the rules and data that it leans on, wherever they stand. */
function saidBy({ text, conditions }: PolicyOutline): string {
  const said = ({ text: own, literals, children }: ConditionOutline): unknown => [own, literals, children.map(said)];
  return JSON.stringify([text, conditions.map(said)]).replaceAll(placeOfRule, "");
}

// A rule that others lean on is called by its place, which another rule above it moves.
const placeOfRule = / \([^()"]*:\d+\)/g;
