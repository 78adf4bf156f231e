import { obligationKinds } from "../../decisions/obligation.ts";
import type { PolicyInfo } from "../../decisions/policy-info.ts";
import type { PolicyOutline } from "../../engines/policy-outline.ts";
import { type Head, headsMeet } from "./heads-meet.ts";
import type { Narrowed, NarrowedPermit } from "./narrow-permits.ts";

/** A permit in force with what a recorded period used of it. */
export interface Used extends Narrowed {
  readonly of: PolicyInfo;
}

/**
 * The permits that have to stay in their own words, so that no call is bound by less than it is, be it on record or not:
 * those that oblige where something else that is suggested, shipped or left in Rego can permit the same call; and those
 * whose rate several parts would count each for itself.
 */
export function keptPermits(used: readonly Used[], outlines: readonly PolicyOutline[]): readonly PolicyOutline[] {
  const obliging = outlines.filter(({ policy }) => isObliging(policy));
  const shared = new Set(used.flatMap(({ of, permits }) => (sharesRate(of, permits) ? [of.id] : [])));
  const staying = new Set(used.flatMap(({ of, unprovided }) => (unprovided.length > 0 ? [of.id] : [])));
  const kept = new Map<string, PolicyOutline>();
  const heads: (Head & { readonly of: string })[] = [
    ...used.flatMap(({ of, permits }) => permits.map((permit) => ({ of: of.id, ...headOf(permit) }))),
    ...outlines
      .filter(({ policy }) => policy.effect === "permit" && (policy.layer === "invariant" || staying.has(policy.id)))
      .map((outline) => ({ of: outline.policy.id, ...outline })),
  ];
  const keep = (outline: PolicyOutline) => {
    kept.set(outline.policy.id, outline);
    heads.push({ of: outline.policy.id, ...outline });
  };
  for (const outline of obliging) if (shared.has(outline.policy.id)) keep(outline);
  // It grows: what is kept can permit what another obliges to.
  for (const head of heads) {
    for (const outline of obliging) {
      const { id } = outline.policy;
      if (!kept.has(id) && head.of !== id && headsMeet(head, outline)) keep(outline);
    }
  }
  return [...kept.values()];
}

// Of Rego, what obliges goes on obliging, whoever permits.
function isObliging({ engine, effect, layer, annotations }: PolicyInfo): boolean {
  const isOperators = layer !== "invariant";
  return (
    engine === "cedar" &&
    effect === "permit" &&
    isOperators &&
    obligationKinds.some((kind) => annotations[kind] !== undefined)
  );
}

function headOf({ principal, actions, resource }: NarrowedPermit): Head {
  return { principal: { op: "==", entity: principal }, actions, resource };
}

// A rate counts by plugin and policy: parts for one plugin each had a count of their own.
function sharesRate({ engine, annotations }: PolicyInfo, permits: readonly NarrowedPermit[]): boolean {
  if (engine !== "cedar" || annotations["rate"] === undefined || permits.length < 2) return false;
  const plugins = permits.flatMap(({ principal }) => (principal.type === "Plugin" ? [principal.id] : []));
  return new Set(plugins).size < permits.length;
}
