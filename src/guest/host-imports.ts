import type { Broker } from "../broker/broker.ts";
import type { Call } from "../calls/call.ts";
import { newId, type PluginRef, toolId } from "../calls/identifiers.ts";
import type { GuestAnswer, GuestAsk, GuestHost, LogLevel } from "../sandbox/sandbox.ts";
import { denialToWit, failureToWit } from "./to-wit-error.ts";

// Where a plugin's own calls come in. In: what the guest of one running tool call asks. Out: what WIT lets it know.
// Who asks is known from the call that runs, never from what the guest says.

export interface GuestParts {
  readonly broker: Pick<Broker, "submit">;
  readonly nowMs: () => number;
  /** One line of the guest's own log, untrusted and not escaped. */
  readonly log: (plugin: PluginRef, call: Call<"tool.execute">, level: LogLevel, text: string) => void;
}

/** The host's side of one tool call: every ask becomes a call to the broker, a child of the one that runs. */
export function createGuestHost(parts: GuestParts, running: Call<"tool.execute">): GuestHost {
  const { plugin, tool } = running.ask;

  async function ask(asked: GuestAsk, signal: AbortSignal): Promise<GuestAnswer> {
    const call: Call<"fs.read"> = {
      id: newId(parts.nowMs()),
      parent: running.id,
      root: running.root,
      action: asked.kind,
      principal: { kind: "plugin", id: plugin },
      via: { ...running.via, tool: toolId(plugin, tool), depth: running.via.depth + 1 },
      ask: { path: asked.path },
    };
    const outcome = await parts.broker.submit(call, signal);
    switch (outcome.status) {
      case "performed":
        return { ok: true, bytes: outcome.value };
      case "denied":
        return { ok: false, error: denialToWit(outcome.decision) };
      case "failed":
        return { ok: false, error: failureToWit(outcome.error) };
    }
  }

  return { ask, log: (level, text) => parts.log(plugin, running, level, text) };
}
