import type { Call } from "../calls/call.ts";
import type { Description } from "../calls/description.ts";
import type { Action, Powers } from "../calls/powers.ts";
import { showEntity } from "../calls/value.ts";
import type { Decision } from "../decisions/decision.ts";
import type { PolicyInfo } from "../decisions/policy-info.ts";
import { escapeText } from "../errors/escape-text.ts";
import { YoiError } from "../errors/yoi-error.ts";
import type { Journal } from "../journal/journal.ts";
import type { DecidedEntry, EndedEntry, JournaledPolicy } from "../journal/journal-entry.ts";
import type { BrokerParts } from "./broker-parts.ts";
import { writeEvidence } from "./evidence.ts";
import { type Judgement, microseconds } from "./judge-call.ts";
import type { Ending } from "./outcome.ts";

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
    await journal.append(decidedEntry(judgement, stage), writeEvidence(judgement));
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
  ending: Ending,
  effectMs: number,
): Promise<void> {
  const shared = {
    at: new Date(nowMs()).toISOString(),
    ...callPart(judgement.call),
    decision: judgement.decision.id,
    spent: { effect: microseconds(effectMs) },
  };
  const entry: EndedEntry =
    ending.status === "failed"
      ? { ...shared, stage: "failed", failure: failureOf(ending.error), message: escapeText(ending.error.message) }
      : { ...shared, stage: "performed", ...resultOf(judgement.call.action, ending.value) };
  await journal.append(entry);
}

// Of a result its size and what was applied to it, never a part of it.
function resultOf(
  action: Action,
  value: Powers[Action]["yields"],
): Pick<EndedEntry, "bytes" | "status" | "truncated" | "redactions"> {
  // An action and what it yields belong together, which the types cannot see here.
  const yielded = { action, value } as Yielded;
  switch (yielded.action) {
    case "https.request":
    case "network.connect": {
      const { status, body, truncated, redactions } = yielded.value;
      return { bytes: body.length, status, ...(truncated && { truncated }), ...(redactions > 0 && { redactions }) };
    }
    case "tool.execute":
      return { bytes: Buffer.byteLength(yielded.value.content ?? "") };
    case "fs.read":
      return { bytes: yielded.value.length };
    case "tool.register":
    case "plugin.prepare":
    case "secret.use":
    case "fs.list":
    case "fs.stat":
    case "fs.write":
    case "fs.append":
    case "fs.make-directory":
    case "fs.remove":
      return {};
  }
}

type Yielded = { [A in Action]: { readonly action: A; readonly value: Powers[A]["yields"] } }[Action];

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
