import type { EntityType } from "../../calls/value.ts";
import type { ConditionOutline, PolicyOutline, ScopeOutline } from "../policy-outline.ts";
import { askedBeforeParts, askedByHead, askedIn, canErr } from "./can-err.ts";
import { flatten, partsOf } from "./expression-parts.ts";
import { type FindPlace, placesIn } from "./expression-places.ts";
import { mentionsOf } from "./mentions.ts";
import { plainTestOf } from "./plain-test.ts";
import type { Expression } from "./policy-tree.ts";
import { expressionText } from "./probe-policy.ts";
import type { CedarPolicy } from "./read-policies.ts";

/** Every policy taken apart, in their order. */
export function outlinePolicies(policies: readonly CedarPolicy[]): readonly PolicyOutline[] {
  return policies.map(outlinePolicy);
}

function outlinePolicy(policy: CedarPolicy): PolicyOutline {
  const { info, part, tree, actions } = policy;
  return {
    policy: info,
    text: part.text.replace(blanksBefore, ""),
    actions,
    principal: scopeOf(tree.principal),
    resource: scopeOf(tree.resource),
    conditions: conditionsOf(policy, placesIn(policy)),
  };
}

function conditionsOf(policy: CedarPolicy, findPlace: FindPlace): readonly ConditionOutline[] {
  const asked = [...askedByHead(policy.tree)];
  return policy.conditions.flatMap(({ kind, body }) => {
    const parts = kind === "when" ? flatten(body, "and") : [body];
    return parts.map((expression) => {
      const outlined = outlineOf(expression, kind, { policy, findPlace, asked: [...asked] });
      if (kind === "when") asked.push(...askedIn(expression));
      return outlined;
    });
  });
}

const blanksBefore = /^(?:\s+|\/\/[^\r\n]*)+/u;

interface Around {
  readonly policy: CedarPolicy;
  readonly findPlace: FindPlace;
  /** What was asked for before, with `has`. */
  readonly asked: readonly string[];
}

function outlineOf(expression: Expression, kind: ConditionOutline["kind"], around: Around): ConditionOutline {
  const { policy, findPlace, asked } = around;
  const text = expressionText(expression.source, policy.numbers);
  const place = findPlace(text);
  const before = askedBeforeParts(expression, asked);
  const children = partsOf(expression).map((part, at) =>
    outlineOf(part, "operand", { ...around, asked: before[at] ?? asked }),
  );
  const test = plainTestOf(expression);
  const constant = constantOf(expression);
  return {
    text,
    kind,
    place,
    ...mentionsOf(expression),
    canErr: canErr(expression, policy.numbers, asked),
    ...(test !== undefined && { test }),
    ...(constant !== undefined && { constant }),
    children,
  };
}

function constantOf({ source }: Expression): boolean | undefined {
  return "Value" in source && typeof source.Value === "boolean" ? source.Value : undefined;
}

function scopeOf(scope: CedarPolicy["tree"]["principal" | "resource"]): ScopeOutline {
  if (scope.op === "is") {
    const inside = scope.in !== undefined && "entity" in scope.in ? { in: entityOf(scope.in.entity) } : {};
    return { op: "is", type: typeOf(scope.entity_type), ...inside };
  }
  if (scope.op === "All" || !("entity" in scope)) return { op: "any" };
  return { op: scope.op, entity: entityOf(scope.entity) };
}

type EntityUid = { readonly type: string; readonly id: string } | { readonly __entity: { type: string; id: string } };

function entityOf(uid: EntityUid): { readonly type: EntityType; readonly id: string } {
  const { type, id } = "__entity" in uid ? uid.__entity : uid;
  return { type: typeOf(type) as EntityType, id };
}

function typeOf(name: string): string {
  return name.replace(/^Yoi::/, "");
}
