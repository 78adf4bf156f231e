import { limits } from "../../calls/limits.ts";
import type { PolicyInfo } from "../../decisions/policy-info.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import { requestInWords } from "../../explain/request-in-words.ts";
import type { KeptSets } from "./kept-sets.ts";
import { type Candidate, placeOf } from "./load-candidate.ts";
import { type Change, changes as everyChange, type Flip } from "./replay-decisions.ts";
import type { ReplayedAnswer } from "./replayed-answer.ts";
import { whatChanged } from "./what-changed.ts";

/** A flip as a person or a program is told of it. */
export interface ListedFlip {
  readonly change: Change;
  readonly decision: string;
  readonly at: string;
  readonly plugin: string;
  readonly action: string;
  /** The call in words, as a guest may have put them. */
  readonly words: string;
  readonly before: ReplayedAnswer;
  readonly after: ReplayedAnswer;
  /** What of the policies makes the difference, with their places; of the first few flips alone. */
  readonly changes: readonly { readonly policy: PolicyInfo; readonly place: string; readonly what: string }[];
  /** Whether the operator has said that this flip is meant. */
  readonly accepted: boolean;
}

/**
 * Tells of each flip, what widens first. `accept`: the ends of ids of decisions whose flip is meant.
 * @throws {YoiError} YOI_USAGE for an end that is too short, or that several flips have
 */
export async function listFlips(
  flips: readonly Flip[],
  accept: readonly string[],
  candidate: Pick<Candidate, "sets" | "placeOf">,
  kept: KeptSets,
): Promise<readonly ListedFlip[]> {
  const accepted = new Set(accept.flatMap((suffix) => acceptedBy(suffix, flips)));
  const listed: ListedFlip[] = [];
  for (const change of everyChange) {
    for (const [index, flip] of flips.filter((one) => one.change === change).entries()) {
      const isTold = change !== "reason" && index < limits.findingsMax;
      const changes = isTold ? await whatChanged(flip, candidate.sets, await kept.under(flip.entry.policies)) : [];
      listed.push({
        change,
        decision: flip.entry.decision,
        at: flip.entry.at,
        plugin: flip.entry.plugin ?? "",
        action: flip.entry.action,
        words: requestInWords(flip.request),
        before: flip.before,
        after: flip.after,
        changes: changes.map(({ policy, gone, what }) => ({
          policy,
          place: gone ? placeOf(policy) : candidate.placeOf(policy),
          what,
        })),
        accepted: accepted.has(flip.entry.decision),
      });
    }
  }
  return listed;
}

const suffixLengthMin = 6;

function acceptedBy(suffix: string, flips: readonly Flip[]): readonly string[] {
  const ending = suffix.toUpperCase();
  const shown = escapeText(suffix, 40);
  if (ending.length < suffixLengthMin) {
    const message = `--accept takes the last ${suffixLengthMin} characters of a decision's id or more, not \`${shown}\``;
    throw new YoiError("YOI_USAGE", message, {});
  }
  const found = flips.filter(({ entry }) => entry.decision.endsWith(ending)).map(({ entry }) => entry.decision);
  if (found.length > 1) throw new YoiError("YOI_USAGE", `several flips have an id that ends in \`${shown}\``, {});
  return found;
}
