import type { AuthorizationRequest, Entity, EntityRef } from "../../calls/value.ts";
import { escapeText } from "../../errors/escape-text.ts";

/** The entities of a request by key, lying in all that the host and the operator say that they lie in. */
export type KnownEntities = ReadonlyMap<string, Entity>;

/** What an operator says that agents and domains lie in, near and far, by `entityKey`. */
export type AddedAncestors = ReadonlyMap<string, readonly EntityRef[]>;

/** An entity as one string. */
export function entityKey({ type, id }: EntityRef): string {
  return `${type} ${id}`;
}

/**
 * Gathers the entities of a request. Each lies also in what the operator added to itself or to anything above it: a
 * Url in everything that its Domains lie in.
 * @throws {Error} when one comes twice: which of the two is meant cannot be known
 */
export function knowEntities(request: AuthorizationRequest, added: AddedAncestors): KnownEntities {
  const known = new Map<string, Entity>();
  for (const entity of request.entities) {
    const key = entityKey(entity.uid);
    if (known.has(key)) throw new Error(`the request has ${shown(entity.uid)} twice`);
    known.set(key, added.size === 0 ? entity : withAdded(entity, added));
  }
  return known;
}

function withAdded(entity: Entity, added: AddedAncestors): Entity {
  const above = [entity.uid, ...entity.ancestors].flatMap((uid) => added.get(entityKey(uid)) ?? []);
  if (above.length === 0) return entity;
  const distinct = new Map([...entity.ancestors, ...above].map((uid) => [entityKey(uid), uid]));
  return { ...entity, ancestors: [...distinct.values()] };
}

/**
 * An entity of the request with all that it lies in.
 * @throws {Error} when it was not passed
 */
export function knownEntity(uid: EntityRef, known: KnownEntities): Entity {
  const entity = known.get(entityKey(uid));
  if (entity === undefined) throw unknownEntity(uid);
  return entity;
}

/** For a request that names an entity and does not say what it lies in. */
export function unknownEntity(uid: EntityRef): Error {
  return new Error(`the request names ${shown(uid)} and does not pass it`);
}

function shown({ type, id }: EntityRef): string {
  return `\`${type}::"${escapeText(id, 128)}"\``;
}
