import type { Call } from "../calls/call.ts";
import type { AuthorizationRequest } from "../calls/value.ts";
import type { Cause } from "../decisions/cause.ts";
import { combineVerdicts } from "../decisions/combine-verdicts.ts";
import type { Decision, DenyDecision } from "../decisions/decision.ts";
import { failedVerdict, isRefused } from "../decisions/verdict.ts";
import type { DecidedEntry, EndedEntry } from "../journal/journal-entry.ts";
import { evaluateAll } from "./evaluate-all.ts";
import { explainWhy } from "./explain-request.ts";
import type { ExplainedPolicies } from "./explained-policies.ts";
import type { Explanation, Recorded, RecordedStep } from "./explanation.ts";
import { findMends } from "./find-mends.ts";
import { traceAll } from "./trace-all.ts";

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
  /** Of a redirect: the URL that it came from. */
  readonly redirectedFrom?: string;
  readonly entry: DecidedEntry;
  readonly request: AuthorizationRequest;
  /** As far as the journal keeps it; absent where it was too long to be kept. */
  readonly call?: Call;
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
  const { entry, request, call, end, steps, redirectedFrom } = record;
  const wasRefused = isRefused(entry.verdicts);
  // Where there was no set there is none to ask again: what is in force by now would answer in its place.
  const asked = wasRefused ? { ...then, digest: entry.policies, sets: [], versions: new Map() } : then;
  const decision = wasRefused ? recordedRefusal(entry) : await decideAgain(entry, request, asked);
  const same = decision.kind === entry.answer && (decision.kind === "allow" || decision.cause === entry.cause);
  const now = present.digest === asked.digest ? undefined : await decideAgain(entry, request, present);
  const { know } = present;
  const why = await explainWhy(request, decision, { ...asked, ...(know !== undefined && { know }) }, call);
  // What is mended is what is in force now, and what could be asked now; what was in force then is history.
  const traces = now === undefined ? why.traces : await traceAll(present.sets, request);
  return {
    ...why,
    ...(await findMends(request, now ?? decision, traces, present, call)),
    recorded: {
      decision: entry.decision,
      call: entry.call,
      at: entry.at,
      policies: entry.policies,
      answer: entry.answer,
      ...(entry.cause !== undefined && { cause: entry.cause }),
      ...(end !== undefined && endOf(end)),
      ...(redirectedFrom !== undefined && { redirectedFrom }),
      steps: steps.map(stepOf),
      same,
      ...(now !== undefined && { now: now.kind }),
    },
  };
}

function recordedRefusal({ decision, policies, verdicts, cause = "engine-error", causes }: DecidedEntry): DenyDecision {
  const failed = verdicts.map(({ engine, errors }) => failedVerdict(engine, errors[0]?.message ?? ""));
  return { kind: "deny", id: decision, revision: policies, verdicts: failed, cause, causes };
}

async function decideAgain(
  entry: DecidedEntry,
  request: AuthorizationRequest,
  then: ExplainedPolicies,
): Promise<Decision> {
  const verdicts = await evaluateAll(then.sets, request);
  const combined = combineVerdicts(verdicts);
  const gate = entry.cause !== undefined && gates.includes(entry.cause) ? entry.cause : undefined;
  const causes = combined.kind === "deny" ? combined.causes : [];
  const base = { id: entry.decision, revision: then.digest, verdicts };
  if (combined.kind === "allow" && gate === undefined) {
    return { ...base, kind: "allow", obligations: combined.obligations };
  }
  return {
    ...base,
    kind: "deny",
    cause: gate ?? causes[0] ?? "no-permit",
    causes: gate === undefined ? causes : [gate, ...causes.filter((cause) => cause !== gate)],
    ...(entry.because !== undefined && { because: entry.because }),
  };
}

function endOf({ stage, failure, message, bytes, status, truncated, redactions }: EndedEntry): Partial<Recorded> {
  const result = {
    ...(bytes !== undefined && { bytes }),
    ...(status !== undefined && { status }),
    ...(truncated !== undefined && { truncated }),
    ...(redactions !== undefined && { redactions }),
  };
  const ending = stage === "failed" ? `failed: ${failure ?? "unknown"}` : stage;
  return { ending, ...(message !== undefined && { message }), ...(Object.keys(result).length > 0 && { result }) };
}

function stepOf({ action, resource, address, addressClass, answer, decision }: DecidedEntry): RecordedStep {
  const place = address === undefined || addressClass === undefined ? {} : { address, addressClass };
  return { action, resource, ...place, answer, decision };
}
