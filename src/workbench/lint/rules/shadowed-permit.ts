import { type Action, actionGroups } from "../../../calls/powers.ts";
import type { ConditionOutline, PlainTest, PolicyOutline, ScopeOutline } from "../../../engines/policy-outline.ts";
import { implies } from "../implies.ts";
import { knownTests, scopeTest } from "../known-tests.ts";
import { called, granted, isWholeText, type LintRule, placeOf } from "../lint-rule.ts";

/** A permit whose every call a forbid denies. */
export const shadowedPermit: LintRule = {
  id: "shadowed-permit",
  severity: "warning",
  summary: "a permit that a forbid takes back whole",
  isSteady: true,
  *check(parts) {
    const forbids = indexByAction(parts.outlines.filter((outline) => outline.policy.effect === "forbid").map(asForbid));
    for (const outline of granted(parts)) {
      const [action] = outline.actions;
      if (outline.policy.effect !== "permit" || action === undefined) continue;
      const permit = { outline, tests: knownTests(outline) };
      const forbid = (forbids.get(action) ?? []).find((one) => shadows(one, permit));
      if (forbid === undefined) continue;
      const { place, name } = forbid.outline.policy;
      yield {
        policy: outline.policy,
        place: placeOf(outline.policy),
        message: `${called(outline.policy)} lets nothing through: forbid \`${name}\` (${place.file}:${place.line}) denies all that it permits`,
        remedy: "take one of them out, or make an exception in the forbid",
      };
    }
  },
};

interface Permit {
  readonly outline: PolicyOutline;
  readonly tests: readonly PlainTest[];
}

interface Forbid {
  readonly outline: PolicyOutline;
  /** What a call must pass for the forbid to deny it. */
  readonly wanted: readonly Wanted[];
}

/** A test, or a condition that says more than one and is only met by the same words. */
type Wanted = PlainTest | { readonly kind: "when" | "unless"; readonly text: string };

function asForbid(outline: PolicyOutline): Forbid {
  const { principal, resource, conditions } = outline;
  const scopes = [scopeTest("principal", principal), scopeTest("resource", resource)];
  return { outline, wanted: [...scopes.filter((one) => one !== undefined), ...conditions.flatMap(wantedOf)] };
}

function wantedOf({ kind, test, text, constant }: ConditionOutline): readonly Wanted[] {
  const isUnless = kind === "unless";
  if (constant === !isUnless) return [];
  if (test !== undefined) return [isUnless ? { ...test, not: !test.not } : test];
  return [{ kind: isUnless ? "unless" : "when", text }];
}

function indexByAction(forbids: readonly Forbid[]): ReadonlyMap<Action, readonly Forbid[]> {
  const index = new Map<Action, Forbid[]>();
  for (const forbid of forbids) {
    if (!isCertain(forbid.outline)) continue;
    for (const action of forbid.outline.actions) {
      const own = index.get(action) ?? [];
      own.push(forbid);
      index.set(action, own);
    }
  }
  return index;
}

// An entry in Rego whose head is computed is missing where that has no answer; and the actions of a policy are all those
// that its head, or its plain tests in Rego, leave, which another expression may narrow.
const literalHead = /^(?:#[^\n]*\n)*forbid contains \{(?:\s*"\w+"\s*:\s*"(?:[^"\\\n]|\\.)*"\s*,?)*\s*\}/;

function isCertain({ policy, text }: PolicyOutline): boolean {
  return policy.engine === "cedar" || literalHead.test(text);
}

function shadows({ outline, wanted }: Forbid, permit: Permit): boolean {
  const { actions } = permit.outline;
  return (
    hasType(outline.principal, permit.outline.principal) &&
    hasType(outline.resource, permit.outline.resource) &&
    actions.every((action) => outline.actions.includes(action)) &&
    wanted.every((one) => isMet(one, outline, permit))
  );
}

function isMet(wanted: Wanted, forbid: PolicyOutline, { outline, tests }: Permit): boolean {
  if ("path" in wanted) {
    if (wanted.path === "action") return outline.actions.every((action) => isOfAction(wanted, action));
    return implies(tests, wanted);
  }
  // The same words mean the same in Cedar, which has no variables of a policy's own.
  const bothCedar = forbid.policy.engine === "cedar" && outline.policy.engine === "cedar";
  return (
    bothCedar &&
    isWholeText(wanted.text) &&
    outline.conditions.some(({ kind, text }) => kind === wanted.kind && text === wanted.text)
  );
}

function isOfAction({ op, values, not }: PlainTest, action: Action): boolean {
  if (op !== "==" && op !== "in") return false;
  const named = values.map((value) => (typeof value === "object" && "entity" in value ? value.entity.id : value));
  const groups: readonly string[] = op === "in" ? actionGroups[action] : [];
  return named.some((name) => name === action || groups.some((group) => group === name)) !== not;
}

function hasType(forbid: ScopeOutline, permit: ScopeOutline): boolean {
  if (forbid.op !== "is") return true;
  if (permit.op === "is") return permit.type === forbid.type;
  return permit.op === "==" && permit.entity.type === forbid.type;
}
