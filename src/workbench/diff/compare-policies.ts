import type { PolicyInfo } from "../../decisions/policy-info.ts";
import { entityKey } from "../../engines/cedar/known-entities.ts";
import type { PreparedPolicies } from "../../engines/policy-engine.ts";
import type { PolicyOutline } from "../../engines/policy-outline.ts";
import { namedBy } from "../../explain/reach/named-entities.ts";

/** A policy that is not the same in two sets; `before` and `after` as far as the set has it, and it can be taken apart. */
export interface TouchedPolicy {
  /** `members`: it says the same, and a group or domain that it names has something else in it. */
  readonly change: "added" | "removed" | "changed" | "members";
  readonly policy: PolicyInfo;
  readonly before?: PolicyOutline;
  readonly after?: PolicyOutline;
}

/** The policies that one set has and the other has not, or not as such, in the order of their files. */
export function comparePolicies(
  before: readonly PreparedPolicies[],
  after: readonly PreparedPolicies[],
  changedMembers: ReadonlySet<string>,
): readonly TouchedPolicy[] {
  const [former, present] = [policiesById(before), policiesById(after)];
  const ids = [...new Set([...former.keys(), ...present.keys()])].toSorted();
  return ids.flatMap((id): readonly TouchedPolicy[] => {
    const [was, is] = [former.get(id), present.get(id)];
    const policy = is?.policy ?? was?.policy;
    const change = changeOf(was, is, changedMembers);
    if (policy === undefined || change === undefined) return [];
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

function changeOf(
  was: Known | undefined,
  is: Known | undefined,
  changedMembers: ReadonlySet<string>,
): TouchedPolicy["change"] | undefined {
  if (was === undefined) return "added";
  if (is === undefined) return "removed";
  if (was.outline === undefined || is.outline === undefined || !isSame(was.outline, is.outline)) {
    return "changed";
  }
  return namedBy(is.outline).some((entity) => changedMembers.has(entityKey(entity))) ? "members" : undefined;
}

function isSame(one: PolicyOutline, other: PolicyOutline): boolean {
  return one.text === other.text && one.digest === other.digest;
}
