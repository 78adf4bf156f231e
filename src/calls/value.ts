import type { Action } from "./powers.ts";

export type EntityType = "Agent" | "Group" | "Source" | "Plugin" | "Tool" | "Path" | "Url" | "Domain" | "Secret";

/** An entity by type and id, in the namespace `Yoi`. */
export interface EntityRef {
  readonly type: EntityType;
  readonly id: string;
}

/**
 * A value of the policy vocabulary. Untrusted text can only ever be a string in here: every other
 * shape is a record with one known key that typed code wrote.
 */
export type Value =
  | string
  | boolean
  | number
  | readonly Value[]
  | { readonly entity: EntityRef }
  | { readonly datetime: string }
  | { readonly duration: string }
  | { readonly ip: string }
  | { readonly record: { readonly [attribute: string]: Value } };

/** An entity with its attributes and **all** its ancestors, near and far. */
export interface Entity {
  readonly uid: EntityRef;
  readonly attributes: { readonly [attribute: string]: Value };
  readonly ancestors: readonly EntityRef[];
}

/** The four parts of a question to the policy engines, with every entity that it names. */
export interface AuthorizationRequest {
  readonly principal: EntityRef;
  readonly action: Action;
  readonly resource: EntityRef;
  readonly context: { readonly [attribute: string]: Value };
  readonly entities: readonly Entity[];
  /** The input of a tool that is to run, as its caller gave it: for engines that read it as data, and as nothing else. */
  readonly toolInput?: unknown;
}

/** Whether both are the same entity. */
export function isSameEntity(one: EntityRef, other: EntityRef): boolean {
  return one.type === other.type && one.id === other.id;
}

/** `Yoi::Tool::"project:x/get"`: how an entity is written in Cedar, and everywhere else. */
export function showEntity(entity: EntityRef): string {
  return `Yoi::${entity.type}::${JSON.stringify(entity.id)}`;
}
