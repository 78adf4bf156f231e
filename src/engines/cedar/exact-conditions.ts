import { showValue } from "../../calls/show-value.ts";
import type { AuthorizationRequest, Value } from "../../calls/value.ts";
import { type ExactRequest, heldTextMax } from "../policy-exception.ts";

/** What holds of exactly one request beyond its principal, action and resource, in Cedar. */
export interface ExactConditions {
  readonly conditions: readonly string[];
  readonly held: readonly string[];
  readonly open: readonly string[];
}

/** Writes the conditions. `optional` are the paths that policies have to ask for first: `context.via.agent`. */
export function exactConditions(
  { parts, open }: Pick<ExactRequest, "parts" | "open">,
  { context }: AuthorizationRequest,
  optional: ReadonlySet<string> = new Set(),
): ExactConditions {
  const found = parts.map((names) => ({ names, ...conditionsOf(names, context, optional) }));
  const named = (isHeld: boolean) =>
    found.filter(({ conditions }) => (conditions !== undefined) === isHeld).map(({ names }) => names.join("."));
  return {
    conditions: [...new Set(found.flatMap(({ conditions }) => conditions ?? []))],
    held: named(true),
    open: [...named(false), ...open],
  };
}

function conditionsOf(
  names: readonly string[],
  context: AuthorizationRequest["context"],
  optional: ReadonlySet<string>,
): { readonly conditions?: readonly string[] } {
  const asked: string[] = [];
  let at: Value = { record: context };
  let path = "context";
  for (const name of names) {
    if (typeof at !== "object" || !("record" in at)) break;
    const below: Value | undefined = at.record[name];
    if (below === undefined) return { conditions: [...asked, `!(${path} has ${name})`] };
    if (optional.has(`${path}.${name}`)) asked.push(`${path} has ${name}`);
    path = `${path}.${name}`;
    at = below;
  }
  const equal = equalities(path, at);
  return equal.join("").length > heldTextMax ? {} : { conditions: [...asked, ...equal] };
}

/** A record is held to each of its attributes: to compare records, Cedar's validator has to know all that may be in them. */
function equalities(path: string, value: Value): readonly string[] {
  if (typeof value === "object" && "record" in value) {
    return Object.entries(value.record).flatMap(([name, below]) => equalities(`${path}.${name}`, below));
  }
  // Strict validation knows no empty set.
  if (Array.isArray(value) && value.length === 0) return [`${path}.isEmpty()`];
  return [`${path} == ${showValue(value)}`];
}
