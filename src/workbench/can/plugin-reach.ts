// Everything that a plugin may do, as a list: `sudo -l` for plugins. Each row holds for every call in it, or says what
// it hangs on; what is not in any row, the plugin does not ask for and does not get.
import type { PluginRef } from "../../calls/identifiers.ts";
import { toolId } from "../../calls/identifiers.ts";
import { limits } from "../../calls/limits.ts";
import type { Action } from "../../calls/powers.ts";
import type { EntityRef } from "../../calls/value.ts";
import { type Capability, capabilitiesOf } from "../../explain/reach/capability.ts";
import { type ReachedPart, type ReachParts, reachOf } from "../../explain/reach/reach-of-capability.ts";
import { capabilityInWords } from "../../explain/reach/say-capability.ts";
import type { Inspection } from "../../host/inspect-workspace.ts";
import { reachParts } from "../../host/reach-of-workspace.ts";
import type { PluginState } from "../../workspace/plugin-state.ts";
import { type Supposed, supposeEnabled } from "./as-if-enabled.ts";
import { type UnusedPermit, unusedPermits } from "./unused-permits.ts";

/** One thing that a plugin offers or asks for, or a part of it, and what it would get. */
export interface CanRow extends ReachedPart {
  readonly action: Action;
  /** What is asked for: `https.request GET https://api.example.com/v1`. */
  readonly asked: string;
  /** The tools from which it is so, by name; of a tool's execution, the tool. */
  readonly tools: readonly string[];
  /** Of a tool's execution: the agents for which it is so; `*` is every agent that no policy names. */
  readonly agents?: readonly string[];
}

/** Everything that a plugin may do by the policies in force. */
export interface PluginReach {
  readonly plugin: PluginRef;
  readonly packageVersion: string;
  /** Whether it is enabled and pinned; if not, the rows say what it would get if it were. */
  readonly enabled: boolean;
  readonly rows: readonly CanRow[];
  /** What policy permits to this very plugin and its manifest asks for nothing of. */
  readonly unused: readonly UnusedPermit[];
}

/** What is asked about a plugin: one of its tools and one agent, or all of them. */
export interface CanQuestion {
  readonly tool?: string;
  readonly agent?: string;
}

/** Asks the policies about everything that a plugin offers and asks for. Nothing is run, written or looked up. */
export async function pluginReach(
  state: PluginState,
  inspection: Inspection,
  question: CanQuestion,
  nowMs: number,
): Promise<PluginReach> {
  const standing = inspection.survey.inventory.plugin(state.ref);
  if (standing === undefined) throw new Error(`\`${state.ref}\` is installed and has no standing`);
  const supposed = await supposeEnabled(state, standing, inspection);
  try {
    const { agent } = question;
    const parts = reachParts({
      ...supposed,
      sources: inspection.sources,
      isOneAgent: agent !== undefined,
      questionsMax: limits.reachQuestionsMax,
      nowMs,
    });
    const tools = [...standing.tools.keys()].filter((tool) => question.tool === undefined || tool === question.tool);
    const rows = [
      ...(await rowsOfTools(supposed, parts, tools, agentsOf(state, parts.named.agents, agent))),
      ...(await rowsOfCapabilities(supposed, parts, tools, agent ?? state.enablement?.agents?.[0] ?? "cli")),
    ];
    return {
      plugin: state.ref,
      packageVersion: standing.version,
      enabled: !supposed.isSupposed,
      rows,
      unused: question.tool === undefined && agent === undefined ? unusedPermits(state.ref, supposed, rows) : [],
    };
  } finally {
    supposed.dispose();
  }
}

/** Agents that anything names, and one that nothing does. */
function agentsOf(state: PluginState, named: readonly EntityRef[], asked: string | undefined): readonly string[] {
  if (asked !== undefined) return [asked];
  const known = named.map(({ id }) => id);
  return [...new Set([...(state.enablement?.agents ?? []), "cli", ...known])].filter((id) => id !== "host");
}

const anyAgent = "*";

async function rowsOfTools(
  { standing }: Supposed,
  parts: ReachParts,
  tools: readonly string[],
  agents: readonly string[],
): Promise<readonly CanRow[]> {
  const rows: CanRow[] = [];
  const ask = async (capability: Capability, agent: string, isOneAgent: boolean) => {
    const [part] = await reachOf(capability, { plugin: standing.ref, agent }, { ...parts, isOneAgent });
    return part;
  };
  for (const tool of tools) {
    const registered = await ask({ about: "tool", action: "tool.register", tool }, "host", true);
    if (registered !== undefined) rows.push(rowOf({ about: "tool", action: "tool.register", tool }, registered, tool));
    const byAgent: (readonly [agent: string, part: ReachedPart | undefined])[] = [];
    for (const agent of agents) {
      byAgent.push([agent, await ask({ about: "tool", action: "tool.execute", tool, agent }, agent, true)]);
    }
    if (!parts.isOneAgent) {
      const agent = unnamedAgent(agents);
      byAgent.push([anyAgent, await ask({ about: "tool", action: "tool.execute", tool, agent }, agent, false)]);
    }
    for (const same of Map.groupBy(byAgent, ([, part]) => JSON.stringify(part)).values()) {
      const [[agent, part] = []] = same;
      if (agent === undefined || part === undefined) continue;
      const row = rowOf({ about: "tool", action: "tool.execute", tool, agent }, part, tool);
      rows.push({ ...row, agents: same.map(([name]) => name) });
    }
  }
  return rows;
}

function unnamedAgent(agents: readonly string[]): string {
  for (let number = 2, name = "any-agent"; ; number++) {
    if (!agents.includes(name)) return name;
    name = `any-agent-${number}`;
  }
}

async function rowsOfCapabilities(
  { standing, inventory }: Supposed,
  parts: ReachParts,
  tools: readonly string[],
  agent: string,
): Promise<readonly CanRow[]> {
  const rows: CanRow[] = [];
  for (const capability of capabilitiesOf(standing, inventory)) {
    const byTool: (readonly [tool: string, part: ReachedPart])[] = [];
    for (const tool of tools) {
      const use = { plugin: standing.ref, tool: toolId(standing.ref, tool), agent };
      for (const part of await reachOf(capability, use, parts)) byTool.push([tool, part]);
    }
    for (const same of Map.groupBy(byTool, ([, part]) => JSON.stringify(part)).values()) {
      const [[tool, part] = []] = same;
      if (tool !== undefined && part !== undefined)
        rows.push({ ...rowOf(capability, part, tool), tools: same.map(([name]) => name) });
    }
  }
  return rows;
}

function rowOf(capability: Capability, part: ReachedPart, tool: string): CanRow {
  return { action: capability.action, asked: capabilityInWords(capability), tools: [tool], ...part };
}
