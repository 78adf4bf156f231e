import type { AuthorizationRequest } from "../../calls/value.ts";
import { combineVerdicts } from "../../decisions/combine-verdicts.ts";
import type { PolicyInfo } from "../../decisions/policy-info.ts";
import { evaluateAll } from "../../explain/evaluate-all.ts";
import type { DecidedEntry } from "../../journal/journal-entry.ts";
import type { RecordedCall } from "../recorded-calls.ts";
import { comparePolicies, type TouchedPolicy } from "./compare-policies.ts";
import { type ComparedSets, type Direction, findWitnesses, type Probed } from "./find-witnesses.ts";

/** A decision on record that the two sets answer differently. */
export interface RecordedDifference {
  readonly direction: Direction;
  readonly entry: DecidedEntry;
  readonly request: AuthorizationRequest;
  readonly by: readonly PolicyInfo[];
}

/** What one set of policies is, held against another. */
export interface PolicyDiff {
  readonly touched: readonly TouchedPolicy[];
  /** Of each policy that was touched. */
  readonly probed: readonly Probed[];
  readonly recorded: {
    readonly decisions: number;
    /** Their evidence is gone. */
    readonly notReplayable: number;
    readonly differences: readonly RecordedDifference[];
  };
}

/** Holds two sets against each other: by their texts, by what is on record, and by requests that their policies suggest. */
export async function diffSets(compared: ComparedSets, recorded: Iterable<RecordedCall>): Promise<PolicyDiff> {
  const touched = comparePolicies(compared.before, compared.after);
  const probed: Probed[] = [];
  for (const one of touched) probed.push(await findWitnesses(one, compared));
  return { touched, probed, recorded: await diffRecorded(compared, recorded) };
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
    const [former, present] = [combineVerdicts(was).kind, combineVerdicts(is).kind];
    if (former === present) continue;
    const by = is.flatMap(({ determining }) => determining);
    differences.push({ direction: present === "allow" ? "wider" : "narrower", entry, request, by });
  }
  return { decisions, notReplayable, differences };
}

/** Whether anything that one set denies is known to be allowed by the other. */
export function isWider({ probed, recorded }: PolicyDiff): boolean {
  const isWiderOne = ({ direction }: { readonly direction: Direction }) => direction === "wider";
  return recorded.differences.some(isWiderOne) || probed.some(({ witnesses }) => witnesses.some(isWiderOne));
}
