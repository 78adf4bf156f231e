import type { PluginRef } from "../../calls/identifiers.ts";
import type { PolicyInfo } from "../../decisions/policy-info.ts";
import type { PolicySource } from "../../engines/policy-engine.ts";
import type { PolicyOutline } from "../../engines/policy-outline.ts";
import type { Place } from "../../errors/error-details.ts";
import type { OptionalParts } from "./optional-parts.ts";
import type { RecordedUses } from "./recorded-uses.ts";
import type { CommentedFile } from "./suppressions.ts";

/** An `error` refuses or fails, a `warning` fails under `--strict`, a `note` is for whoever wants to know. */
export type Severity = "error" | "warning" | "note";

/** What is known in this workspace by its name. */
export interface KnownNames {
  /** Tools by plugin; of a plugin whose package cannot be read, none. */
  readonly plugins: ReadonlyMap<PluginRef, readonly string[]>;
  readonly mounts: readonly string[];
  readonly secrets: readonly string[];
  /** Those that anything here names: any program may ask under another one. */
  readonly agents: readonly string[];
}

/** What rules look at. A rule whose part is absent has nothing to say. */
export interface LintParts {
  /** Every policy of every layer. */
  readonly outlines: readonly PolicyOutline[];
  /** The files of operators' own policies. */
  readonly sources: readonly PolicySource[];
  /** The files that grants stand in: a comment in them can say that a finding is meant. */
  readonly configuration?: readonly CommentedFile[];
  /** Which parts of a request Rego may find absent. */
  readonly optional: OptionalParts;
  readonly names?: KnownNames;
  readonly uses?: RecordedUses;
  /** Ids of the policies that a test's answer was determined by; absent where there is no test. */
  readonly tested?: ReadonlySet<string>;
  readonly nowMs: number;
}

/** What a rule found. */
export interface RuleFinding {
  readonly policy?: PolicyInfo;
  readonly place: Required<Place>;
  readonly message: string;
  readonly remedy: string;
}

/** One thing that lint looks for. `docs/lint/<id>.md` is its page. */
export interface LintRule {
  readonly id: string;
  readonly severity: Severity;
  /** What it finds, in one line. */
  readonly summary: string;
  /** Whether it looks at the policies alone, and so finds the same everywhere and at any time. */
  readonly isSteady: boolean;
  check(parts: LintParts): Iterable<RuleFinding>;
}

/** The policies that an operator wrote as policies: not those that ship, and no grants. */
export function written({ outlines }: LintParts): readonly PolicyOutline[] {
  return outlines.filter(({ policy: { layer } }) => layer === "user" || layer === "workspace");
}

/** Those, and grants. */
export function granted({ outlines }: LintParts): readonly PolicyOutline[] {
  return outlines.filter(({ policy: { layer } }) => layer !== "invariant");
}

/** A policy as messages call it: ``permit `notes-read` ``. */
export function called({ effect, name }: PolicyInfo): string {
  return `${effect} \`${name}\``;
}

/** Whether a condition's text was not cut: cut ones can be the same though what they say is not. */
export function isWholeText(text: string): boolean {
  return !text.endsWith("…") && text !== "?";
}

/** The place of a policy, whole. */
export function placeOf({ place }: PolicyInfo): Required<Place> {
  return place;
}
