import type { AuthorizationRequest } from "../calls/value.ts";
import type { Cause } from "../decisions/cause.ts";
import { combineVerdicts } from "../decisions/combine-verdicts.ts";
import type { Decision } from "../decisions/decision.ts";
import type { DecidedEntry, EndedEntry } from "../journal/journal-entry.ts";
import { type ExplainedPolicies, evaluateAll, explainRequest } from "./explain-request.ts";
import type { Explanation, Recorded, RecordedStep } from "./explanation.ts";

// Settled by the broker after the engines have answered, so evaluating again cannot bring them back.
const gates: readonly Cause[] = [
  "limit",
  "schema-invalid",
  "needs-approval",
  "obligation-unknown",
  "no-effector",
  "journal-unwritable",
];

/** A recorded decision with the evidence that was kept of it. */
export interface RecordedDecision {
  readonly entry: DecidedEntry;
  readonly request: AuthorizationRequest;
  readonly end?: EndedEntry;
  readonly steps: readonly DecidedEntry[];
}

/**
 * Explains a recorded decision by evaluating the recorded request again, under the recorded policies. Says so when
 * that gives another answer than was recorded, and what the present policies would say.
 */
export async function explainRecord(
  record: RecordedDecision,
  then: ExplainedPolicies,
  present: ExplainedPolicies,
): Promise<Explanation> {
  const { entry, request, end, steps } = record;
  const verdicts = await evaluateAll(then.sets, request);
  const combined = combineVerdicts(verdicts);
  const gate = entry.cause !== undefined && gates.includes(entry.cause) ? entry.cause : undefined;
  const causes = combined.kind === "deny" ? combined.causes : [];
  const base = { id: entry.decision, revision: then.digest, verdicts };
  const decision: Decision =
    combined.kind === "allow" && gate === undefined
      ? { ...base, kind: "allow", obligations: combined.obligations }
      : {
          ...base,
          kind: "deny",
          cause: gate ?? causes[0] ?? "no-permit",
          causes: gate === undefined ? causes : [gate, ...causes.filter((cause) => cause !== gate)],
          ...(entry.because !== undefined && { because: entry.because }),
        };
  const same = decision.kind === entry.answer && (decision.kind === "allow" || decision.cause === entry.cause);
  const now =
    present.digest === then.digest ? undefined : combineVerdicts(await evaluateAll(present.sets, request)).kind;
  return {
    ...(await explainRequest(request, decision, then)),
    recorded: {
      decision: entry.decision,
      call: entry.call,
      at: entry.at,
      policies: entry.policies,
      answer: entry.answer,
      ...(entry.cause !== undefined && { cause: entry.cause }),
      ...(end !== undefined && endOf(end)),
      steps: steps.map(stepOf),
      same,
      ...(now !== undefined && { now }),
    },
  };
}

function endOf({ stage, failure, bytes, status, truncated, redactions }: EndedEntry): Partial<Recorded> {
  const result = {
    ...(bytes !== undefined && { bytes }),
    ...(status !== undefined && { status }),
    ...(truncated !== undefined && { truncated }),
    ...(redactions !== undefined && { redactions }),
  };
  const ending = stage === "failed" ? `failed: ${failure ?? "unknown"}` : stage;
  return { ending, ...(Object.keys(result).length > 0 && { result }) };
}

function stepOf({ action, resource, address, addressClass, answer, decision }: DecidedEntry): RecordedStep {
  const place = address === undefined || addressClass === undefined ? {} : { address, addressClass };
  return { action, resource, ...place, answer, decision };
}
