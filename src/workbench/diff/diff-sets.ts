import type { AuthorizationRequest } from "../../calls/value.ts";
import type { PolicyInfo } from "../../decisions/policy-info.ts";
import type { PolicySources, PreparedPolicies } from "../../engines/policy-engine.ts";
import { evaluateAll } from "../../explain/evaluate-all.ts";
import type { DecidedEntry } from "../../journal/journal-entry.ts";
import type { RecordedCall } from "../recorded-calls.ts";
import { type Difference, differenceOf } from "../replay/compare-answers.ts";
import { presentAnswer } from "../replay/replayed-answer.ts";
import { compareDocuments, type TouchedDocument } from "./compare-documents.ts";
import { comparePolicies, type TouchedPolicy } from "./compare-policies.ts";
import { type ComparedSets, findWitnesses, type Probed } from "./find-witnesses.ts";
import { changedMemberships, knownMembers, membershipsOf } from "./memberships.ts";

/** A decision on record that the two sets answer differently. */
export interface RecordedDifference {
  readonly difference: Difference;
  readonly entry: DecidedEntry;
  readonly request: AuthorizationRequest;
  readonly by: readonly PolicyInfo[];
}

/** What one set of policies is, held against another. */
export interface PolicyDiff {
  readonly touched: readonly TouchedPolicy[];
  readonly documents: readonly TouchedDocument[];
  /** Of each policy that was touched. */
  readonly probed: readonly Probed[];
  readonly recorded: {
    readonly decisions: number;
    /** Their evidence is gone. */
    readonly notReplayable: number;
    readonly differences: readonly RecordedDifference[];
  };
}

/** One of two sets, and the files that it was made from. */
export interface SetWithSources {
  readonly sets: readonly PreparedPolicies[];
  readonly sources: PolicySources;
}

/** Holds two sets against each other: by their texts, by what is on record, and by requests that their policies suggest. */
export async function diffSets(
  before: SetWithSources,
  after: SetWithSources,
  { plugins, zone, atMs }: { readonly plugins: readonly string[] } & Pick<ComparedSets, "zone" | "atMs">,
  recorded: Iterable<RecordedCall>,
): Promise<PolicyDiff> {
  const [former, present] = [membershipsOf(before.sources), membershipsOf(after.sources)];
  const known = { plugins, membersOf: knownMembers(former, present) };
  const compared: ComparedSets = { before: before.sets, after: after.sets, known, zone, atMs };
  const touched = comparePolicies(before.sets, after.sets, changedMemberships(former, present));
  const probed: Probed[] = [];
  for (const one of touched) probed.push(await findWitnesses(one, compared));
  const documents = compareDocuments(before.sources, after.sources);
  return { touched, documents, probed, recorded: await diffRecorded(compared, recorded) };
}

async function diffRecorded(
  { before, after }: ComparedSets,
  recorded: Iterable<RecordedCall>,
): Promise<PolicyDiff["recorded"]> {
  const differences: RecordedDifference[] = [];
  let [decisions, notReplayable] = [0, 0];
  for (const { entry, request } of recorded) {
    decisions++;
    if (request === undefined) {
      notReplayable++;
      continue;
    }
    const [was, is] = [await evaluateAll(before, request), await evaluateAll(after, request)];
    // What the broker settled then, such as a flaw of the call, neither set can undo.
    const difference = differenceOf(presentAnswer(entry, was), presentAnswer(entry, is));
    if (difference === undefined) continue;
    differences.push({ difference, entry, request, by: is.flatMap(({ determining }) => determining) });
  }
  return { decisions, notReplayable, differences };
}

/** Whether the later set is known to let anybody do more. */
export function isWider({ probed, recorded }: PolicyDiff): boolean {
  const isWiderOne = (one: { readonly difference: Difference }) => one.difference.direction === "wider";
  return recorded.differences.some(isWiderOne) || probed.some(({ witnesses }) => witnesses.some(isWiderOne));
}
