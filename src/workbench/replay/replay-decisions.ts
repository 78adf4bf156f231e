// Station: recorded decisions → what would become of them. In: decisions with the requests that they were made on, and
// prepared policies. Out: which answers would be others, and why. It asks the engines as the broker does, and nobody else.
import { evaluatePolicies } from "../../broker/evaluate-policies.ts";
import type { AuthorizationRequest } from "../../calls/value.ts";
import { isRefused, type Verdict } from "../../decisions/verdict.ts";
import type { PreparedPolicies } from "../../engines/policy-engine.ts";
import type { DecidedEntry } from "../../journal/journal-entry.ts";
import type { RecordedCall } from "../recorded-calls.ts";
import { differenceOf } from "./compare-answers.ts";
import { isSameAnswer, presentAnswer, type ReplayedAnswer, recordedAnswer } from "./replayed-answer.ts";

/**
 * How an answer differs from the recorded one, what widens first. `less-limited`: an allow with less of an obligation;
 * `reason`: by its causes, its policies or by what it is held to besides.
 */
export const changes = ["deny-to-allow", "less-limited", "allow-to-deny", "reason"] as const;
export type Change = (typeof changes)[number];

/** A recorded decision that would not be made again as it was. */
export interface Flip {
  readonly change: Change;
  readonly entry: DecidedEntry;
  readonly request: AuthorizationRequest;
  readonly before: ReplayedAnswer;
  readonly after: ReplayedAnswer;
  /** What the engines say now. */
  readonly verdicts: readonly Verdict[];
}

/** What came of evaluating recorded decisions again. */
export interface ReplayReport {
  readonly decisions: number;
  readonly same: number;
  /** In the order of the journal. */
  readonly flips: readonly Flip[];
  /** Decisions that nobody can make again: they count as neither the same nor another. */
  readonly notReplayable: {
    /** Their evidence is gone, or was altered. */
    readonly evidenceGone: number;
    /** There were no policies in force. */
    readonly noPolicies: number;
  };
}

/** Evaluations that are asked for together, so that engines in threads of their own have something to do. */
const batchSize = 64;

/** Evaluates recorded decisions again under other policies, or under the same. */
export async function replayDecisions(
  calls: Iterable<RecordedCall>,
  sets: readonly PreparedPolicies[],
): Promise<ReplayReport> {
  const flips: Flip[] = [];
  const notReplayable = { evidenceGone: 0, noPolicies: 0 };
  let decisions = 0;
  let same = 0;
  const revision = { digest: "", sets, versions: new Map<string, string>() };
  for (const batch of batchesOf(calls, batchSize)) {
    const replayed = batch.map(async ({ entry, request }) => {
      if (isRefused(entry.verdicts)) return "noPolicies";
      if (request === undefined) return "evidenceGone";
      const verdicts = await evaluatePolicies(revision, request);
      return flipOf(entry, request, verdicts) ?? "same";
    });
    for (const one of await Promise.all(replayed)) {
      decisions++;
      if (one === "same") same++;
      else if (typeof one === "string") notReplayable[one]++;
      else flips.push(one);
    }
  }
  return { decisions, same, flips, notReplayable };
}

function flipOf(entry: DecidedEntry, request: AuthorizationRequest, verdicts: readonly Verdict[]): Flip | undefined {
  const before = recordedAnswer(entry);
  const after = presentAnswer(entry, verdicts);
  if (isSameAnswer(before, after)) return undefined;
  return { change: changeOf(before, after), entry, request, before, after, verdicts };
}

function changeOf(before: ReplayedAnswer, after: ReplayedAnswer): Change {
  if (before.kind === after.kind) return differenceOf(before, after)?.direction === "wider" ? "less-limited" : "reason";
  return after.kind === "allow" ? "deny-to-allow" : "allow-to-deny";
}

function* batchesOf<T>(items: Iterable<T>, size: number): Generator<readonly T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
