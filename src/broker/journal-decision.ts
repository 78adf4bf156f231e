import type { Call } from "../calls/call.ts";
import type { Description } from "../calls/description.ts";
import { limits } from "../calls/limits.ts";
import { SecretValue } from "../calls/secret-value.ts";
import { showEntity } from "../calls/value.ts";
import type { Decision } from "../decisions/decision.ts";
import type { PolicyInfo } from "../decisions/policy-info.ts";
import { escapeText } from "../errors/escape-text.ts";
import { YoiError } from "../errors/yoi-error.ts";
import type { Journal } from "../journal/journal.ts";
import type { DecidedEntry, EndedEntry, JournaledPolicy } from "../journal/journal-entry.ts";
import type { BrokerParts } from "./broker-parts.ts";
import { type Judgement, microseconds } from "./judge-call.ts";
import type { Outcome } from "./outcome.ts";

/**
 * Writes a judgement down before anything happens, and answers with its decision. When it cannot be written, the
 * answer is a deny that says so: nothing is done that is not on record.
 */
export async function journalDecision(
  journal: Journal,
  judgement: Judgement,
  stage: DecidedEntry["stage"],
): Promise<Decision> {
  try {
    await journal.append(decidedEntry(judgement, stage), evidenceOf(judgement));
    return judgement.decision;
  } catch {
    const { id, revision, verdicts } = judgement.decision;
    const because = "the decision could not be journaled";
    return {
      kind: "deny",
      id,
      revision,
      verdicts,
      cause: "journal-unwritable",
      causes: ["journal-unwritable"],
      because,
    };
  }
}

/** Writes down what became of an allowed call. @throws {YoiError} YOI_JOURNAL_UNWRITABLE */
export async function journalEnding(
  { journal, nowMs }: Pick<BrokerParts, "journal" | "nowMs">,
  judgement: Judgement,
  outcome: Outcome,
  effectMs: number,
): Promise<void> {
  const common = {
    at: new Date(nowMs()).toISOString(),
    ...callPart(judgement.call),
    decision: judgement.decision.id,
    spent: { effect: microseconds(effectMs) },
  };
  const entry: EndedEntry =
    outcome.status === "failed"
      ? { ...common, stage: "failed", failure: failureOf(outcome.error), message: escapeText(outcome.error.message) }
      : { ...common, stage: "performed", ...resultOf(outcome) };
  await journal.append(entry);
}

// Of a result its size and what was applied to it, never a part of it.
function resultOf(outcome: Outcome): Pick<EndedEntry, "bytes" | "status" | "truncated" | "redactions"> {
  const value = outcome.status === "performed" ? outcome.value : undefined;
  if (value === undefined || value instanceof SecretValue) return {};
  if (value instanceof Uint8Array) return { bytes: value.length };
  if ("redactions" in value) {
    const { status, body, truncated, redactions } = value;
    return { bytes: body.length, status, ...(truncated && { truncated }), ...(redactions > 0 && { redactions }) };
  }
  return "summary" in value ? { bytes: Buffer.byteLength(value.content ?? "") } : {};
}

function failureOf(error: YoiError): string {
  if (YoiError.is(error, "YOI_STEP_DENIED")) return "denied";
  return "why" in error.details ? error.details.why : error.code;
}

function callPart(call: Call) {
  return {
    call: call.id,
    root: call.root,
    ...(call.parent !== undefined && { parent: call.parent }),
    action: call.action,
  };
}

function decidedEntry(judgement: Judgement, stage: DecidedEntry["stage"]): DecidedEntry {
  const { call, description, decision } = judgement;
  return {
    stage,
    at: new Date(judgement.atMs).toISOString(),
    ...callPart(call),
    decision: decision.id,
    principal: showEntity(description.principal),
    resource: showEntity(description.resource),
    plugin: description.plugin,
    ...addressOf(description),
    answer: decision.kind,
    causes: decision.kind === "deny" ? decision.causes : [],
    ...(decision.kind === "deny" && { cause: decision.cause }),
    ...(decision.kind === "deny" && decision.because !== undefined && { because: escapeText(decision.because) }),
    verdicts: decision.verdicts.map((verdict) => ({
      engine: verdict.engine,
      version: judgement.versions.get(verdict.engine) ?? "",
      effect: verdict.effect,
      determining: verdict.determining.map(journaledPolicy),
      errors: verdict.errors.map(({ policy, message }) => ({
        ...(policy && { policy: policy.id }),
        message: escapeText(message),
      })),
      considered: verdict.considered,
      total: verdict.total,
    })),
    obligations: decision.kind === "allow" ? decision.obligations : [],
    policies: decision.revision,
    spent: judgement.spent,
  };
}

function addressOf(description: Description): Pick<DecidedEntry, "address" | "addressClass"> {
  if (description.action !== "network.connect") return {};
  const { address, addressClass } = description.target;
  return { address, addressClass };
}

function journaledPolicy(policy: PolicyInfo): JournaledPolicy {
  return { id: policy.id, place: `${policy.place.file}:${policy.place.line}:${policy.place.column}` };
}

/** The call and the request as policy saw it: what a later evaluation of the same question needs. Bounded. */
function evidenceOf(judgement: Judgement): string {
  const whole = JSON.stringify({ call: judgement.record, request: judgement.request });
  return Buffer.byteLength(whole) <= limits.evidenceBytesMax ? whole : JSON.stringify({ request: judgement.request });
}
