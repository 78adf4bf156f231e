import { readEvidence } from "../broker/evidence.ts";
import { prepareKept } from "../broker/prepare-kept.ts";
import { restoreCall } from "../broker/record-call.ts";
import type { AuthorizationRequest } from "../calls/value.ts";
import { isRefused } from "../decisions/verdict.ts";
import { YoiError } from "../errors/yoi-error.ts";
import { explainRecord } from "../explain/explain-record.ts";
import type { ExplainedPolicies } from "../explain/explained-policies.ts";
import type { Explanation } from "../explain/explanation.ts";
import { type DecidedEntry, type EndedEntry, isDecided } from "../journal/journal-entry.ts";
import type { Found, JournalReader } from "../journal/read-journal.ts";
import { explainable } from "./explain-in-host.ts";
import type { Inspection } from "./inspect-workspace.ts";
import { recordedTree } from "./recorded-tree.ts";

/**
 * Explains what is on record under an id, from its evidence, under the policies that were in force then.
 * @throws {YoiError} YOI_USAGE when there is no decision under that id, or its evidence or its policies are gone;
 * YOI_JOURNAL_UNREADABLE when the policies that are kept are not those of then
 */
export async function explainRecorded(
  found: Extract<Found, { kind: "found" }>,
  reader: JournalReader,
  inspection: Inspection,
): Promise<Explanation> {
  const entries = found.entries.map(({ entry }) => entry);
  const entry = entries.find(isDecided);
  if (entry === undefined) throw new YoiError("YOI_USAGE", `nothing was decided under ${found.id}`, {});
  const evidence = reader.evidence(entry.decision);
  if (evidence === undefined) {
    const message = `the evidence of ${entry.decision} is gone, so it cannot be evaluated again; \`yoi journal show\` has what is left`;
    throw new YoiError("YOI_USAGE", message, {});
  }
  const { request, call: recorded } = readEvidence(evidence);
  const call = restoreCall(recorded, request);
  const end = entries.find((one): one is EndedEntry => one.stage === "performed" || one.stage === "failed");
  const steps = entry.action === "https.request" ? stepsOf(entry, reader) : [];
  const redirectedFrom = originOfRedirect(entry, request, reader);
  const also = {
    ...(call !== undefined && { call }),
    ...(end !== undefined && { end }),
    ...(redirectedFrom !== undefined && { redirectedFrom }),
  };
  const then = await policiesOf(entry, reader, inspection);
  try {
    const explanation = await explainRecord({ entry, request, steps, ...also }, then, inspection.policies);
    const { recorded } = explanation;
    if (recorded === undefined) return explanation;
    return { ...explanation, recorded: { ...recorded, tree: recordedTree(entry, entries, reader) } };
  } finally {
    if (then !== inspection.policies) for (const set of then.sets) set.dispose();
  }
}

function stepsOf({ call }: DecidedEntry, reader: JournalReader): readonly DecidedEntry[] {
  return reader
    .descendants(call)
    .map(({ entry }) => entry)
    .filter(isDecided);
}

// A guest waits for each of its requests, so a redirect comes from the request that the same caller made last.
function originOfRedirect(
  { parent, decision }: DecidedEntry,
  { action, context }: AuthorizationRequest,
  reader: JournalReader,
): string | undefined {
  if (action !== "https.request" || context["hop"] === 0 || parent === undefined) return undefined;
  const requests = reader
    .descendants(parent)
    .map(({ entry }) => entry)
    .filter((entry) => isDecided(entry) && entry.action === action && entry.parent === parent);
  const last = requests[requests.findIndex((entry) => "decision" in entry && entry.decision === decision) - 1];
  return last !== undefined && isDecided(last) ? /"(.*)"$/.exec(last.resource)?.[1] : undefined;
}

// The policies of then: the present ones where they are the same, else the ones that the journal kept.
async function policiesOf(
  entry: DecidedEntry,
  reader: JournalReader,
  inspection: Inspection,
): Promise<ExplainedPolicies> {
  if (entry.policies === inspection.revision.digest) return inspection.policies;
  // A set that was refused was never in force, and is not kept.
  if (isRefused(entry.verdicts)) return inspection.policies;
  const kept = reader.policySet(entry.policies);
  if (kept === undefined) {
    const message = `the policies of ${entry.decision} are gone, so it cannot be evaluated again; \`yoi journal show\` has what is left`;
    throw new YoiError("YOI_USAGE", message, {});
  }
  const prepared = await prepareKept(kept, inspection.engines);
  // What was in force is known by its digest alone: other policies must not be shown in its place.
  if (prepared?.revision.digest === entry.policies) {
    return explainable(prepared.revision, prepared.sources, inspection.engines);
  }
  for (const set of prepared?.revision.sets ?? []) set.dispose();
  const message = `the policies that the journal keeps for ${entry.decision} are not the ones that were in force, or this version cannot read them`;
  throw new YoiError("YOI_JOURNAL_UNREADABLE", message, { path: reader.file });
}
