import { limits } from "../../calls/limits.ts";
import { actionGroups } from "../../calls/powers.ts";
import type { AuthorizationRequest, Value } from "../../calls/value.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { entityKey, type KnownEntities } from "./known-entities.ts";
import { type Expression, operandsOf, pathOf, type Variable } from "./policy-tree.ts";

interface ReadPath {
  readonly root: Variable;
  readonly names: readonly string[];
  /** Whether what the entity lies in matters here. */
  readonly containment: boolean;
}

/** What the request has, and for containment in something what that lies in, nearest first. */
export interface Actual {
  readonly actual?: string;
  readonly inside?: string;
}

/** What the request has where an expression reads it, ready to be shown; nothing where it reads nothing. */
export function showActual(expression: Expression, request: AuthorizationRequest, known: KnownEntities): Actual {
  const shown = new Map<string, string>();
  const inside: string[] = [];
  for (const { root, names, containment } of pathsOf(expression)) {
    const value: Value | undefined = root === "action" ? undefined : resolve(root, names, request, known);
    const text = root === "action" ? `Action::${JSON.stringify(request.action)}` : showRead(value, containment);
    shown.set([root, ...names].join("."), text);
    if (containment) inside.push(...(root === "action" ? actionGroups[request.action] : showAbove(value, known)));
  }
  const [only] = shown.values();
  if (only === undefined) return {};
  const actual = shown.size === 1 ? only : [...shown].map(([name, text]) => `${name} is ${text}`).join(", ");
  return { actual: visible(actual), ...(inside.length > 0 && { inside: visible(inside.join(" · ")) }) };
}

function visible(text: string): string {
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

function showRead(value: Value | undefined, containment: boolean): string {
  if (value === undefined) return "absent";
  return containment && typeof value === "object" && "entity" in value ? value.entity.id : showValue(value);
}

function showAbove(value: Value | undefined, known: KnownEntities): readonly string[] {
  if (typeof value !== "object" || !("entity" in value)) return [];
  const above = known.get(entityKey(value.entity))?.ancestors ?? [];
  // Of a URL's folders the path says enough: the origin, which they all have, is the last of its URLs.
  const origin = above.findLast(({ type }) => type === "Url")?.id;
  return above.map(({ type, id }) => {
    if (type === "Group") return showValue({ entity: { type, id } });
    return type === "Url" && origin !== undefined && id.startsWith(`${origin}/`) ? id.slice(origin.length) : id;
  });
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
