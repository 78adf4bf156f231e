// Station: recorded calls → the least that policy has to permit for them. In: what was decided, and the policies in
// force. Out: permits as Cedar, each a part of one in force or that whole, evaluated against the whole record. It applies nothing.
import { evaluatePolicies } from "../../broker/evaluate-policies.ts";
import { limits } from "../../calls/limits.ts";
import type { AuthorizationRequest } from "../../calls/value.ts";
import { unmetBy } from "../../decisions/obligation.ts";
import type { PolicyInfo } from "../../decisions/policy-info.ts";
import { formatCedar } from "../../engines/cedar/format-cedar.ts";
import type { PolicyEngine, PolicySources, PreparedPolicies } from "../../engines/policy-engine.ts";
import type { PolicyOutline } from "../../engines/policy-outline.ts";
import type { RecordedCall } from "../recorded-calls.ts";
import { gatherUses, neededPermits, type UsedCall, type Uses } from "./gather-uses.ts";
import { keptPermits, type Used } from "./kept-permits.ts";
import { narrowPermit } from "./narrow-permits.ts";
import { type SuggestedPermit, writePermits } from "./write-permits.ts";

/** Where the suggestion could lie; nothing is written there. */
export const suggestedFile = ".yoi/policies/suggested.cedar";

/** What a recorded period needs, and what of the policies in force it did not use. */
export interface LeastPrivilege extends Pick<Uses, "deniedNow" | "evidenceGone"> {
  /** One file of Cedar. */
  readonly text: string;
  readonly permits: readonly SuggestedPermit[];
  /** How many recorded calls were allowed and still are. */
  readonly calls: number;
  /** The permits in force that operators wrote, and those of them that no recorded call used. */
  readonly inForce: number;
  readonly unused: readonly PolicyInfo[];
  /** Those that stay in their own words, used or not, for narrowed they would oblige to less. */
  readonly kept: readonly PolicyInfo[];
  /** Permits that recorded calls use and that no Cedar could be written for, with the number of those calls. */
  readonly unprovided: readonly { readonly policy: PolicyInfo; readonly calls: number }[];
  /** Recorded calls that the suggestion would answer otherwise than now: none, or it must not be used. */
  readonly wrong: readonly string[];
}

/** What a suggestion is made from. `calls` is read twice: to gather what is needed, and to prove what is suggested. */
export interface LeastPrivilegeParts {
  readonly calls: (pass: "gather" | "prove") => Iterable<RecordedCall>;
  readonly sets: readonly PreparedPolicies[];
  readonly sources: PolicySources;
  readonly cedar: PolicyEngine;
}

/**
 * Suggests the permits that recorded calls need, in place of all that are in force. Forbids and obligations of Rego stay.
 * @throws {YoiError} YOI_POLICY_INVALID where the suggestion does not validate
 */
export async function suggestLeast({ calls, sets, sources, cedar }: LeastPrivilegeParts): Promise<LeastPrivilege> {
  const uses = await gatherUses(calls("gather"), sets);
  const { permits, kept, unprovided } = planPermits(
    uses,
    sets.flatMap((set) => set.outline()),
  );
  const text = layOut(permits);
  const file = { file: suggestedFile, layer: "workspace", language: "cedar", text } as const;
  const shipped = sources.policies.filter(({ layer, language }) => layer === "invariant" && language === "cedar");
  const suggested = await cedar.prepare({ ...sources, policies: [...shipped, file] });
  try {
    const own = sets.flatMap((set) => set.policies).filter(isOperators);
    const needed = new Set([
      ...kept.map(({ id }) => id),
      ...uses.calls.flatMap((call) => call.permits.map(({ id }) => id)),
    ]);
    const left = new Set(unprovided.map(({ policy }) => policy.id));
    const excused = new Set(uses.calls.filter((one) => one.permits.some(({ id }) => left.has(id))).map(decisionOf));
    const wrong = await wrongAnswers(calls("prove"), {
      present: sets,
      suggested,
      allowed: new Map(uses.calls.map((call) => [call.decision, call])),
      excused,
    });
    return {
      text,
      permits,
      calls: uses.calls.length,
      deniedNow: uses.deniedNow,
      evidenceGone: uses.evidenceGone,
      inForce: own.length,
      kept,
      unused: own.filter(({ id }) => !needed.has(id)),
      unprovided,
      wrong,
    };
  } finally {
    suggested.dispose();
  }
}

function planPermits(
  uses: Uses,
  outlines: readonly PolicyOutline[],
): Pick<LeastPrivilege, "permits" | "kept" | "unprovided"> {
  const byId = new Map(outlines.map((outline) => [outline.policy.id, outline]));
  const narrowed = [...neededPermits(uses.calls)].map(([of, own]) => ({
    of,
    ...narrowPermit(of, of.engine === "cedar" ? byId.get(of.id) : undefined, own),
  }));
  const used = fewEnough(narrowed);
  const kept = keptPermits(used, outlines);
  const parts = used.filter(({ of }) => !kept.some(({ policy }) => policy.id === of.id));
  return {
    permits: writePermits(
      parts.flatMap((one) => one.permits),
      kept.map((outline) => ({ outline, calls: callsOf(outline.policy, uses) })),
    ),
    kept: kept.map(({ policy }) => policy),
    unprovided: parts.flatMap(({ of, unprovided: left }) =>
      left.length === 0 ? [] : [{ policy: of, calls: left.length }],
    ),
  };
}

function layOut(permits: readonly SuggestedPermit[]): string {
  const text = permits.map((permit) => permit.text).join("\n");
  const formatted = formatCedar({ file: suggestedFile, text });
  return "text" in formatted ? formatted.text : text;
}

/** Too many to read are too many to suggest: of Rego, each thing is named by itself, and then the permit has to stay. */
function fewEnough(used: readonly Used[]): readonly Used[] {
  if (used.flatMap(({ permits }) => permits).length <= limits.suggestedPermitsMax) return used;
  return used.map((one) => {
    if (one.of.engine === "cedar") return one;
    return { ...one, permits: [], unprovided: [...one.unprovided, ...one.permits.flatMap(({ calls }) => calls)] };
  });
}

function callsOf({ id }: PolicyInfo, { calls }: Uses): number {
  return calls.filter(({ permits }) => permits.some((permit) => permit.id === id)).length;
}

function isOperators({ effect, layer }: PolicyInfo): boolean {
  return effect === "permit" && layer !== "invariant";
}

function decisionOf({ decision }: { readonly decision: string }): string {
  return decision;
}

interface Proof {
  readonly present: readonly PreparedPolicies[];
  readonly suggested: PreparedPolicies;
  /** Calls that have to stay allowed, by decision, and those that nothing could be written for. */
  readonly allowed: ReadonlyMap<string, UsedCall>;
  readonly excused: ReadonlySet<string>;
}

/** The recorded calls that the suggestion answers otherwise than it should: it takes one away, holds it to less, or gives one more. */
async function wrongAnswers(calls: Iterable<RecordedCall>, proof: Proof): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const { entry, request } of calls) {
    if (request === undefined || proof.excused.has(entry.decision)) continue;
    const { effect, obligations } = await proof.suggested.evaluate(request);
    const isPermitted = effect === "permit";
    const now = proof.allowed.get(entry.decision);
    // What is allowed now meets no forbid: that the suggestion permits it, bound as it is, is enough.
    const isRight =
      now === undefined
        ? !isPermitted || !(await isLeftOpen(proof.present, request))
        : isPermitted && unmetBy(obligations, now.obligations).length === 0;
    if (!isRight) wrong.push(entry.decision);
  }
  return wrong;
}

/** Whether the policies in force deny a request for want of a permit alone, so that one more would allow it. */
async function isLeftOpen(sets: readonly PreparedPolicies[], request: AuthorizationRequest): Promise<boolean> {
  const verdicts = await evaluatePolicies({ digest: "", sets, versions: new Map() }, request);
  return verdicts.every(({ effect }) => effect === "abstain");
}
