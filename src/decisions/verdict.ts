import type { Obligation } from "./obligation.ts";
import type { PolicyInfo } from "./policy-info.ts";

/** In rising order: a decision is the maximum of its verdicts. */
export const effects = ["abstain", "permit", "error", "forbid"] as const;
export type VerdictEffect = (typeof effects)[number];

/** A policy that could not be evaluated. `policy` is absent when the whole engine failed. */
export interface PolicyError {
  readonly policy?: PolicyInfo;
  readonly message: string;
}

/** What one engine says. `error` means that it could not say, which never allows. */
export interface Verdict {
  readonly engine: string;
  readonly effect: VerdictEffect;
  readonly determining: readonly PolicyInfo[];
  /** Every policy error that occurred, whether it counts (effect `error`) or only warns. */
  readonly errors: readonly PolicyError[];
  readonly obligations: readonly Obligation[];
  /** How many policies could apply by their scope, and how many the set has. */
  readonly considered: number;
  readonly total: number;
}

/** The verdict of an engine that could not answer at all. */
export function failedVerdict(engine: string, message: string): Verdict {
  return { engine, effect: "error", determining: [], errors: [{ message }], obligations: [], considered: 0, total: 0 };
}

/** The name that the verdict has where there is no set of policies to ask: what was to be loaded is refused. */
export const refusedSet = "policies";

/** Whether nothing could answer, because the policies or the configuration are refused. */
export function isRefused(verdicts: readonly { readonly engine: string }[]): boolean {
  return verdicts.some(({ engine }) => engine === refusedSet);
}
