import { type Expression, operandsOf, pathOf, type Variable } from "./policy-tree.ts";
import type { CedarPolicy } from "./read-policies.ts";

/** What is read of one value: all of it, some of its attributes, or, of an entity, what it lies in. */
export interface Wants {
  whole: boolean;
  ancestors: boolean;
  readonly attributes: Map<string, Wants>;
}

/** What a slice's policies can read of a request; the rest cannot bear on the answer. */
export interface Projection {
  /** Set where a value is used in a way that cannot be followed: then nothing may be left out. */
  everything: boolean;
  readonly roots: { readonly [V in Variable]: Wants };
  /** Whether the moment of the decision is among what is read. */
  mentionsNow: boolean;
}

/** Nothing left out: for traces, and for slices that cannot be followed. */
export const wholeRequest: Projection = { ...emptyProjection(), everything: true, mentionsNow: true };

/** Works out once for a slice which attribute paths its policies mention. */
export function projectionOf(policies: readonly CedarPolicy[]): Projection {
  const projection = emptyProjection();
  for (const { scope, conditions } of policies) {
    for (const clause of scope) follow(clause, "compared", projection);
    for (const { body } of conditions) follow(body, "compared", projection);
  }
  const { context } = projection.roots;
  projection.mentionsNow = projection.everything || context.whole || context.attributes.has("now");
  return projection;
}

function emptyProjection(): Projection {
  return {
    everything: false,
    roots: { principal: nothing(), action: nothing(), resource: nothing(), context: nothing() },
    mentionsNow: false,
  };
}

function nothing(): Wants {
  return { whole: false, ancestors: false, attributes: new Map() };
}

/** `compared`: the value is looked at and gone. `flowing`: it is the result, and whatever is above may take it apart. */
type Use = "compared" | "flowing";

function follow(expression: Expression, use: Use, projection: Projection): void {
  const path = pathOf(expression);
  const base = expression.op === "has" ? pathOf(expression.of) : undefined;
  const left = expression.op === "in" ? pathOf(expression.left) : undefined;
  if (path !== undefined) {
    descend(projection.roots[path.root], path.names).whole = true;
    if (use === "flowing") projection.everything = true;
  } else if (expression.op === "has" && base !== undefined) {
    descend(projection.roots[base.root], [...base.names, ...expression.path]).whole = true;
  } else if (expression.op === "in" && left !== undefined) {
    Object.assign(descend(projection.roots[left.root], left.names), { whole: true, ancestors: true });
    follow(expression.right, "compared", projection);
  } else if (expression.op === "literal") {
    // An entity that a policy names itself may have attributes and parents in any request.
    if (use === "flowing") projection.everything = true;
  } else {
    for (const operand of operandsOf(expression)) follow(operand, useOf(operand, expression, use), projection);
  }
}

function useOf(operand: Expression, expression: Expression, use: Use): Use {
  switch (expression.op) {
    case "attribute":
    case "has":
    case "opaque":
      return "flowing";
    case "in":
      return operand === expression.left ? "flowing" : "compared";
    case "choice":
      return operand === expression.test ? "compared" : use;
    case "collection":
      return use;
    default:
      return "compared";
  }
}

function descend(root: Wants, names: readonly string[]): Wants {
  let at = root;
  for (const name of names) {
    const below = at.attributes.get(name) ?? nothing();
    at.attributes.set(name, below);
    at = below;
  }
  return at;
}
