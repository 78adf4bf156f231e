import { type Action, actionGroups, actions } from "../../calls/powers.ts";
import type { ConditionOutline, PlainTest, PolicyOutline } from "../policy-outline.ts";
import { policyOf } from "./from-rego-answer.ts";
import type { PreparedUnit } from "./prepare-units.ts";
import type { OutlinedExpression, OutlinedRule } from "./rego-unit.ts";

/** Every policy of the units, taken apart. A bundle, which has no sources, has no outline. */
export function outlineUnits(units: readonly PreparedUnit[]): readonly PolicyOutline[] {
  return units.flatMap(({ rules, outlines, layer }) =>
    (rules ?? []).flatMap((rule, position) => {
      const outlined = outlines?.[position];
      if (outlined === undefined) return [];
      const conditions = outlined.expressions.map((expression) => conditionOf(expression, outlined.file, "when"));
      return [
        {
          policy: policyOf(rule, layer),
          text: outlined.text,
          digest: outlined.digest,
          actions: actionsOf(conditions),
          principal: { op: "any" },
          resource: { op: "any" },
          entryReads: outlined.entryReads,
          conditions,
        } satisfies PolicyOutline,
      ];
    }),
  );
}

function conditionOf(expression: OutlinedExpression, file: string, kind: ConditionOutline["kind"]): ConditionOutline {
  const { line, column, below, ...said } = expression;
  const constant = constants[said.text];
  return {
    ...said,
    kind,
    place: { file, line, column },
    ...(constant !== undefined && { constant }),
    children: below.map(conditionOfRule),
  };
}

const constants: { readonly [text: string]: boolean | undefined } = {
  true: true,
  false: false,
  "not true": false,
  "not false": true,
};

function conditionOfRule({ name, file, line, column, expressions }: OutlinedRule): ConditionOutline {
  const children = expressions.map((expression) => conditionOf(expression, file, "operand"));
  return {
    // As a trace calls it.
    text: `${name} (${file}:${line})`,
    kind: "operand",
    place: { file, line, column },
    reads: [...new Set(children.flatMap(({ reads }) => reads))],
    literals: [...new Set(children.flatMap(({ literals }) => literals))],
    canErr: children.some(({ canErr }) => canErr),
    children,
  };
}

/** Those that no expression excludes; an expression that says more than a test of the action excludes none. */
function actionsOf(conditions: readonly ConditionOutline[]): readonly Action[] {
  const tests = conditions.flatMap(({ test }) => (test?.path === "action" ? [test] : []));
  return actions.filter((action) => tests.every((test) => isPassed(test, action)));
}

function isPassed({ op, values, not }: PlainTest, action: Action): boolean {
  if (op !== "==" && op !== "in") return true;
  const groups: readonly string[] = op === "in" ? actionGroups[action] : [];
  const isNamed = values.some((value) => value === action || groups.some((group) => group === value));
  return isNamed !== not;
}
