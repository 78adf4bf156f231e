import type { Broker } from "../broker/broker.ts";
import type { Outcome } from "../broker/outcome.ts";
import type { Call } from "../calls/call.ts";
import { newId } from "../calls/identifiers.ts";
import type { JsonObject } from "../calls/json.ts";
import { escapeText } from "../errors/escape-text.ts";
import { createToolHistory, type ToolHistory, type ToolResultItem } from "./tool-history.ts";
import type { ToolOffer, ToolRegistry } from "./tool-registry.ts";

/** What an agent gets back from a tool: short, stable, and useless to an attacker. */
export interface ToolResult extends Omit<ToolResultItem, "kind"> {
  readonly outcome: "performed" | "denied" | "failed" | "unknown-tool";
}

/** Who calls, and how the call can be given up. */
export interface ToolCaller {
  readonly agent: string;
  readonly signal?: AbortSignal;
}

export interface DeskParts {
  readonly broker: Pick<Broker, "submit">;
  readonly registry: Pick<ToolRegistry, "find">;
  readonly nowMs: () => number;
}

/** Where agents call tools: each call goes through the broker, and each gets exactly one result in its agent's history. */
export interface ToolDesk {
  /** Runs one tool. A denial and a plugin's failure are results; calls may run side by side. */
  call(name: string, input: JsonObject, caller: ToolCaller): Promise<ToolResult>;
  history(agent: string): ToolHistory;
}

/** A desk without histories yet. */
export function createToolDesk(parts: DeskParts): ToolDesk {
  const histories = new Map<string, ToolHistory>();

  function history(agent: string): ToolHistory {
    const known = histories.get(agent) ?? createToolHistory();
    histories.set(agent, known);
    return known;
  }

  return {
    history,
    async call(name, input, caller) {
      const callId = newId(parts.nowMs());
      const offer = parts.registry.find(name);
      const origin = offer && { origin: offer.origin };
      history(caller.agent).begin({ kind: "call", callId, name, input, ...origin });
      const end = (result: Omit<ToolResult, "callId" | "name">): ToolResult => {
        const { outcome, ...item } = result;
        history(caller.agent).end({ kind: "result", callId, name, ...item });
        return { callId, name, ...result };
      };
      if (offer === undefined) return end(unknownTool(name));
      try {
        const outcome = await parts.broker.submit(executionOf(callId, offer, input, caller), caller.signal);
        return end({ ...resultOf(outcome), ...origin });
      } catch (error) {
        end({ outcome: "failed", summary: "the host could not take the call", isError: true, ...origin });
        throw error;
      }
    },
  };
}

function executionOf(id: string, offer: ToolOffer, input: JsonObject, caller: ToolCaller): Call<"tool.execute"> {
  return {
    id,
    root: id,
    action: "tool.execute",
    principal: { kind: "agent", id: caller.agent },
    via: { agent: caller.agent, command: false, depth: 0 },
    ask: { plugin: offer.plugin, tool: offer.tool, input },
  };
}

function unknownTool(name: string): Omit<ToolResult, "callId" | "name"> {
  return { outcome: "unknown-tool", summary: `no tool is named ${escapeText(name, 64)}`, isError: true };
}

function resultOf(outcome: Outcome<"tool.execute">): Omit<ToolResult, "callId" | "name"> {
  const decision = outcome.decision.id;
  switch (outcome.status) {
    case "performed":
      return { outcome: "performed", decision, ...outcome.value };
    case "denied": {
      // The caller can mend its own input; everything else is for an operator.
      const own = outcome.decision.cause === "schema-invalid" ? outcome.decision.because : undefined;
      const content = own ?? "This call was not allowed. An operator can see why.";
      const summary = own === undefined ? "denied by policy" : "the input does not fit the tool";
      return { outcome: "denied", decision, summary, content, isError: true };
    }
    case "failed": {
      const { details, message } = outcome.error;
      const why = "why" in details ? details.why : "failed";
      return { outcome: "failed", decision, summary: `the tool failed: ${why}`, content: message, isError: true };
    }
  }
}
