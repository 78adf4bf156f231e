import type { Call } from "../calls/call.ts";
import { parseCall } from "../calls/parse-call.ts";
import type { Action } from "../calls/powers.ts";
import { tightestBounds } from "../decisions/obligation.ts";
import { issueWarrant } from "../warrants/issue-warrant.ts";
import type { BrokerParts } from "./broker-parts.ts";
import { journalDecision, journalEnding } from "./journal-decision.ts";
import { judgeCall } from "./judge-call.ts";
import type { Outcome } from "./outcome.ts";
import { performCall } from "./perform-call.ts";
import type { RunningCalls } from "./running-calls.ts";

// The one way in. Every registration, execution, host call and output command takes this path:
//
//   parse ─ describe ─ gather facts ─ evaluate ─ combine ─ journal "decided" ─ issue warrant ─ effect ─ journal its end
//           └──────────── judge-call.ts ─────────────┘
//
// In comes a call of anybody's making; out goes an outcome. What an effect is made of is never known here.

/**
 * Decides a call, journals the decision, and only then has it performed. A denial is an outcome, and so is a failure.
 * @throws {YoiError} YOI_CALL_MALFORMED when it is no call, YOI_BROKER_CLOSED when nothing can be recorded any more
 */
export async function submitCall<A extends Action>(
  parts: BrokerParts,
  running: RunningCalls,
  asked: Call<A>,
  signal?: AbortSignal,
): Promise<Outcome<A>> {
  running.assertOpen();
  const call = parseCall(asked);
  const held = parts.revisions.hold();
  try {
    // INVARIANT: from here on a revocation reaches the call, also while it is decided and written down: what it is
    // decided under is what is in force at this very moment.
    using run = running.start(call, signal);
    const judgement = await judgeCall(parts, call, held.revision, { consume: true });
    const decision = await journalDecision(parts.journal, judgement, "decided");
    if (decision.kind === "deny") return { status: "denied", decision };

    const bounds = tightestBounds(decision.obligations);
    if (bounds.timeoutMs !== undefined) run.limitTime(bounds.timeoutMs);
    const { action, target } = judgement.description;
    const { id, revision } = decision;
    const warrant = issueWarrant({ action, call, decision: id, revision, target, bounds, signal: run.signal });

    const started = performance.now();
    const outcome = await performCall(parts.effectors, warrant, decision);
    try {
      await journalEnding(parts, judgement, outcome, performance.now() - started);
    } catch {
      // FAIL-CLOSED: what was done was done, but a broker that cannot record its end takes no further call.
      running.refuseNew();
    }
    return outcome as Outcome<A>;
  } finally {
    held.release();
  }
}
