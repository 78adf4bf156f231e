import type { Call } from "../calls/call.ts";
import type { Description } from "../calls/description.ts";
import { newId } from "../calls/identifiers.ts";
import type { AuthorizationRequest } from "../calls/value.ts";
import type { Decision } from "../decisions/decision.ts";
import type { BrokerParts } from "./broker-parts.ts";
import { evaluatePolicies } from "./evaluate-policies.ts";
import type { PolicyRevision } from "./policy-revision.ts";
import { putQuestion } from "./put-question.ts";
import { recordCall } from "./record-call.ts";
import { settleGates } from "./settle-gates.ts";

/** A call with everything that its decision was made from. */
export interface Judgement {
  readonly call: Call;
  readonly description: Description;
  readonly request: AuthorizationRequest;
  readonly decision: Decision;
  /** The call as the journal may keep it. */
  readonly record: unknown;
  readonly atMs: number;
  readonly versions: ReadonlyMap<string, string>;
  /** Microseconds by stage. */
  readonly spent: { readonly [stage: string]: number };
}

/**
 * The thinking half of the one path: describe, gather facts, evaluate, combine and settle. It changes nothing, but
 * for a place in a rate's window when `consume` is set.
 */
export async function judgeCall(
  parts: BrokerParts,
  call: Call,
  revision: PolicyRevision,
  options: { readonly consume: boolean },
): Promise<Judgement> {
  const atMs = parts.nowMs();
  const inventory = parts.inventory();
  const started = performance.now();
  const { description, request } = putQuestion(call, inventory, atMs);
  const described = performance.now();
  const verdicts = await evaluatePolicies(revision, request);
  const evaluated = performance.now();
  const decision = await settleGates(
    {
      id: newId(atMs),
      description,
      verdicts,
      revision: revision.digest,
      atMs,
      hasEffector: parts.effectors[call.action] !== undefined,
      consume: options.consume,
    },
    parts.journal,
  );
  const spent = {
    describe: microseconds(described - started),
    evaluate: microseconds(evaluated - described),
    settle: microseconds(performance.now() - evaluated),
  };
  const record = recordCall(call, inventory.plainQuery);
  return { call, description, request, decision, record, atMs, versions: revision.versions, spent };
}

/** Milliseconds as whole microseconds. */
export function microseconds(ms: number): number {
  return Math.round(ms * 1_000);
}
