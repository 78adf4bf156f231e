import { isPluginRef, type PluginRef } from "../../../calls/identifiers.ts";
import type { EntityRef, Value } from "../../../calls/value.ts";
import type { ConditionOutline, PolicyOutline, ScopeOutline } from "../../../engines/policy-outline.ts";
import type { Place } from "../../../errors/error-details.ts";
import { suggestName } from "../../../errors/suggest-name.ts";
import { called, type KnownNames, type LintRule, placeOf, type RuleFinding, written } from "../lint-rule.ts";

/** A policy for a plugin, tool, mount, secret or agent that is not here. */
export const unknownName: LintRule = {
  id: "unknown-name",
  severity: "warning",
  summary: "a policy for something that does not exist in this workspace",
  isSteady: false,
  *check(parts) {
    const { names } = parts;
    if (names === undefined) return;
    for (const outline of written(parts)) {
      const [found] = [...namesIn(outline)].flatMap((named) => unknown(named, outline, names));
      if (found !== undefined) yield { policy: outline.policy, ...found };
    }
  },
};

interface Named {
  readonly entity: EntityRef;
  readonly place: Required<Place>;
  /** Whether it is what the policy is not for. */
  readonly isExcluded: boolean;
}

function* namesIn(outline: PolicyOutline): Generator<Named> {
  const place = placeOf(outline.policy);
  for (const scope of [outline.principal, outline.resource]) {
    for (const entity of entitiesOf(scope)) yield { entity, place, isExcluded: false };
  }
  for (const condition of outline.conditions) {
    const named = { place: condition.place, isExcluded: isExcluding(condition) };
    for (const value of condition.literals) {
      if (typeof value === "object" && "entity" in value) yield { entity: value.entity, ...named };
    }
    for (const entity of namedInRego(condition, outline)) yield { entity, ...named };
  }
}

function isExcluding({ kind, test, text }: ConditionOutline): boolean {
  const isNegated = test?.not ?? /^(?:!|not )/.test(text);
  return (kind === "unless") !== isNegated;
}

function entitiesOf(scope: ScopeOutline): readonly EntityRef[] {
  if ("entity" in scope) return [scope.entity];
  return scope.op === "is" && scope.in !== undefined ? [scope.in] : [];
}

/** Rego holds ids against texts; of which type they are, the part of the input and the actions say. */
function namedInRego({ test }: ConditionOutline, { policy, actions }: PolicyOutline): readonly EntityRef[] {
  if (policy.engine !== "rego" || test === undefined || (test.op !== "==" && test.op !== "in")) return [];
  const type = typeOf(test.path, actions);
  const ids = test.values.filter((value: Value) => typeof value === "string");
  return type === undefined ? [] : ids.map((id) => entityOf(type, id));
}

function typeOf(path: string, actions: PolicyOutline["actions"]): EntityRef["type"] | undefined {
  const only = (family: RegExp) => actions.length > 0 && actions.every((action) => family.test(action));
  if (path === "context.plugin.id") return "Plugin";
  if (path === "context.mount") return "Path";
  if (path === "principal.id" && only(/^(?:tool\.execute|plugin\.prepare)$/)) return "Agent";
  if (path === "principal.id" && only(/^(?!tool\.execute|plugin\.prepare)/)) return "Plugin";
  if (path !== "resource" && path !== "resource.id") return undefined;
  if (only(/^fs\./)) return "Path";
  if (only(/^secret\./)) return "Secret";
  return only(/^tool\./) ? "Tool" : undefined;
}

function entityOf(type: EntityRef["type"], id: string): EntityRef {
  return { type: type === "Tool" && isPluginRef(id) ? "Plugin" : type, id };
}

function unknown(
  { entity: { type, id }, place, isExcluded }: Named,
  { policy }: PolicyOutline,
  names: KnownNames,
): readonly RuleFinding[] {
  const found = unknownPart(type, id, names);
  if (found === undefined) return [];
  const { what, name, known, isOpen } = found;
  const meant = suggestName(name, known);
  // A forbid, and what a permit leaves out, may well be written before what they hold back, and a user's own policies
  // are for every workspace. There, only a name that can hardly be another one is told: `ci` is no misspelt `cli`.
  const isLikely = meant !== undefined && Math.min(name.length, meant.length) >= likelyLengthMin;
  const isAhead = isExcluded || policy.effect !== "permit" || policy.layer === "user";
  if (!isLikely && (isOpen || isAhead)) return [];
  const remedy =
    meant === undefined ? listed(known) : `did you mean \`${meant}\`? Otherwise it applies to nothing here`;
  return [{ place, message: `${called(policy)} names ${what} \`${name}\`, which is not here`, remedy }];
}

const likelyLengthMin = 4;

interface Unknown {
  readonly what: string;
  readonly name: string;
  readonly known: readonly string[];
  /** Whether there may be others, which nothing here names. */
  readonly isOpen?: boolean;
}

function unknownPart(type: EntityRef["type"], id: string, names: KnownNames): Unknown | undefined {
  switch (type) {
    case "Plugin":
      return unknownPlugin(id, names);
    case "Tool":
      return unknownTool(id, names);
    case "Path":
      return absent("the mount", id.split("/")[0] ?? "", names.mounts);
    case "Secret":
      return absent("the secret", id, names.secrets);
    case "Agent": {
      const found = absent("the agent", id, names.agents);
      return found === undefined ? undefined : { ...found, isOpen: true };
    }
    default:
      return undefined;
  }
}

function unknownPlugin(id: string, { plugins }: KnownNames): Unknown | undefined {
  // What an agent's own program brings is only there while it runs.
  if (id.startsWith("builtin:")) return undefined;
  return absent("the plugin", id, [...plugins.keys()]);
}

function unknownTool(id: string, names: KnownNames): Unknown | undefined {
  const [plugin = "", tool = ""] = id.split("/");
  const ofPlugin = unknownPlugin(plugin, names);
  if (ofPlugin !== undefined) return ofPlugin;
  const tools = names.plugins.get(plugin as PluginRef) ?? [];
  // Of a package that cannot be read nobody knows the tools.
  return tools.length === 0 ? undefined : absent(`of \`${plugin}\` the tool`, tool, tools);
}

function absent(what: string, name: string, known: readonly string[]): Unknown | undefined {
  return known.includes(name) ? undefined : { what, name, known };
}

const listedMax = 5;

function listed(known: readonly string[]): string {
  if (known.length === 0) return "nothing of the kind is here";
  const more = known.length > listedMax ? " …" : "";
  return `known here: ${known
    .slice(0, listedMax)
    .map((name) => `\`${name}\``)
    .join(", ")}${more}`;
}
