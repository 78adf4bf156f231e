import { isDeepStrictEqual } from "node:util";
import type { Call } from "../calls/call.ts";
import { type AuthorizationRequest, showEntity } from "../calls/value.ts";
import { type Cause, gates } from "../decisions/cause.ts";
import { combineVerdicts } from "../decisions/combine-verdicts.ts";
import type { Decision, DenyDecision } from "../decisions/decision.ts";
import { failedVerdict, isRefused } from "../decisions/verdict.ts";
import type { DecidedEntry, EndedEntry } from "../journal/journal-entry.ts";
import { endingOf } from "./call-tree.ts";
import { evaluateAll } from "./evaluate-all.ts";
import { explainWhy } from "./explain-request.ts";
import type { ExplainedPolicies } from "./explained-policies.ts";
import type { Explanation, Recorded, RecordedStep } from "./explanation.ts";
import { findMends, momentOf } from "./find-mends.ts";
import { pluginConcerned } from "./request-in-words.ts";
import { traceAll } from "./trace-all.ts";

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
 * that gives another answer than was recorded, and what the same call would get as things are now.
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
  const decision = wasRefused ? recordedRefusal(entry) : await decideAgain(entry, request, asked, gateOf(entry));
  const now = await askNow(record, asked, present);
  const { know } = present;
  const why = await explainWhy(request, decision, { ...asked, ...(know !== undefined && { know }) }, call);
  // What is mended is what is in force now, and what could be asked now; what was in force then is history.
  const traces = now === undefined ? why.traces : await traceAll(present.sets, now.request);
  return {
    ...why,
    engines: wasRefused ? [] : entry.verdicts.map(({ engine, version }) => `${engine} ${version}`),
    ...(await findMends(now?.request ?? request, now?.decision ?? decision, traces, present, call)),
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
      same: isAsRecorded(record, decision),
      ...(now !== undefined && { now: present.refused === undefined ? now.decision.kind : "refused" }),
    },
  };
}

/**
 * Whether the engines come to what is on record of them. What a gate settled cannot be asked again; so the engines' own
 * answers are held against each other, and what was denied must not have been performed.
 */
function isAsRecorded({ entry, request, end }: RecordedDecision, again: Decision): boolean {
  const { answer, cause, verdicts, principal, action, resource } = entry;
  const asked = [showEntity(request.principal), request.action, showEntity(request.resource)];
  if (!isDeepStrictEqual(asked, [principal, action, resource])) return false;
  const sameVerdicts = again.verdicts.every(({ engine, effect, determining }) =>
    verdicts.some((one) => one.engine === engine && one.effect === effect && isSame(one.determining, determining)),
  );
  const sameAnswer = again.kind === answer && (again.kind === "allow" || again.cause === cause);
  return sameVerdicts && sameAnswer && (answer === "allow" || end === undefined);
}

function isSame(recorded: readonly { readonly id: string }[], again: readonly { readonly id: string }[]): boolean {
  const [one, other] = [recorded, again].map((policies) => policies.map(({ id }) => id).sort());
  return isDeepStrictEqual(one, other);
}

interface Asked {
  readonly request: AuthorizationRequest;
  readonly decision: Decision;
}

/** The same call at the same moment, put as things are now; nothing where neither it nor what answers it has changed. */
async function askNow(
  { entry, request, call }: RecordedDecision,
  { digest }: ExplainedPolicies,
  present: ExplainedPolicies,
): Promise<Asked | undefined> {
  // What the agent's own program brings is known to nobody but that program.
  const isKnown = pluginConcerned(request)?.startsWith("builtin:") !== true;
  const put = call === undefined || !isKnown ? undefined : present.put?.(call, momentOf(request));
  const asked = put?.request ?? request;
  if (present.digest === digest && isDeepStrictEqual(asked, request)) return undefined;
  const gate = put === undefined || entry.cause !== "schema-invalid" ? gateOf(entry) : undefined;
  return { request: asked, decision: await decideAgain(entry, asked, present, put?.flaw?.cause ?? gate) };
}

function gateOf({ cause }: DecidedEntry): Cause | undefined {
  // What was malformed is no matter of the engines either.
  return cause === "schema-invalid" || (cause !== undefined && gates.includes(cause)) ? cause : undefined;
}

function recordedRefusal({ decision, policies, verdicts, cause = "engine-error", causes }: DecidedEntry): DenyDecision {
  const failed = verdicts.map(({ engine, errors }) => failedVerdict(engine, errors[0]?.message ?? ""));
  return { kind: "deny", id: decision, revision: policies, verdicts: failed, cause, causes };
}

async function decideAgain(
  entry: DecidedEntry,
  request: AuthorizationRequest,
  then: ExplainedPolicies,
  gate: Cause | undefined,
): Promise<Decision> {
  const verdicts = await evaluateAll(then.sets, request);
  const combined = combineVerdicts(verdicts);
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

function endOf(end: EndedEntry): Partial<Recorded> {
  const { message, bytes, status, truncated, redactions } = end;
  const result = {
    ...(bytes !== undefined && { bytes }),
    ...(status !== undefined && { status }),
    ...(truncated !== undefined && { truncated }),
    ...(redactions !== undefined && { redactions }),
  };
  return {
    ending: endingOf(end),
    ...(message !== undefined && { message }),
    ...(Object.keys(result).length > 0 && { result }),
  };
}

function stepOf({ action, resource, address, addressClass, answer, decision }: DecidedEntry): RecordedStep {
  const place = address === undefined || addressClass === undefined ? {} : { address, addressClass };
  return { action, resource, ...place, answer, decision };
}
