import { limits } from "../../calls/limits.ts";
import { type Action, actionGroups } from "../../calls/powers.ts";
import type { AuthorizationRequest, EntityRef, Value } from "../../calls/value.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { entityKey, type KnownEntities } from "./known-entities.ts";
import { type Expression, operandsOf, pathOf, type Variable } from "./policy-tree.ts";

interface ReadPath {
  readonly root: Variable;
  readonly names: readonly string[];
  /** Whether what the entity lies in matters here. */
  readonly containment: boolean;
}

/** What the request has where an expression reads it, ready to be shown; nothing where it reads nothing. */
export function showActual(
  expression: Expression,
  request: AuthorizationRequest,
  known: KnownEntities,
): string | undefined {
  const shown = new Map<string, string>();
  for (const { root, names, containment } of pathsOf(expression)) {
    const name = [root, ...names].join(".");
    if (root === "action") shown.set(name, showAction(request.action, containment));
    else shown.set(name, showRead(resolve(root, names, request, known), containment, known));
  }
  if (shown.size === 0) return undefined;
  const [only = ""] = shown.values();
  const text = shown.size === 1 ? only : [...shown].map(([name, value]) => `${name} is ${value}`).join(", ");
  return escapeText(text, limits.terminalTextMax);
}

function* pathsOf(expression: Expression, containment = false): Generator<ReadPath> {
  const path = pathOf(expression);
  if (path !== undefined) yield { ...path, containment };
  else if (expression.op === "has") {
    const of = pathOf(expression.of);
    if (of === undefined) yield* pathsOf(expression.of);
    else yield { root: of.root, names: [...of.names, ...expression.path], containment: false };
  } else if (expression.op === "in") {
    yield* pathsOf(expression.left, true);
    yield* pathsOf(expression.right);
  } else for (const operand of operandsOf(expression)) yield* pathsOf(operand);
}

function showAction(action: Action, containment: boolean): string {
  return containment ? [action, ...actionGroups[action]].join(" · ") : `Action::${JSON.stringify(action)}`;
}

function showRead(value: Value | undefined, containment: boolean, known: KnownEntities): string {
  if (value === undefined) return "absent";
  return containment ? showChain(value, known) : showValue(value);
}

function resolve(
  root: Exclude<Variable, "action">,
  names: readonly string[],
  request: AuthorizationRequest,
  known: KnownEntities,
): Value | undefined {
  let at: Value | undefined = root === "context" ? { record: request.context } : { entity: request[root] };
  for (const name of names) {
    const attributes = attributesOf(at, known);
    at = attributes !== undefined && Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  }
  return at;
}

function attributesOf(value: Value | undefined, known: KnownEntities): { readonly [name: string]: Value } | undefined {
  if (typeof value !== "object") return undefined;
  if ("record" in value) return value.record;
  return "entity" in value ? known.get(entityKey(value.entity))?.attributes : undefined;
}

function showValue(value: Value): string {
  if (typeof value !== "object") return JSON.stringify(value);
  if (isList(value)) return `[${value.map(showValue).join(", ")}]`;
  if ("entity" in value) return `${value.entity.type}::${JSON.stringify(value.entity.id)}`;
  if ("record" in value) {
    const fields = Object.entries(value.record).map(([name, field]) => `${name}: ${showValue(field)}`);
    return `{${fields.join(", ")}}`;
  }
  if ("datetime" in value) return value.datetime;
  return "duration" in value ? value.duration : value.ip;
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** An entity and what it lies in, nearest first. */
function showChain(value: Value, known: KnownEntities): string {
  if (typeof value !== "object" || !("entity" in value)) return showValue(value);
  const above: readonly EntityRef[] = known.get(entityKey(value.entity))?.ancestors ?? [];
  return [value.entity, ...above].map(({ id }) => id).join(" · ");
}
