import type { Expr, PolicyJson, PrincipalConstraint, ResourceConstraint } from "@cedar-policy/cedar-wasm/nodejs";

/** A variable of a policy. */
export type Variable = "principal" | "action" | "resource" | "context";

/** An expression, reduced to what slicing, projecting and tracing tell apart. `source` is the library's own form. */
export type Expression = { readonly source: Expr } & (
  | { readonly op: "literal" }
  | { readonly op: "variable"; readonly name: Variable }
  | { readonly op: "attribute"; readonly of: Expression; readonly name: string }
  | { readonly op: "has"; readonly of: Expression; readonly path: readonly string[] }
  | { readonly op: "in"; readonly left: Expression; readonly right: Expression }
  | { readonly op: "and" | "or"; readonly left: Expression; readonly right: Expression }
  | { readonly op: "not"; readonly operand: Expression }
  | { readonly op: "choice"; readonly test: Expression; readonly yes: Expression; readonly no: Expression }
  /** Compares or computes: what goes in does not come out. */
  | { readonly op: "comparison"; readonly operands: readonly Expression[] }
  /** A set or record: what goes in can come out. */
  | { readonly op: "collection"; readonly operands: readonly Expression[] }
  /** Anything else: nothing is known of what it does with its operands. */
  | { readonly op: "opaque"; readonly operands: readonly Expression[] }
);

const comparisons = new Set(
  ["==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "neg", "contains", "containsAll", "containsAny", "isEmpty"].concat(
    ["like", "is", "ip", "decimal", "datetime", "duration", "isIpv4", "isIpv6", "isLoopback", "isMulticast"],
    ["isInRange", "lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual", "offset", "durationSince"],
    ["toDate", "toTime", "toMilliseconds", "toSeconds", "toMinutes", "toHours", "toDays"],
  ),
);
const variables = ["principal", "action", "resource", "context"] as const;

interface Operands {
  readonly [name: string]: Expr | undefined;
}

/** Reads the library's tree of an expression. */
export function readExpression(source: Expr): Expression {
  const [op = "", body] = Object.entries(source)[0] ?? [];
  if (op === "Value") return { source, op: "literal" };
  if (op === "Var") {
    const name = variables.find((known) => known === body);
    return name === undefined ? { source, op: "opaque", operands: [] } : { source, op: "variable", name };
  }
  const part = (name: string) => readExpression((body as Operands)[name] ?? { Value: false });
  switch (op) {
    case ".":
      return { source, op: "attribute", of: part("left"), name: (body as { attr: string }).attr };
    case "has":
      return { source, op: "has", of: part("left"), path: [(body as { attr: string | string[] }).attr].flat() };
    case "in":
      return { source, op: "in", left: part("left"), right: part("right") };
    case "is":
      return (body as Operands)["in"] === undefined
        ? { source, op: "comparison", operands: [part("left")] }
        : { source, op: "in", left: part("left"), right: part("in") };
    case "&&":
      return { source, op: "and", left: part("left"), right: part("right") };
    case "||":
      return { source, op: "or", left: part("left"), right: part("right") };
    case "!":
      return { source, op: "not", operand: part("arg") };
    case "if-then-else":
      return { source, op: "choice", test: part("if"), yes: part("then"), no: part("else") };
  }
  const operands = readOperands(op, body);
  if (op === "Set" || op === "Record") return { source, op: "collection", operands };
  return { source, op: comparisons.has(op) ? "comparison" : "opaque", operands };
}

function readOperands(op: string, body: unknown): readonly Expression[] {
  if (Array.isArray(body)) return body.map((operand: Expr) => readExpression(operand));
  const named = body as Operands;
  const operands = op === "Record" ? Object.values(named) : [named["left"], named["right"], named["arg"]];
  return operands.flatMap((operand) => (operand === undefined ? [] : [readExpression(operand)]));
}

/** Every expression directly below. */
export function operandsOf(expression: Expression): readonly Expression[] {
  switch (expression.op) {
    case "literal":
    case "variable":
      return [];
    case "attribute":
    case "has":
      return [expression.of];
    case "in":
    case "and":
    case "or":
      return [expression.left, expression.right];
    case "not":
      return [expression.operand];
    case "choice":
      return [expression.test, expression.yes, expression.no];
    case "comparison":
    case "collection":
    case "opaque":
      return expression.operands;
  }
}

/** `context.via.agent` as its variable and names; nothing for what is no such chain. */
export function pathOf(
  expression: Expression,
): { readonly root: Variable; readonly names: readonly string[] } | undefined {
  const names: string[] = [];
  let at = expression;
  for (; at.op === "attribute"; at = at.of) names.unshift(at.name);
  return at.op === "variable" ? { root: at.name, names } : undefined;
}

/** A scope clause as the expression that it stands for; nothing when it holds for everything. */
export function scopeExpression(tree: PolicyJson, variable: "principal" | "action" | "resource"): Expr | undefined {
  const scope: PrincipalConstraint | ResourceConstraint | PolicyJson["action"] = tree[variable];
  const left = { Var: variable };
  if (scope.op === "All") return undefined;
  if (scope.op === "is") {
    const inside = scope.in !== undefined && "entity" in scope.in ? { in: literal(scope.in.entity) } : {};
    return { is: { left, entity_type: scope.entity_type, ...inside } };
  }
  if ("entities" in scope) return { in: { left, right: { Set: scope.entities.map(literal) } } };
  if (!("entity" in scope)) throw new Error("a slot in a scope");
  const right = literal(scope.entity);
  return scope.op === "==" ? { "==": { left, right } } : { in: { left, right } };
}

/** An entity as an expression. */
export function literal(
  uid: { readonly type: string; readonly id: string } | { readonly __entity: { type: string; id: string } },
): Expr {
  const { type, id } = "__entity" in uid ? uid.__entity : uid;
  return { Value: { __entity: { type, id } } };
}
