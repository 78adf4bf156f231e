// What a suite is made of once it is read: calls, each with what is taken as given and what is to come of it.
import type { Call } from "../../calls/call.ts";
import type { ToolEffect } from "../../calls/inventory.ts";
import type { Cause } from "../../decisions/cause.ts";
import type { Obligation } from "../../decisions/obligation.ts";
import type { Place } from "../../errors/error-details.ts";

/**
 * What is not as a case has it otherwise: a plugin that is installed, enabled, pinned and declares what it asks for,
 * mounts that are bound, secrets that are defined, a workspace that is trusted. It can only take away.
 */
export interface Given {
  readonly trusted?: false;
  readonly installed?: false;
  readonly enabled?: false;
  readonly pinned?: false;
  readonly declared?: false;
  readonly covered?: false;
  readonly mounted?: false;
  readonly defined?: false;
  readonly originAllowed?: false;
  /** Declared, but only by a capability for any host. */
  readonly broad?: true;
  /** What the tool concerned has, where that is less than every effect. */
  readonly effects?: readonly ToolEffect[];
  readonly version?: string;
}

/** Why an answer is to be what it is. */
export type Because =
  | { readonly kind: "cause"; readonly cause: Cause }
  /** This policy is among those that determine the answer. */
  | { readonly kind: "policy"; readonly name: string }
  /** Exactly these determine it. */
  | { readonly kind: "policies"; readonly names: readonly string[] };

/** The limits that come with an allow: exactly these, the tightest of each kind, and every rate. */
export interface ExpectedLimits {
  readonly rates: readonly string[];
  readonly timeoutMs?: number;
  readonly responseBytesMax?: number;
  readonly redactedHeaders?: readonly string[];
}

/** What is to come of a call. */
export interface Expectation {
  readonly answer: "allow" | "deny";
  readonly because?: Because;
  readonly limits?: ExpectedLimits;
}

/** One call and what is to come of it: a `[[case]]`, or a cell of a `[[matrix]]`. */
export interface SuiteCase {
  readonly title: string;
  readonly file: string;
  readonly place: Required<Place>;
  readonly call: Call;
  readonly atMs: number;
  /** What a name server would answer; empty where the addresses behind a request are left out of it. */
  readonly addresses: readonly string[];
  readonly given: Given;
  readonly expected: Expectation;
}

/** A rate as policies write it. */
export function showRate({ count, windowMs }: Extract<Obligation, { readonly kind: "rate" }>): string {
  const [unit, ms] =
    windowMs % 3_600_000 === 0 ? ["h", 3_600_000] : windowMs % 60_000 === 0 ? ["m", 60_000] : ["s", 1_000];
  return `${count}/${windowMs / Number(ms)}${unit}`;
}
