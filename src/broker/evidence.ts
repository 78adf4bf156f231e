import { isDeepStrictEqual } from "node:util";
import { ancestorsById } from "../calls/entity-ancestors.ts";
import { limits } from "../calls/limits.ts";
import type { AuthorizationRequest, Entity } from "../calls/value.ts";
import type { Judgement } from "./judge-call.ts";

/** An entity as it is kept: without ancestors where they are the ones that its id says. */
type KeptEntity = Omit<Entity, "ancestors"> & Partial<Pick<Entity, "ancestors">>;

/**
 * The call and the request as policy saw it, as JSON: what a later evaluation of the same question needs. Of a call that
 * is too long, the request alone.
 */
export function writeEvidence({ record, request }: Judgement): string {
  // ATTACK: the ancestors of a deep path are most of its evidence, and evidence that is too long is not kept: a guest
  // could ask in a way that nobody can explain (threats 35).
  const kept = { ...request, entities: request.entities.map(keepEntity) };
  const whole = JSON.stringify({ call: record, request: kept });
  return Buffer.byteLength(whole) <= limits.evidenceBytesMax ? whole : JSON.stringify({ request: kept });
}

/** A request with everything that its entities lie in, from what `writeEvidence` kept of it. */
export function restoreRequest(
  kept: Omit<AuthorizationRequest, "entities"> & { readonly entities: readonly KeptEntity[] },
): AuthorizationRequest {
  const entities = kept.entities.map((entity) => ({
    ...entity,
    ancestors: entity.ancestors ?? ancestorsById(entity.uid),
  }));
  return { ...kept, entities };
}

function keepEntity({ ancestors, ...entity }: Entity): KeptEntity {
  return isDeepStrictEqual(ancestors, ancestorsById(entity.uid)) ? entity : { ...entity, ancestors };
}
