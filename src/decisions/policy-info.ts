import type { Place } from "../errors/error-details.ts";

/** Where a policy comes from: shipped, the user's own, the workspace's, or a grant in `yoi.toml`. */
export type PolicyLayer = "invariant" | "user" | "workspace" | "grant";

/** What a policy does where it applies. One that obliges says neither yes nor no: it limits what others allow. */
export type PolicyEffect = "permit" | "forbid" | "oblige";

/** A policy as decisions, the journal and explanations name it. `place` is its first character, or its grant's line. */
export interface PolicyInfo {
  /** `<file>#<@id or ordinal>`. */
  readonly id: string;
  /** The name that a person gave it (`@id`), or its ordinal in the file. */
  readonly name: string;
  readonly engine: string;
  readonly effect: PolicyEffect;
  readonly layer: PolicyLayer;
  readonly place: Required<Place>;
  readonly annotations: { readonly [name: string]: string };
}
