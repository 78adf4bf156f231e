import type { AuthorizationRequest, Entity, EntityRef } from "../../calls/value.ts";
import { escapeText } from "../../errors/escape-text.ts";
import type { GroupsOfAgents } from "./read-entities.ts";

/** The entities of a request by key, agents in the groups that the operator put them in. */
export type KnownEntities = ReadonlyMap<string, Entity>;

/** An entity as one string. */
export function entityKey({ type, id }: EntityRef): string {
  return `${type} ${id}`;
}

/**
 * Gathers the entities of a request.
 * @throws {Error} when one comes twice: which of the two is meant cannot be known
 */
export function knowEntities(request: AuthorizationRequest, groups: GroupsOfAgents): KnownEntities {
  const known = new Map<string, Entity>();
  for (const entity of request.entities) {
    const key = entityKey(entity.uid);
    if (known.has(key)) throw new Error(`the request has ${shown(entity.uid)} twice`);
    const above = entity.uid.type === "Agent" ? groups.get(entity.uid.id) : undefined;
    known.set(key, above === undefined ? entity : { ...entity, ancestors: [...entity.ancestors, ...above] });
  }
  return known;
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
