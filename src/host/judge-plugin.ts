import type { Judgement } from "../broker/judge-call.ts";
import type { Call } from "../calls/call.ts";
import { newId } from "../calls/identifiers.ts";
import type { PolicyInfo } from "../decisions/policy-info.ts";
import type { PolicyTrace, TraceNode } from "../decisions/trace.ts";
import type { PluginState } from "../workspace/plugin-state.ts";
import type { Inspection } from "./inspect-workspace.ts";

/**
 * What the policies in force would say: `conditional` hangs on conditions of a permit, `partial` covers a part only.
 */
export type Coverage = "allowed" | "denied" | "conditional" | "partial";

/** One thing that a plugin offers or asks for, and what it would get. */
export interface CoverageRow {
  readonly what: string;
  readonly declared: boolean;
  readonly coverage: Coverage;
  /** The cause, for what is denied. */
  readonly cause?: string;
  /** The policies that make it so, or that come near. */
  readonly by: readonly PolicyInfo[];
}

/** Asks the policies about every surface and capability of a plugin. Nothing is run or written. */
export async function judgePlugin(
  inspection: Inspection,
  state: PluginState,
  nowMs: number,
): Promise<readonly CoverageRow[]> {
  const { ref, package: used, enablement } = state;
  if (used === undefined) return [];
  const rows: CoverageRow[] = [];
  const ask = async (what: string, declared: boolean, call: Omit<Call, "id" | "root">) => {
    const id = newId(nowMs);
    const judgement = await inspection.judge({ ...call, id, root: id } as Call);
    rows.push({ what, declared, ...coverageOf(inspection, judgement) });
  };
  const byHost = { command: false, depth: 0 };
  for (const tool of used.manifest.tools) {
    const principal = { kind: "plugin", id: ref } as const;
    await ask(`register ${tool.name}`, true, {
      action: "tool.register",
      principal,
      via: byHost,
      ask: { plugin: ref, tool: tool.name },
    });
    for (const agent of enablement?.agents ?? ["cli"]) {
      const call = {
        principal: { kind: "agent", id: agent },
        via: { agent, ...byHost },
        ask: { plugin: ref, tool: tool.name, input: {} },
      } as const;
      await ask(`execute ${tool.name} for ${agent}`, true, { action: "tool.execute", ...call });
    }
  }
  const declared = new Set(used.manifest.capabilities.fs.map(({ mount }) => mount));
  for (const mount of new Set([...declared, ...Object.keys(enablement?.mounts ?? {})])) {
    const principal = { kind: "plugin", id: ref } as const;
    // A name that no file has stands for the whole mount.
    const call = { principal, via: { command: false, depth: 1 }, ask: { path: `${mount}/any-file` } };
    await ask(`read files of ${mount}/`, declared.has(mount), { action: "fs.read", ...call });
  }
  return rows;
}

function coverageOf(
  inspection: Inspection,
  { decision, request, description }: Judgement,
): Omit<CoverageRow, "what" | "declared"> {
  const determining = decision.verdicts.flatMap((verdict) => verdict.determining);
  if (decision.kind === "allow") return { coverage: "allowed", by: determining };
  // An empty input is off most schemas: what policy says of the tool itself is what is asked here.
  const policyOnly = decision.causes.filter(
    (cause) => !(description.flaw !== undefined && cause === description.flaw.cause),
  );
  if (policyOnly.length === 0) return { coverage: "allowed", by: determining };
  const cause = policyOnly[0] ?? decision.cause;
  if (cause !== "no-permit") return { coverage: "denied", cause, by: determining };
  const near = inspection.revision.sets
    .flatMap((set) => set.trace(request))
    .filter((trace) => trace.policy.effect === "permit");
  const conditional = near.filter((trace) => failing(trace).every((clause) => clause.kind !== "scope"));
  if (conditional.length > 0) return { coverage: "conditional", by: conditional.map((trace) => trace.policy) };
  const partial = near.filter((trace) => failing(trace).every((clause) => clause.text.startsWith("resource ")));
  if (partial.length > 0) return { coverage: "partial", by: partial.map((trace) => trace.policy) };
  return { coverage: "denied", cause, by: [] };
}

function failing(trace: PolicyTrace): readonly TraceNode[] {
  return trace.clauses.filter((clause) => clause.value !== "true");
}
