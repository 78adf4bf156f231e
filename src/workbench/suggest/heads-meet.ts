import { type EntityRef, isSameEntity } from "../../calls/value.ts";
import type { PolicyOutline, ScopeOutline } from "../../engines/policy-outline.ts";
import { liesIn } from "../lies-in.ts";

/** What a policy says before its conditions. */
export type Head = Pick<PolicyOutline, "actions" | "principal" | "resource">;

/** Whether there can be a request that two heads let through; `false` only where there is none. */
export function headsMeet(one: Head, other: Head): boolean {
  return (
    one.actions.some((action) => other.actions.includes(action)) &&
    scopesMeet(one.principal, other.principal) &&
    scopesMeet(one.resource, other.resource)
  );
}

function scopesMeet(one: ScopeOutline, other: ScopeOutline): boolean {
  const [type, otherType] = [typeOf(one), typeOf(other)];
  if (type !== undefined && otherType !== undefined && type !== otherType) return false;
  const [entity, otherEntity] = [entityOf(one), entityOf(other)];
  if (entity === undefined || otherEntity === undefined || isSameEntity(entity, otherEntity)) return true;
  if (one.op === "==" && other.op === "==") return false;
  // A group or a domain has in it what `entities.json` says; folders and parts of a URL have it by their ids.
  if (!isNested(entity.type) || entity.type !== otherEntity.type) return true;
  return (other.op !== "==" && liesIn(entity, otherEntity)) || (one.op !== "==" && liesIn(otherEntity, entity));
}

function typeOf(scope: ScopeOutline): string | undefined {
  if (scope.op === "is") return scope.type;
  if (scope.op === "any") return undefined;
  return scope.op === "==" || isNested(scope.entity.type) ? scope.entity.type : undefined;
}

function entityOf(scope: ScopeOutline): EntityRef | undefined {
  if (scope.op === "any") return undefined;
  return scope.op === "is" ? scope.in : scope.entity;
}

/** Whether nothing but its own type lies in it. */
function isNested(type: string): boolean {
  return type === "Path" || type === "Url";
}
