import { parse } from "tldts";
import type { Value } from "../../../calls/value.ts";
import type { ConditionOutline, PolicyOutline } from "../../../engines/policy-outline.ts";
import type { Place } from "../../../errors/error-details.ts";
import { knownTests } from "../known-tests.ts";
import { called, type LintRule, placeOf, type RuleFinding, written } from "../lint-rule.ts";

/** A permit for every host, or for every host below a public suffix, which anybody can register one under. */
export const wildcardHost: LintRule = {
  id: "wildcard-host",
  severity: "warning",
  summary: "a permit for hosts that anybody can have",
  isSteady: true,
  *check(parts) {
    for (const outline of written(parts)) {
      if (outline.policy.effect !== "permit") continue;
      const found = publicSuffixes(outline)[0] ?? everyHost(outline);
      if (found !== undefined) yield { policy: outline.policy, ...found };
    }
  },
};

function publicSuffixes(outline: PolicyOutline): readonly RuleFinding[] {
  return [...namedHosts(outline)].flatMap(({ host, place }) => {
    const suffix = kindOfSuffix(host);
    if (suffix === undefined) return [];
    const message = `${called(outline.policy)} is for every host below \`${host}\`, ${suffix}`;
    return [{ place, message, remedy: "name the hosts, or the domain whose owner is trusted" }];
  });
}

function kindOfSuffix(host: string): string | undefined {
  const { publicSuffix, isIcann, isPrivate } = parse(host, { allowPrivateDomains: true });
  if (publicSuffix !== host) return undefined;
  if (isIcann === true) return "where anybody can register a name";
  return isPrivate === true ? "where anybody can have a host of their own" : undefined;
}

function* namedHosts(outline: PolicyOutline): Generator<{ readonly host: string; readonly place: Required<Place> }> {
  for (const { path, op, not, values, place } of knownTests(outline)) {
    if (not || op !== "in" || !/^resource(?:\.host)?$/.test(path)) continue;
    for (const host of values.flatMap(hostOf)) yield { host, place };
  }
  for (const condition of outline.conditions.flatMap(withChildren)) {
    if (!condition.text.includes("domain.within(") || condition.text.startsWith("not ")) continue;
    for (const host of condition.literals.flatMap(hostOf)) yield { host, place: condition.place };
  }
}

function withChildren(condition: ConditionOutline): readonly ConditionOutline[] {
  return [condition, ...condition.children.flatMap(withChildren)];
}

function hostOf(value: Value): readonly string[] {
  if (typeof value === "string") return /^[\w.-]+$/.test(value) ? [value] : [];
  return typeof value === "object" && "entity" in value && value.entity.type === "Domain" ? [value.entity.id] : [];
}

/**
 * Whether a condition may say of which hosts. A port and a scheme say nothing of them, and one that is left out leaves
 * all others; what is not broad is a host that the manifest names.
 */
function isAboutHosts({ kind, test, reads }: ConditionOutline): boolean {
  const isNamed = reads.some((path) => /^(?:resource(?!\.(?:port|scheme)$)|context\.openedBy)(?:\.|$)/.test(path));
  const isLeftOut = test !== undefined && (kind === "unless") !== test.not;
  return (isNamed && !isLeftOut) || reads.some((path) => ["context.broad", "context", "input"].includes(path));
}

/** A permit of requests that asks nothing about where they go. */
function everyHost({ policy, actions, resource, conditions }: PolicyOutline): RuleFinding | undefined {
  if (!actions.includes("https.request")) return undefined;
  if (resource.op !== "any" && !(resource.op === "is" && resource.in === undefined)) return undefined;
  // A condition on the action may leave out requests.
  const isUnclear = conditions.some(({ reads, test }) => reads.includes("action") && test?.path !== "action");
  if (isUnclear || conditions.some(isAboutHosts)) return undefined;
  return {
    place: placeOf(policy),
    message: `${called(policy)} is for \`https.request\` to every host that a manifest asks for, \`https://*\` included`,
    remedy: "give it a resource, or leave out what is broad: `!context.broad`",
  };
}
