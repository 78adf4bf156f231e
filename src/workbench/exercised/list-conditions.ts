import type { PolicyInfo } from "../../decisions/policy-info.ts";
import type { ConditionOutline, PolicyOutline } from "../../engines/policy-outline.ts";
import type { Place } from "../../errors/error-details.ts";

/** What can come of a condition. */
export type Outcome = "true" | "false";

/** Something that tests can exercise: a condition, or a policy as a whole. */
export interface Condition {
  readonly policy: PolicyInfo;
  readonly text: string;
  readonly place: Required<Place>;
  /** What tests should have seen of it. */
  readonly needs: readonly Outcome[];
  readonly seen: Set<Outcome>;
}

/** The conditions of operators' policies, and which part of an outline each of them is. */
export interface ListedConditions {
  readonly all: readonly Condition[];
  /** Of a policy as a whole: that it applied to something. */
  readonly wholes: ReadonlyMap<string, Condition>;
  readonly of: ReadonlyMap<ConditionOutline, Condition>;
}

/**
 * Lists what tests can exercise. What can only ever come out one way, such as an assignment, needs to be seen that way
 * alone; constants, and tests of the action, which are a policy's scope, are no conditions.
 */
export function listConditions(outlines: readonly PolicyOutline[], isOwn: (file: string) => boolean): ListedConditions {
  const wholes = new Map<string, Condition>();
  const of = new Map<ConditionOutline, Condition>();
  // A rule that several policies lean on is one rule: its conditions are known by their places.
  const shared = new Map<string, Condition>();
  const add = (node: ConditionOutline, policy: PolicyInfo) => {
    if (!isOwn(node.place.file)) return;
    if (isCondition(node, policy)) {
      const { text, place } = node;
      const key = policy.engine === "rego" ? [place.file, place.line, place.column, text].join("\n") : "";
      const condition = shared.get(key) ?? { policy, text, place, needs: needsOf(node, policy), seen: new Set() };
      if (key !== "") shared.set(key, condition);
      of.set(node, condition);
    }
    for (const child of node.children) add(child, policy);
  };
  for (const { policy, conditions } of outlines) {
    const text = `${policy.effect} ${policy.name}`;
    wholes.set(policy.id, { policy, text, place: policy.place, needs: ["true"], seen: new Set() });
    for (const condition of conditions) add(condition, policy);
  }
  return { all: [...wholes.values(), ...new Set(of.values())], wholes, of };
}

/** Whether a node is a rule that others lean on, and not an expression. */
export function isRule({ text, place }: ConditionOutline): boolean {
  return text.endsWith(` (${place.file}:${place.line})`);
}

function isCondition(node: ConditionOutline, { engine }: PolicyInfo): boolean {
  if (node.constant !== undefined) return false;
  if (engine === "rego") return !isRule(node) && !(node.kind === "when" && node.test?.path === "action");
  // What a whole of several parts comes to is what the last part comes to that was evaluated.
  return node.children.length === 0;
}

const onlyTrue = /^some\b|^[^"`]*?:=/;

function needsOf({ text }: ConditionOutline, { engine }: PolicyInfo): readonly Outcome[] {
  return engine === "rego" && onlyTrue.test(text) ? ["true"] : ["true", "false"];
}
