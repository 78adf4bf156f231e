import type { Expression } from "./policy-tree.ts";

/** The parts of an expression that have a truth of their own. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.op) {
    case "and":
    case "or":
      return flatten(expression, expression.op);
    case "not":
      return [expression.operand];
    case "choice":
      return [expression.test, expression.yes, expression.no];
    default:
      return [];
  }
}

/** `a && (b && c)` as a, b, c: the same value, the same order, the same short-circuits. */
export function flatten(expression: Expression, op: "and" | "or"): readonly Expression[] {
  if (expression.op !== op) return [expression];
  return [...flatten(expression.left, op), ...flatten(expression.right, op)];
}
