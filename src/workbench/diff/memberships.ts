import type { EntityRef } from "../../calls/value.ts";
import { entityKey } from "../../engines/cedar/known-entities.ts";
import { readEntities } from "../../engines/cedar/read-entities.ts";
import type { PolicySources } from "../../engines/policy-engine.ts";

/** What lies in each group and each domain by the operator's own word, by `entityKey`. */
export type Memberships = ReadonlyMap<string, readonly EntityRef[]>;

/** The memberships that files of entities bring. */
export function membershipsOf({ entities = [] }: Pick<PolicySources, "entities">): Memberships {
  const members = [...readEntities(entities).added].flatMap(([key, ancestors]) =>
    ancestors.map((above) => ({ above: entityKey(above), member: refOf(key) })),
  );
  const byAbove = Map.groupBy(members, ({ above }) => above);
  return new Map([...byAbove].map(([above, some]) => [above, some.map(({ member }) => member)]));
}

/** The groups and domains that do not have the same in them. */
export function changedMemberships(before: Memberships, after: Memberships): ReadonlySet<string> {
  const listed = (members: readonly EntityRef[] = []) => members.map(entityKey).toSorted().join("\n");
  const all = [...before.keys(), ...after.keys()];
  return new Set(all.filter((above) => listed(before.get(above)) !== listed(after.get(above))));
}

/** What lies in an entity by either of two files, and first what lies in it by one alone. */
export function knownMembers(before: Memberships, after: Memberships): (entity: EntityRef) => readonly EntityRef[] {
  return (entity) => {
    const key = entityKey(entity);
    const both = [...(before.get(key) ?? []), ...(after.get(key) ?? [])];
    const sides = Map.groupBy(both, entityKey);
    return [...sides.values()].toSorted((one, other) => one.length - other.length).flatMap(([member]) => member ?? []);
  };
}

function refOf(key: string): EntityRef {
  const space = key.indexOf(" ");
  return { type: key.slice(0, space) as EntityRef["type"], id: key.slice(space + 1) };
}
