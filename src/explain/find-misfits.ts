import type { AuthorizationRequest, Entity, EntityRef, Value } from "../calls/value.ts";
import type { PolicyTrace, TraceNode } from "../decisions/trace.ts";
import { suggestName } from "../errors/suggest-name.ts";
import type { Misfit } from "./explanation.ts";

/**
 * Attributes that policies ask for and the request does not have, or has as something else. Cedar's validator refuses
 * what could never be there; an attribute that may be absent, and a tool's own input, are known only now.
 */
export function findMisfits(request: AuthorizationRequest, traces: readonly PolicyTrace[]): readonly Misfit[] {
  const found = new Map<string, Misfit>();
  for (const { policy, value, clauses } of traces) {
    // What only obliges denies nothing where it does not apply.
    if (value === "true" || (policy.effect === "oblige" && value === "false")) continue;
    for (const node of unmetLeaves(clauses)) {
      for (const path of node.reads ?? []) {
        const misfit = misfitOf(path, node, request) ?? meantInside(path, node, request);
        const key = `${policy.id} ${path}`;
        if (misfit !== undefined && !found.has(key))
          found.set(key, { policy: policy.name, place: policy.place, path, ...misfit });
      }
    }
  }
  return [...found.values()];
}

function unmetLeaves(nodes: readonly TraceNode[]): readonly TraceNode[] {
  return nodes.flatMap((node) => {
    const isUnmet = node.value === "false" || node.value === "error";
    return [...(isUnmet && node.reads !== undefined ? [node] : []), ...unmetLeaves(node.children)];
  });
}

function misfitOf(
  path: string,
  { text, literals = [] }: TraceNode,
  request: AuthorizationRequest,
): Pick<Misfit, "message" | "remedy"> | undefined {
  const names = path.split(".");
  // To ask whether something is there is to expect that it may not be; an entity whole is always there.
  if (names.length < 2 || / has /.test(text.replace(/"(?:[^"\\]|\\.)*"/g, ""))) return undefined;
  const { value, among } = lookUp(request, names);
  const name = names.at(-1) ?? "";
  if (value === undefined) {
    const meant = suggestName(name, among);
    const message = `\`${path}\` is not part of this request`;
    return meant === undefined ? { message } : { message, remedy: `did you mean \`${meant}\`?` };
  }
  // What a function makes of it may be of another type.
  if (!isComparedItself(path, text)) return undefined;
  const types = new Set(literals.map(typeOf));
  const own = typeOf(value);
  const [only] = types;
  if (types.size !== 1 || only === undefined || only === own || own === "list" || own === "record") return undefined;
  if (!plain.includes(only) || !plain.includes(own)) return undefined;
  return { message: `\`${path}\` is a ${own}, and is held against a ${only}` };
}

/** Whether a part of the request is compared as it is, by either language's operators. */
function isComparedItself(path: string, text: string): boolean {
  const written = `(?:input\\.)?${RegExp.escape(path)}`;
  const comparison = "(?:==|!=|<=?|>=?|in)";
  return new RegExp(`^(?:not )?(?:${written} ${comparison} .*|.* ${comparison} ${written})$`, "s").test(text);
}

const plain: readonly string[] = ["text", "number", "boolean"];

/** What is held to be something is only in it: `==` where `in` was meant. */
function meantInside(
  path: string,
  { text, literals = [] }: TraceNode,
  request: AuthorizationRequest,
): Pick<Misfit, "message" | "remedy"> | undefined {
  const [root, ...rest] = path.split(".");
  if ((root !== "resource" && root !== "principal") || !/ == /.test(text)) return undefined;
  if (rest.length > 0 && rest.join(".") !== "id") return undefined;
  const { type, id } = request[root];
  const above = entityOf(request, request[root])?.ancestors ?? [];
  const named = literals.map((literal) =>
    typeof literal === "object" && "entity" in literal ? literal.entity.id : literal,
  );
  const around = above.find((one) => one.type === type && named.includes(one.id));
  if (around === undefined) return undefined;
  const meant = rest.length > 0 ? `${JSON.stringify(around.id)} in input.${root}.within` : "in";
  const remedy = `did you mean \`${meant}\`?`;
  return { message: `${id} lies in ${around.id}, and is not the same`, remedy };
}

function entityOf({ entities }: AuthorizationRequest, { type, id }: EntityRef): Entity | undefined {
  return entities.find(({ uid }) => uid.type === type && uid.id === id);
}

/** The request as Rego sees it, and Cedar where it can be read. */
function documentOf(request: AuthorizationRequest): unknown {
  const { context, principal, resource, toolInput } = request;
  const plain = (uid: EntityRef) => {
    const { attributes = {}, ancestors = [] } = entityOf(request, uid) ?? {};
    return { type: uid.type, id: uid.id, within: [uid.id, ...ancestors.map((above) => above.id)], ...attributes };
  };
  return {
    principal: plain(principal),
    resource: plain(resource),
    context: { ...context, ...(toolInput !== undefined && { input: toolInput }) },
  };
}

function lookUp(
  request: AuthorizationRequest,
  names: readonly string[],
): { readonly value: unknown; readonly among: readonly string[] } {
  let at: unknown = documentOf(request);
  let among: readonly string[] = [];
  for (const name of names) {
    const members = membersOf(at);
    if (members === undefined) return { value: undefined, among: [] };
    among = Object.keys(members);
    at = Object.hasOwn(members, name) ? members[name] : undefined;
  }
  return { value: at, among };
}

function membersOf(value: unknown): { readonly [name: string]: unknown } | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const record = "record" in value ? value.record : value;
  return typeof record === "object" && record !== null ? { ...record } : undefined;
}

function typeOf(value: Value | unknown): string {
  if (typeof value === "string") return "text";
  if (typeof value === "number" || typeof value === "boolean") return typeof value;
  if (Array.isArray(value)) return "list";
  if (typeof value === "object" && value !== null && "record" in value) return "record";
  return "other";
}
