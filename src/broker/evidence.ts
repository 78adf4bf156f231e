import { ancestorsById } from "../calls/entity-ancestors.ts";
import { limits } from "../calls/limits.ts";
import { type AuthorizationRequest, type Entity, type EntityRef, isSameEntity } from "../calls/value.ts";
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

/** A request with everything that its entities lie in. */
function restoreRequest(
  kept: Omit<AuthorizationRequest, "entities"> & { readonly entities: readonly KeptEntity[] },
): AuthorizationRequest {
  const entities = kept.entities.map((entity) => ({
    ...entity,
    ancestors: entity.ancestors ?? ancestorsById(entity.uid),
  }));
  return { ...kept, entities };
}

/** What `writeEvidence` kept: the request whole, and the call where it was not too long. */
export interface Evidence {
  readonly request: AuthorizationRequest;
  readonly call?: unknown;
}

/**
 * Reads evidence back; its hash was held against its entry's before, so it is what `writeEvidence` wrote.
 * @throws {TypeError} for what that never wrote
 */
export function readEvidence(text: string): Evidence {
  const { request, call } = JSON.parse(text);
  // Thousands of them are read for one replay, so only what is taken apart here is looked at.
  if (!isRequest(request)) throw new TypeError("the evidence holds no request");
  return { request: restoreRequest(request), ...(call !== undefined && { call }) };
}

function isRequest(value: unknown): value is AuthorizationRequest {
  if (!isObject(value)) return false;
  const { principal, context, entities } = value;
  return isObject(principal) && isObject(context) && Array.isArray(entities) && entities.every(isObject);
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function keepEntity({ ancestors, ...entity }: Entity): KeptEntity {
  return areSame(ancestors, ancestorsById(entity.uid)) ? entity : { ...entity, ancestors };
}

function areSame(some: readonly EntityRef[], others: readonly EntityRef[]): boolean {
  if (some.length !== others.length) return false;
  return some.every((one, at) => others[at] !== undefined && isSameEntity(one, others[at]));
}
