import { setImmediate as nextTurn } from "node:timers/promises";
import type { Call } from "../calls/call.ts";
import { limits } from "../calls/limits.ts";
import { parseCall } from "../calls/parse-call.ts";
import type { Action } from "../calls/powers.ts";
import type { Decision } from "../decisions/decision.ts";
import type { BrokerParts } from "./broker-parts.ts";
import { journalDecision } from "./journal-decision.ts";
import { type Judgement, judgeCall } from "./judge-call.ts";
import type { Outcome } from "./outcome.ts";
import { createRunningCalls } from "./running-calls.ts";
import { submitCall } from "./submit-call.ts";

/** The way in for everybody who wants something done, and for whoever asks what would be decided. */
export interface Broker {
  /** Decides, journals, and only then performs. Rejects only when the broker itself is broken or the call is none. */
  submit<A extends Action>(call: Call<A>, signal?: AbortSignal): Promise<Outcome<A>>;
  /** Decides and journals as a rehearsal; no effector hears of it. */
  rehearse(call: Call): Promise<Decision>;
  /** Decides and writes nothing at all: the basis of every explanation and of what is listed. */
  judge(call: Call): Promise<Judgement>;
  /** Asks again for everything that is under way, and ends what the present revision no longer allows. */
  revoke(): Promise<void>;
  /** Refuses new calls and waits for those under way. */
  close(): Promise<void>;
}

/** The one policy enforcement point: whatever acts, acts on a warrant from here. */
export function createBroker(parts: BrokerParts): Broker {
  const running = createRunningCalls();

  async function judgeParsed(call: Call): Promise<Judgement> {
    const held = parts.revisions.hold();
    try {
      return await judgeCall(parts, call, held.revision, { consume: false });
    } finally {
      held.release();
    }
  }

  return {
    submit: (call, signal) => submitCall(parts, running, call, signal),
    judge: async (asked) => judgeParsed(parseCall(asked)),
    async rehearse(call) {
      running.assertOpen();
      return journalDecision(parts.journal, await judgeParsed(parseCall(call)), "rehearsed");
    },
    async revoke() {
      for (const [index, under] of running.list().entries()) {
        // Many calls must not hold up everybody else while they are asked about.
        if (index % limits.revocationsPerTurnMax === limits.revocationsPerTurnMax - 1) await nextTurn();
        // What led to it was revoked, and it with it.
        if (under.signal.aborted) continue;
        const { decision } = await judgeParsed(under.call);
        // A call that is under way has had its place in the window; a window that is full by now is no revocation.
        if (decision.kind === "deny" && decision.cause !== "limit") under.revoke();
      }
    },
    async close() {
      running.refuseNew();
      await running.drained();
    },
  };
}
