import type { Outcome } from "../broker/outcome.ts";
import { type Call, type Caller, callOf } from "../calls/call.ts";
import { toolId } from "../calls/identifiers.ts";
import { limits } from "../calls/limits.ts";
import type { Action, FsAction } from "../calls/powers.ts";
import type { Decision } from "../decisions/decision.ts";
import { tightestBounds } from "../decisions/obligation.ts";
import type { GuestAnswer, GuestAsk, GuestHost, GuestValue } from "../sandbox/sandbox.ts";
import { answerRequest } from "./answer-request.ts";
import type { GuestParts } from "./guest-parts.ts";
import { listVisible } from "./list-visible.ts";
import { denialToWit, failureToWit } from "./to-wit-error.ts";
import { createWriteBudget } from "./write-budget.ts";

// Where a plugin's own calls come in. In: what the guest of one running tool call asks. Out: what WIT lets it know.
// Who asks is known from the call that runs, never from what the guest says.

/** The host's side of one tool call: every ask becomes a call to the broker, a child of the one that runs. */
export function createGuestHost(parts: GuestParts, running: Call<"tool.execute">): GuestHost {
  const { plugin, tool } = running.ask;
  const caller: Caller = {
    parent: running.id,
    root: running.root,
    principal: { kind: "plugin", id: plugin },
    via: { ...running.via, tool: toolId(plugin, tool), depth: running.via.depth + 1 },
  };

  const budget = createWriteBudget();

  async function ask(asked: GuestAsk, signal: AbortSignal): Promise<GuestAnswer> {
    const overspent = budget.spend(asked);
    if (overspent !== undefined) return { ok: false, error: overspent };
    return answerAsk(parts, caller, asked, signal);
  }

  return { ask, log: (level, text) => parts.log(plugin, running, level, text) };
}

async function answerAsk(
  parts: GuestParts,
  caller: Caller,
  asked: GuestAsk,
  signal: AbortSignal,
): Promise<GuestAnswer> {
  const submit = <A extends FsAction>(action: A, ask: Call<A>["ask"]) =>
    parts.broker.submit(callOf(caller, action, ask, parts.nowMs()), signal);
  switch (asked.kind) {
    case "https.send":
      return answerRequest(parts, caller, asked, signal);
    case "fs.read": {
      const outcome = await submit(asked.kind, { path: asked.path, ...asked.range });
      return toAnswer(outcome, (bytes) => ({ kind: "bytes", bytes }));
    }
    case "fs.stat":
      return toAnswer(await submit(asked.kind, { path: asked.path }), (status) => ({ kind: "status", status }));
    case "fs.list": {
      const { path, after } = asked;
      const started = performance.now();
      const outcome = await submit(asked.kind, { path, ...(after !== undefined && { after }) });
      if (outcome.status !== "performed") return toAnswer(outcome, () => nothing);
      const timeoutMs = timeOf(outcome.decision) - (performance.now() - started);
      return listVisible(parts, caller, path, outcome.value, { signal, timeoutMs: Math.max(0, timeoutMs) });
    }
    case "fs.write": {
      const { path, mode, bytes } = asked;
      return toAnswer(await submit(asked.kind, { path, mode, bytes }), () => nothing);
    }
    case "fs.append":
      return toAnswer(await submit(asked.kind, { path: asked.path, bytes: asked.bytes }), () => nothing);
    case "fs.make-directory":
    case "fs.remove":
      return toAnswer(await submit(asked.kind, { path: asked.path }), () => nothing);
  }
}

/** What a host call on files has in all. */
function timeOf(decision: Decision): number {
  const { timeoutMs = limits.hostCallMs } = decision.kind === "allow" ? tightestBounds(decision.obligations) : {};
  return Math.min(timeoutMs, limits.hostCallMs);
}

const nothing: GuestValue = { kind: "nothing" };

function toAnswer<A extends Action>(
  outcome: Outcome<A>,
  toValue: (value: Extract<Outcome<A>, { status: "performed" }>["value"]) => GuestValue,
): GuestAnswer {
  switch (outcome.status) {
    case "performed":
      return { ok: true, value: toValue(outcome.value) };
    case "denied":
      return { ok: false, error: denialToWit(outcome.decision) };
    case "failed":
      return { ok: false, error: failureToWit(outcome.error) };
  }
}
