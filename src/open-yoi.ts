import { resolve } from "node:path";
import type { Logger } from "pino";
import type { Call } from "./calls/call.ts";
import type { JsonObject } from "./calls/json.ts";
import { placesOf } from "./config/places.ts";
import { explainCall } from "./explain/explain-call.ts";
import type { Explanation } from "./explain/explanation.ts";
import { type AgentTool, gatherBuiltinTools } from "./host/builtin-tools.ts";
import { withChain } from "./host/explain-chain.ts";
import { explainable, explainedFrom } from "./host/explain-in-host.ts";
import { keepInspectorShut } from "./host/keep-inspector-shut.ts";
import { openHost } from "./host/open-host.ts";
import type { HostState } from "./host/reload-host.ts";
import { watchWorkspace } from "./host/watch-workspace.ts";
import { yoiVersion } from "./package-root.ts";
import type { ToolCaller, ToolResult } from "./tools/tool-desk.ts";
import type { ToolHistory } from "./tools/tool-history.ts";
import { type ToolDefinition, toDefinition } from "./tools/tool-registry.ts";

/** How a workspace is opened. */
export interface YoiOptions {
  /** The folder with `.yoi` in it. */
  readonly workspace: string;
  /** The agent's own tools. They are registered first; no plugin's tool takes their names. */
  readonly tools?: readonly AgentTool[];
  /** Where diagnostics of the host go; nowhere by default. */
  readonly log?: Logger;
  /** The environment that places are found by; the process's own by default. */
  readonly environment?: { readonly [name: string]: string | undefined };
  /** Unix milliseconds; the system's clock by default. */
  readonly nowMs?: () => number;
  /** Whether changes of the workspace are picked up as they happen; true by default. */
  readonly watch?: boolean;
}

/** An open workspace, as an agent's program uses it. */
export interface Yoi {
  readonly tools: {
    /** What a model may be told of: the tools that policy lets be registered now, in the order of names. */
    list(): readonly ToolDefinition[];
    /** Calls one tool. Denials and failures are results; nothing that happens in a plugin throws. */
    call(name: string, input: JsonObject, caller: ToolCaller): Promise<ToolResult>;
    /** The calls and results of one agent, to be appended to its own history. */
    history(agent: string): ToolHistory;
  };
  /** Why a call would be allowed or denied under the policies in force; nothing is written or done. */
  explain(call: Call): Promise<Explanation>;
  /** What is in force, and what is wrong with what is not. */
  state(): HostState;
  /** Reads policies, configuration and packages again; a host that watches does so by itself. */
  reload(): Promise<HostState>;
  close(): Promise<void>;
}

/**
 * Opens a workspace: its policies are loaded, its tools decided, its journal open.
 * @throws {YoiError} YOI_JOURNAL_UNWRITABLE, YOI_JOURNAL_UNREADABLE, YOI_SCHEMA_REJECTED, YOI_USAGE
 * @example
 * const yoi = await openYoi({ workspace: "." });
 * const result = await yoi.tools.call("read_note", { path: "today.md" }, { agent: "cli" });
 * await yoi.close();
 */
export async function openYoi(options: YoiOptions): Promise<Yoi> {
  const places = placesOf(resolve(options.workspace), options.environment ?? process.env);
  const nowMs = options.nowMs ?? Date.now;
  const builtin = gatherBuiltinTools(options.tools ?? [], yoiVersion());
  const letInspectorOpen = keepInspectorShut();
  const opening = openHost({ places, builtin, nowMs, ...(options.log !== undefined && { log: options.log }) });
  opening.catch(letInspectorOpen);
  const host = await opening;
  const reloadLoudly = () =>
    // A reload that fails leaves what was in force in force until it is tried again; whoever watches the log must know.
    host.reload().catch((error: unknown) => {
      options.log?.error({ err: error }, "the workspace could not be read again");
      throw error;
    });
  const watching = options.watch === false ? undefined : watchWorkspace(places, reloadLoudly);
  return {
    tools: {
      list: () => host.registry.list().map(toDefinition),
      call: (name, input, caller) => host.desk.call(name, input, caller),
      history: (agent) => host.desk.history(agent),
    },
    async explain(call) {
      const held = host.revisions.hold();
      try {
        const { sources, survey } = host.state();
        const explanation = await explainCall(call, {
          judge: host.broker.judge,
          policies: { ...explainable(held.revision, sources, host.engines), ...explainedFrom(survey) },
          openings: survey.inventory.openings,
          answer: [],
        });
        const asked = { revision: held.revision, survey, ...(sources !== undefined && { sources }) };
        return await withChain(explanation, asked, nowMs());
      } finally {
        held.release();
      }
    },
    state: host.state,
    reload: host.reload,
    async close() {
      watching?.close();
      await host.close();
      letInspectorOpen();
    },
  };
}
