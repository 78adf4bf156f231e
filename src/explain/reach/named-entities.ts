import type { Action } from "../../calls/powers.ts";
import type { EntityRef, EntityType, Value } from "../../calls/value.ts";
import type { PolicySources, PreparedPolicies } from "../../engines/policy-engine.ts";
import type { ConditionOutline, PolicyOutline, ScopeOutline } from "../../engines/policy-outline.ts";

/** What the policies that can apply to an action of one plugin name. */
export interface NamedEntities {
  /** For an action that the plugin asks for. */
  ofAction(action: Action): readonly EntityRef[];
  /** The agents that any policy names. */
  readonly agents: readonly EntityRef[];
}

/**
 * The paths, URLs, domains and agents that policies and files of entities name: where the answer of policy can change
 * from one resource to the next. What is named by policies for other plugins is left out.
 */
export function namedEntities(
  plugin: string,
  sets: readonly PreparedPolicies[],
  { entities = [] }: Pick<PolicySources, "entities">,
): NamedEntities {
  const everywhere = entities.flatMap(({ text }) => entitiesIn(parsed(text)));
  const outlines = sets.flatMap((set) => set.outline());
  const own = outlines.filter(({ principal }) => canBe(plugin, principal));
  const agents = outlines.filter(({ actions }) => actions.includes("tool.execute")).flatMap(namedBy);
  const byAction = new Map<Action, readonly EntityRef[]>();
  return {
    agents: distinct([...everywhere, ...agents]).filter(({ type }) => type === "Agent"),
    ofAction(action) {
      const known = byAction.get(action);
      if (known !== undefined) return known;
      const named = own.filter(({ actions }) => actions.includes(action)).flatMap(namedBy);
      const found = distinct([...everywhere, ...named]);
      byAction.set(action, found);
      return found;
    },
  };
}

/** Whether a policy's head leaves room for the plugin; what a group has in it is not asked. */
function canBe(plugin: string, scope: ScopeOutline): boolean {
  const entity = scope.op === "any" ? undefined : scope.op === "is" ? scope.in : scope.entity;
  return entity?.type !== "Plugin" || entity.id === plugin;
}

/** Every entity that a policy names, in its head and in its conditions. */
export function namedBy({ principal, resource, conditions }: PolicyOutline): readonly EntityRef[] {
  return [...ofScope(principal), ...ofScope(resource), ...conditions.flatMap(ofCondition)];
}

function ofScope(scope: ScopeOutline): readonly EntityRef[] {
  if (scope.op === "any") return [];
  if (scope.op !== "is") return [scope.entity];
  return scope.in === undefined ? [] : [scope.in];
}

function ofCondition({ literals, children }: ConditionOutline): readonly EntityRef[] {
  return [...literals.flatMap(ofValue), ...children.flatMap(ofCondition)];
}

function ofValue(value: Value): readonly EntityRef[] {
  if (typeof value !== "object") return [];
  if (Array.isArray(value)) return value.flatMap(ofValue);
  return "entity" in value ? [value.entity] : [];
}

function distinct(refs: readonly EntityRef[]): readonly EntityRef[] {
  return [...new Map(refs.map((ref) => [`${ref.type} ${ref.id}`, ref])).values()];
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function entitiesIn(value: unknown): readonly EntityRef[] {
  if (typeof value !== "object" || value === null) return [];
  const below = Object.values(value).flatMap(entitiesIn);
  const { type, id } = value as { readonly type?: unknown; readonly id?: unknown };
  if (typeof type !== "string" || typeof id !== "string") return below;
  return [{ type: type.replace(/^Yoi::/, "") as EntityType, id }, ...below];
}
