import { ancestorsById } from "../../calls/entity-ancestors.ts";
import type { Action } from "../../calls/powers.ts";
import {
  type AuthorizationRequest,
  type EntityRef,
  type EntityType,
  showEntity,
  type Value,
} from "../../calls/value.ts";
import type { PolicyInfo } from "../../decisions/policy-info.ts";
import { literalFlaw } from "../../engines/cedar/canonical-literals.ts";
import { conditionsText, isReadable } from "../../engines/cedar/narrow-policy.ts";
import type { PolicyOutline } from "../../engines/policy-outline.ts";
import { clusterIds } from "./cluster-ids.ts";
import type { UsedCall } from "./gather-uses.ts";

/** A permit in force, narrowed to what a recorded period used of it. */
export interface NarrowedPermit {
  /** The permit that it is a part of. */
  readonly of: PolicyInfo;
  readonly principal: EntityRef;
  readonly actions: readonly Action[];
  readonly resource: { readonly op: "==" | "in"; readonly entity: EntityRef };
  /** Clauses as Cedar writes them: its own `when`, then those of the permit that it is a part of. */
  readonly clauses: string;
  readonly calls: readonly UsedCall[];
}

/** The narrowed permits, and the calls that no permit could be written for. */
export interface Narrowed {
  readonly permits: readonly NarrowedPermit[];
  readonly unprovided: readonly UsedCall[];
}

/**
 * Narrows a permit to the principals, actions, resources, methods and places of secrets that calls had of it. Its
 * conditions stay, so that nothing is permitted that it did not permit; of a permit in Rego, whose conditions Cedar
 * cannot say, each thing is named by itself.
 */
export function narrowPermit(of: PolicyInfo, outline: PolicyOutline | undefined, calls: readonly UsedCall[]): Narrowed {
  const permits: NarrowedPermit[] = [];
  const provided = new Set<UsedCall>();
  const groups = Map.groupBy(calls, ({ request }) => `${showEntity(request.principal)} ${request.action}`);
  for (const own of groups.values()) {
    for (const permit of narrowGroup(of, outline, own)) {
      permits.push(permit);
      for (const call of permit.calls) provided.add(call);
    }
  }
  return { permits: mergeActions(permits), unprovided: calls.filter((call) => !provided.has(call)) };
}

function narrowGroup(
  of: PolicyInfo,
  outline: PolicyOutline | undefined,
  calls: readonly UsedCall[],
): readonly NarrowedPermit[] {
  const [first] = calls;
  if (first === undefined || !canName(first.request.principal)) return [];
  const { principal, action, resource } = first.request;
  const { type } = resource;
  const ids = calls.map(({ request }) => request.resource.id);
  return clustersOf(type, ids, outline).map(({ op, id }) => {
    const covered = calls.filter((call) => isCovered(call.request.resource, op, id));
    const clauses = [clauseOf(action, covered, outline), outline === undefined ? "" : ownClauses(of, outline)];
    // What is in a folder belongs to its list, unless the permit was for the folder alone.
    const wide = action === "fs.list" && outline !== undefined && outline.resource.op !== "==";
    return {
      of,
      principal,
      actions: [action],
      resource: { op: wide ? "in" : op, entity: { type, id } },
      clauses: clauses.filter((clause) => clause !== "").join("\n"),
      calls: covered,
    };
  });
}

function clustersOf(type: EntityType, ids: readonly string[], outline: PolicyOutline | undefined) {
  const canNameId = (id: string) => canName({ type, id });
  const hasParts = type === "Path" || type === "Url";
  if (outline !== undefined && hasParts) return clusterIds(ids, (id) => aboveIn(type, id), canNameId);
  return [...new Set(ids)].filter(canNameId).map((id) => ({ op: "==", id }) as const);
}

/** What an entity lies in of its own type, nearest first. */
function aboveIn(type: EntityType, id: string): readonly string[] {
  return ancestorsById({ type, id }).flatMap((above) => (above.type === type ? [above.id] : []));
}

function isCovered({ type, id }: EntityRef, op: "==" | "in", covering: string): boolean {
  return id === covering || (op === "in" && aboveIn(type, id).includes(covering));
}

function canName({ type, id }: EntityRef): boolean {
  return isReadable(id) && literalFlaw({ type: `Yoi::${type}`, id }) === undefined;
}

/** What the calls had in common beyond their scope. */
function clauseOf(action: Action, calls: readonly UsedCall[], outline: PolicyOutline | undefined): string {
  const contexts = calls.map(({ request }) => request.context);
  const conditions =
    action === "https.request"
      ? [methodsOf(contexts), ...(contexts.every(({ broad }) => broad === false) ? ["!context.broad"] : [])]
      : action === "secret.use"
        ? [placesOf(contexts, outline !== undefined)]
        : [];
  // What the permit says in these very words it goes on saying.
  const said = outline?.conditions.map(({ text }) => text) ?? [];
  const kept = conditions.filter((condition) => !said.includes(condition.replaceAll("Yoi::", "")));
  return kept.length === 0 ? "" : `when { ${kept.join(" && ")} }`;
}

function methodsOf(contexts: readonly AuthorizationRequest["context"][]): string {
  const methods = [...new Set(contexts.map(({ method }) => String(method)))].toSorted();
  const [only] = methods;
  if (methods.length === 1) return `context.method == ${JSON.stringify(only)}`;
  return `${JSON.stringify(methods)}.contains(context.method)`;
}

function placesOf(contexts: readonly AuthorizationRequest["context"][], covers: boolean): string {
  const urls = contexts.flatMap(({ url }) => urlOf(url));
  const clusters = covers
    ? clusterIds(
        urls,
        (id) => aboveIn("Url", id),
        (id) => canName({ type: "Url", id }),
      )
    : [...new Set(urls)].toSorted().map((id) => ({ op: "==", id }) as const);
  const places = clusters.map(({ op, id }) => `context.url ${op} ${showEntity({ type: "Url", id })}`);
  return places.length === 1 ? places.join("") : `(${places.join(" || ")})`;
}

function urlOf(value: Value | undefined): readonly string[] {
  return typeof value === "object" && "entity" in value ? [value.entity.id] : [];
}

// Of a compiled grant everything is said again, and more closely: its URL, its methods and that it is not broad.
function ownClauses({ layer }: PolicyInfo, { text }: PolicyOutline): string {
  return layer === "grant" ? "" : conditionsText(text);
}

/** Permits that differ in their action alone, as one. */
function mergeActions(permits: readonly NarrowedPermit[]): readonly NarrowedPermit[] {
  const alike = Map.groupBy(permits, ({ principal, resource, clauses }) =>
    JSON.stringify([principal, resource, clauses]),
  );
  return [...alike.values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const actions = own.flatMap((one) => one.actions).toSorted();
    return [{ ...first, actions, calls: own.flatMap(({ calls }) => calls) }];
  });
}
