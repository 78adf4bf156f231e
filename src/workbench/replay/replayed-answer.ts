import type { Cause } from "../../decisions/cause.ts";
import { combineVerdicts } from "../../decisions/combine-verdicts.ts";
import { type Obligation, undischargeable } from "../../decisions/obligation.ts";
import type { PolicyInfo } from "../../decisions/policy-info.ts";
import type { Verdict } from "../../decisions/verdict.ts";
import type { DecidedEntry } from "../../journal/journal-entry.ts";

/** What was, or would be, answered to a call, and what made it so. */
export interface ReplayedAnswer {
  readonly kind: "allow" | "deny";
  /** Of a denial, the headline first. */
  readonly causes: readonly Cause[];
  /** The policies that made it so, or that could not be evaluated, by id and sorted. */
  readonly policies: readonly string[];
  readonly obligations: readonly Obligation[];
}

/** The answer on record. */
export function recordedAnswer({ answer, causes, verdicts, obligations }: DecidedEntry): ReplayedAnswer {
  const policies = verdicts.flatMap(({ effect, determining, errors }) =>
    effect === "error" ? errors.map(({ policy }) => policy) : determining.map(({ id }) => id),
  );
  return { kind: answer, causes, policies: eachOnce(policies), obligations };
}

/**
 * What the broker would answer to the recorded call on these verdicts. What it settled after the engines had answered
 * is settled as it was then: a flaw of the call stays its flaw, and a rate that was used up stays used up for as long
 * as a rate is asked for.
 */
export function presentAnswer(entry: DecidedEntry, verdicts: readonly Verdict[]): ReplayedAnswer {
  const combined = combineVerdicts(verdicts);
  const found = { policies: eachOnce(decidingPolicies(verdicts).map(({ id }) => id)) };
  const causes = combined.kind === "deny" ? combined.causes : [];
  const gate = gateOf(entry, causes, combined.kind === "allow" ? combined.obligations : undefined);
  if (gate !== undefined) {
    return { ...found, kind: "deny", causes: [gate, ...causes.filter((cause) => cause !== gate)], obligations: [] };
  }
  return combined.kind === "allow"
    ? { ...found, kind: "allow", causes: [], obligations: combined.obligations }
    : { ...found, kind: "deny", causes, obligations: [] };
}

/** The policies that made verdicts what they are: those that hold, or those that could not be evaluated. */
export function decidingPolicies(verdicts: readonly Verdict[]): readonly PolicyInfo[] {
  return verdicts.flatMap(({ effect, determining, errors }) =>
    effect === "error" ? errors.flatMap(({ policy }) => policy ?? []) : determining,
  );
}

/** Whether two answers are the same for the same reason. */
export function isSameAnswer(one: ReplayedAnswer, other: ReplayedAnswer): boolean {
  const reason = ({ kind, causes, policies }: ReplayedAnswer) => JSON.stringify([kind, causes, policies]);
  return reason(one) === reason(other) && isSameBound(one, other);
}

/** Whether two answers come with the same obligations, in whatever order. */
export function isSameBound(one: ReplayedAnswer, other: ReplayedAnswer): boolean {
  return boundOf(one) === boundOf(other);
}

function boundOf({ obligations }: ReplayedAnswer): string {
  return obligations.map(spelled).toSorted().join("\n");
}

/** An obligation as one text, in whatever order it has its members: a journal has another than an engine. */
export function spelled(obligation: Obligation): string {
  return JSON.stringify(Object.entries(obligation).toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

// A flaw leads where policy says no more than this; the broker settles it so.
const belowFlaws: readonly Cause[] = ["no-permit", "undeclared"];

/** What denies the call although the engines would let it pass, or leads although they would not. */
function gateOf(
  entry: DecidedEntry,
  causes: readonly Cause[],
  allowedWith: readonly Obligation[] | undefined,
): Cause | undefined {
  const { cause, action } = entry;
  if (cause === "schema-invalid" || (cause === "limit" && !isRate(entry))) {
    return causes.every((one) => belowFlaws.includes(one)) ? cause : undefined;
  }
  if (allowedWith === undefined) return undefined;
  if (cause === "no-effector" || cause === "needs-approval") return cause;
  if (undischargeable(allowedWith, action) !== undefined) return "obligation-unknown";
  const asksRate = allowedWith.some(({ kind }) => kind === "rate");
  return asksRate && (cause === "limit" || cause === "journal-unwritable") ? cause : undefined;
}

// A body that is too long is denied by the same cause, and no policy lets it pass.
function isRate({ because = "" }: DecidedEntry): boolean {
  return /^\d+ in [\d.]+ s are used up \(/.test(because);
}

function eachOnce(ids: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(ids.filter((id) => id !== undefined))].toSorted();
}
