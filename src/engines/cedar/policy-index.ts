import type { PolicyJson } from "@cedar-policy/cedar-wasm/nodejs";
import type { Action } from "../../calls/powers.ts";
import type { Entity } from "../../calls/value.ts";
import type { CedarPolicy } from "./read-policies.ts";

/** The policies that could apply to a request by their scope, and a name for exactly this choice of them. */
interface Selection {
  readonly key: string;
  /** In the order of the set. */
  policies(): readonly CedarPolicy[];
}

/** Finds the policies whose scope could match, without looking at those that cannot. */
export interface PolicyIndex {
  select(action: Action, principal: Entity, resource: Entity): Selection;
  /** The permits whose action scope fits and whose principal or resource scope does not, nearest first. */
  nearMisses(action: Action, principal: Entity, resource: Entity): readonly CedarPolicy[];
}

interface Bucket {
  readonly number: number;
  readonly policies: CedarPolicy[];
}

/** principal key → resource key → policies. */
type Shelf = Map<string, Map<string, Bucket>>;

/**
 * Indexes policies by action, principal and resource.
 * INVARIANT: a policy that is left out has a scope clause that is false for the request. Scope clauses come first in
 * its conjunction and cannot err, so it could neither decide nor err.
 */
export function indexPolicies(policies: readonly CedarPolicy[]): PolicyIndex {
  const shelves = new Map<Action, Shelf>();
  let buckets = 0;
  for (const policy of policies) {
    const principal = scopeKey(policy.tree.principal);
    const resource = scopeKey(policy.tree.resource);
    for (const action of policy.actions) {
      const shelf = entry(shelves, action, () => new Map());
      const row = entry(shelf, principal, () => new Map());
      entry<string, Bucket>(row, resource, () => ({ number: buckets++, policies: [] })).policies.push(policy);
    }
  }
  const order = new Map(policies.map((policy, position) => [policy, position]));
  return {
    select: (action, principal, resource) => {
      const shelf: Shelf = shelves.get(action) ?? new Map();
      const found = bucketsOf(shelf, requestKeys(principal), requestKeys(resource));
      return {
        key: found.map(({ number }) => number).join(" "),
        policies: () => {
          const all = found.flatMap((bucket) => bucket.policies);
          return all.sort((one, other) => (order.get(one) ?? 0) - (order.get(other) ?? 0));
        },
      };
    },
    nearMisses: (action, principal, resource) => {
      const [ofPrincipal, ofResource] = [new Set(requestKeys(principal)), new Set(requestKeys(resource))];
      // A permit for the same principal comes before one for the same resource.
      const distance = ({ tree }: CedarPolicy) =>
        (ofPrincipal.has(scopeKey(tree.principal)) ? 0 : 2) + (ofResource.has(scopeKey(tree.resource)) ? 0 : 1);
      return policies
        .filter(({ info, actions }) => info.effect === "permit" && actions.includes(action))
        .map((policy) => ({ policy, distance: distance(policy) }))
        .filter((miss) => miss.distance > 0)
        .sort((one, other) => one.distance - other.distance)
        .map(({ policy }) => policy);
    },
  };
}

// On the path of every decision, and plain loops are half the price.
function bucketsOf(shelf: Shelf, principalKeys: readonly string[], resourceKeys: readonly string[]): readonly Bucket[] {
  const found: Bucket[] = [];
  for (const principalKey of principalKeys) {
    const row = shelf.get(principalKey);
    if (row === undefined) continue;
    for (const resourceKey of resourceKeys) {
      const bucket = row.get(resourceKey);
      if (bucket !== undefined) found.push(bucket);
    }
  }
  return found;
}

const always = "always";

/** The one key under which a scope clause is filed. What cannot be placed goes where it is always found. */
function scopeKey(scope: PolicyJson["principal"] | PolicyJson["resource"]): string {
  switch (scope.op) {
    case "==":
      return "entity" in scope ? `== ${uidKey(scope.entity)}` : always;
    case "in":
      return "entity" in scope ? `in ${uidKey(scope.entity)}` : always;
    case "is": {
      const inside = scope.in;
      if (inside === undefined) return `is ${scope.entity_type}`;
      return "entity" in inside ? `is ${scope.entity_type} in ${uidKey(inside.entity)}` : always;
    }
    default:
      return always;
  }
}

function uidKey(
  uid: { readonly type: string; readonly id: string } | { readonly __entity: { type: string; id: string } },
) {
  const { type, id } = "__entity" in uid ? uid.__entity : uid;
  return `${type} ${id}`;
}

/** Every key that could be filed for a policy that matches this entity. */
function requestKeys({ uid, ancestors }: Entity): readonly string[] {
  const is = `is Yoi::${uid.type}`;
  const own = `Yoi::${uid.type} ${uid.id}`;
  const keys = [always, is, `== ${own}`, `in ${own}`, `${is} in ${own}`];
  for (const ancestor of ancestors) {
    const above = `in Yoi::${ancestor.type} ${ancestor.id}`;
    keys.push(above, `${is} ${above}`);
  }
  return keys;
}

function entry<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}
