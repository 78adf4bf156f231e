import type { PreparedPolicies } from "../../engines/policy-engine.ts";
import { type Change, changes, type Flip } from "./replay-decisions.ts";
import { isSameBound } from "./replayed-answer.ts";

/** Flips of one kind, of one plugin and one action. */
export interface FlipGroup {
  readonly change: Change;
  readonly plugin: string;
  readonly action: string;
  readonly count: number;
  /** The newest of them, to ask about. */
  readonly newest: string;
  /** Policies that make the answer now and did not then, by id; and those that did then and do not now. */
  readonly gained: readonly string[];
  readonly lost: readonly string[];
  /** Of how many that are allowed as before the obligations are others. */
  readonly rebound: number;
}

/** Gathers flips by how they changed, by plugin and by action: what widens first, and of that the most frequent. */
export function groupFlips(flips: readonly Flip[]): readonly FlipGroup[] {
  const groups = Map.groupBy(flips, ({ change, entry }) => JSON.stringify([change, entry.plugin, entry.action]));
  return [...groups.values()]
    .map(groupOf)
    .toSorted(
      (one, other) =>
        changes.indexOf(one.change) - changes.indexOf(other.change) || other.count - one.count || by(one, other),
    );
}

function groupOf(flips: readonly Flip[]): FlipGroup {
  const [first] = flips;
  const last = flips.at(-1);
  if (first === undefined || last === undefined) throw new TypeError("a group has flips");
  const { change, entry } = first;
  return {
    change,
    plugin: entry.plugin ?? "",
    action: entry.action,
    count: flips.length,
    newest: last.entry.decision,
    gained: eachOnce(
      flips.flatMap(({ before, after }) => after.policies.filter((id) => !before.policies.includes(id))),
    ),
    lost: eachOnce(flips.flatMap(({ before, after }) => before.policies.filter((id) => !after.policies.includes(id)))),
    rebound: flips.filter(({ before, after }) => before.kind === after.kind && !isSameBound(before, after)).length,
  };
}

/** How a policy stands among others, for a word beside its name. */
export function isKnownTo(sets: readonly PreparedPolicies[]): (id: string) => boolean {
  const ids = new Set(sets.flatMap((set) => set.policies).map(({ id }) => id));
  return (id) => ids.has(id);
}

function eachOnce(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)].toSorted();
}

function by(one: FlipGroup, other: FlipGroup): number {
  const [left, right] = [`${one.plugin} ${one.action}`, `${other.plugin} ${other.action}`];
  return left < right ? -1 : left > right ? 1 : 0;
}
