import type { Value } from "../../calls/value.ts";
import type { PlainTest } from "../policy-outline.ts";
import { mentionsOf } from "./mentions.ts";
import { type Expression, pathOf } from "./policy-tree.ts";

const turned = { "==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<=" } as const;
type Comparison = keyof typeof turned;

const alike = { not: false, orAbsent: false } as const;

/** What an expression says, where it holds one part of the request against constants; nothing where it says more. */
export function plainTestOf(expression: Expression): PlainTest | undefined {
  switch (expression.op) {
    case "not": {
      const test = plainTestOf(expression.operand);
      return test === undefined ? undefined : { ...test, not: !test.not };
    }
    case "attribute":
      return tested(expression, "==", [true]);
    case "has": {
      const base = pathOf(expression.of);
      const path = base === undefined ? undefined : [base.root, ...base.names, ...expression.path].join(".");
      return path === undefined ? undefined : { path, op: "has", values: [], ...alike };
    }
    case "in":
      return tested(expression.left, "in", constantsOf(expression.right));
    case "or":
      return oneOf(plainTestOf(expression.left), plainTestOf(expression.right));
    case "comparison":
      return comparison(expression);
    default:
      return undefined;
  }
}

function comparison(expression: Expression & { readonly op: "comparison" }): PlainTest | undefined {
  const [name = ""] = Object.keys(expression.source);
  const [left, right] = expression.operands;
  if (left === undefined || right === undefined || expression.operands.length !== 2) return undefined;
  if (name === "contains") {
    return tested(right, "==", constantsOf(left)) ?? tested(left, "contains", constantsOf(right));
  }
  const op = (Object.keys(turned) as Comparison[]).find((known) => known === name);
  if (op === undefined) return undefined;
  return compared(left, op, right) ?? compared(right, turned[op], left);
}

function compared(tested: Expression, op: Comparison, against: Expression): PlainTest | undefined {
  const [value, ...rest] = constantsOf(against) ?? [];
  const path = nameOf(tested);
  if (path === undefined || value === undefined || rest.length > 0 || against.op === "collection") return undefined;
  const test = { path, values: [value], orAbsent: false } as const;
  return op === "!=" ? { ...test, op: "==", not: true } : { ...test, op, not: false };
}

function tested(part: Expression, op: PlainTest["op"], values: readonly Value[] | undefined): PlainTest | undefined {
  const path = nameOf(part);
  return path === undefined || values === undefined ? undefined : { path, op, values, ...alike };
}

function nameOf(expression: Expression): string | undefined {
  const path = pathOf(expression);
  return path === undefined ? undefined : [path.root, ...path.names].join(".");
}

/** The constants that an expression is, or is a set of. */
function constantsOf(expression: Expression): readonly Value[] | undefined {
  const each = expression.op === "collection" && "Set" in expression.source ? expression.operands : [expression];
  const values = each.map((operand) => {
    const { reads, literals } = mentionsOf(operand);
    return operand.op !== "collection" && reads.length === 0 && literals.length === 1 ? literals : [];
  });
  return values.every((found) => found.length === 1) ? values.flat() : undefined;
}

/** `a == 1 || a == 2` is one of two. */
function oneOf(one: PlainTest | undefined, other: PlainTest | undefined): PlainTest | undefined {
  if (one === undefined || other === undefined || one.path !== other.path || one.op !== other.op) return undefined;
  const isListed = one.op === "==" || one.op === "in";
  return isListed && !one.not && !other.not ? { ...one, values: [...one.values, ...other.values] } : undefined;
}
