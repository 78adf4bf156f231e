import type { CedarValueJson, EntityJson, TypeAndId } from "@cedar-policy/cedar-wasm/nodejs";
import { actionGroups } from "../../calls/powers.ts";
import type { AuthorizationRequest, EntityRef, EntityType, Value } from "../../calls/value.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { entityKey, type KnownEntities, unknownEntity } from "./known-entities.ts";
import { type Projection, type Wants, wholeRequest } from "./projection.ts";

/** A question in the library's own form, without the policies. */
export interface CedarRequest {
  readonly principal: TypeAndId;
  readonly action: TypeAndId;
  readonly resource: TypeAndId;
  readonly context: Record<string, CedarValueJson>;
  readonly entities: EntityJson[];
}

interface Writing {
  readonly known: KnownEntities;
  readonly everything: boolean;
  /** What is read of each entity, by its key. */
  readonly asked: Map<string, Wants>;
}

const everyPart: Wants = { whole: true, ancestors: false, attributes: new Map() };

/**
 * Writes a request in the library's form, field by field, and of it only what the projection asks for.
 * ATTACK: text of guests stays text. Nothing is spread, and the keys that the library takes for entities and
 * extensions are refused (threats 37, pitfalls 3 and 11).
 * @throws {Error} for what has no exact form: unsafe numbers, forged keys, entities that are read but not passed
 */
export function toCedarRequest(
  request: AuthorizationRequest,
  known: KnownEntities,
  projection: Projection,
): CedarRequest {
  const { roots, everything } = projection;
  const writing: Writing = { known, everything, asked: new Map() };
  const context = writeRecord(request.context, roots.context, writing);
  ask(request.principal, roots.principal, writing);
  ask(request.resource, roots.resource, writing);
  // An entity in an entity's attribute that policies take further apart is rare, and not followed: then all is sent.
  const asksOfEntities: Writing = { known, everything, asked: new Map() };
  const entities: EntityJson[] = [];
  for (const [key, { uid, attributes, ancestors }] of known) {
    const wants = everything ? everyPart : writing.asked.get(key);
    if (wants === undefined) continue;
    entities.push({
      uid: writeUid(uid),
      attrs: writeRecord(
        attributes,
        wants.whole && everything ? everyPart : { ...wants, whole: false },
        asksOfEntities,
      ),
      parents: everything || wants.ancestors ? ancestors.map(writeUid) : [],
    });
  }
  if (!everything && asksOfEntities.asked.size > 0) return toCedarRequest(request, known, wholeRequest);
  if (everything || roots.action.ancestors) entities.push(actionEntity(request));
  return {
    principal: writeUid(request.principal),
    action: { type: "Yoi::Action", id: request.action },
    resource: writeUid(request.resource),
    context,
    entities,
  };
}

// These have no attributes and lie in nothing that could be forgotten, so nothing is lost where they are not passed.
const bareTypes: readonly EntityType[] = ["Group", "Source", "Secret"];

/** Notes what is read of an entity. */
function ask(uid: EntityRef, wants: Wants, { known, everything, asked }: Writing): void {
  if (!everything && !wants.ancestors && wants.attributes.size === 0) return;
  const key = entityKey(uid);
  if (!known.has(key)) {
    if (bareTypes.includes(uid.type)) return;
    // FAIL-CLOSED: an entity that is not passed has no ancestors, so every `in` of a forbid would be false (pitfall 2).
    throw unknownEntity(uid);
  }
  const before = asked.get(key);
  asked.set(key, before === undefined ? wants : merge(before, wants));
}

function merge(one: Wants, other: Wants): Wants {
  const attributes = new Map(one.attributes);
  for (const [name, wants] of other.attributes) {
    const before = attributes.get(name);
    attributes.set(name, before === undefined ? wants : merge(before, wants));
  }
  return { whole: one.whole || other.whole, ancestors: one.ancestors || other.ancestors, attributes };
}

function writeRecord(
  record: { readonly [attribute: string]: Value },
  wants: Wants,
  writing: Writing,
): Record<string, CedarValueJson> {
  const written: Record<string, CedarValueJson> = {};
  if (wants.whole || writing.everything) {
    for (const [name, value] of Object.entries(record)) {
      // All of a record is written, and still more can be read of the entities that it names.
      const below = wants.attributes.get(name);
      written[checkName(name)] = writeValue(value, below === undefined ? everyPart : merge(everyPart, below), writing);
    }
    return written;
  }
  for (const [name, below] of wants.attributes) {
    const value = Object.hasOwn(record, name) ? record[name] : undefined;
    if (value !== undefined) written[checkName(name)] = writeValue(value, below, writing);
  }
  return written;
}

// ATTACK: `__entity` and `__extn` would forge a value, `__proto__` would lose one (threats 37, pitfall 3).
function checkName(name: string): string {
  if (name.startsWith("__")) throw new Error(`an attribute cannot be called \`${escapeText(name, 64)}\``);
  return name;
}

function writeValue(value: Value, wants: Wants, writing: Writing): CedarValueJson {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new Error("a number is not a whole one within ±(2^53 - 1)");
    return value;
  }
  if (isList(value)) return value.map((item) => writeValue(item, everyPart, writing));
  if ("entity" in value) {
    ask(value.entity, wants, writing);
    return { __entity: writeUid(value.entity) };
  }
  if ("record" in value) return writeRecord(value.record, wants, writing);
  if ("datetime" in value) return { __extn: { fn: "datetime", arg: value.datetime } };
  if ("duration" in value) return { __extn: { fn: "duration", arg: value.duration } };
  if ("ip" in value) return { __extn: { fn: "ip", arg: value.ip } };
  return value satisfies never;
}

// Array.isArray does not narrow readonly lists.
function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function writeUid({ type, id }: EntityRef): TypeAndId {
  return { type: `Yoi::${type}`, id };
}

/** The action with its groups: without them `action in Yoi::Action::"host"` would be false without a word. */
function actionEntity({ action }: AuthorizationRequest): EntityJson {
  const parents = actionGroups[action].map((id) => ({ type: "Yoi::Action", id }));
  return { uid: { type: "Yoi::Action", id: action }, attrs: {}, parents };
}
