import type { Judgement } from "../broker/judge-call.ts";
import type { Call } from "../calls/call.ts";
import { newId } from "../calls/identifiers.ts";
import type { EntityType } from "../calls/value.ts";
import type { PolicyInfo } from "../decisions/policy-info.ts";
import { clauseHolds, type PolicyTrace, type TraceNode } from "../decisions/trace.ts";
import { traceAll } from "../explain/trace-all.ts";
import type { PluginState } from "../workspace/plugin-state.ts";
import type { Inspection } from "./inspect-workspace.ts";
import { type PluginQuestion, questionsAbout } from "./plugin-questions.ts";

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

/** Asks the policies about every surface and capability of a plugin. Nothing is run, written or looked up. */
export async function judgePlugin(
  inspection: Inspection,
  state: PluginState,
  nowMs: number,
): Promise<readonly CoverageRow[]> {
  const { package: used } = state;
  if (used === undefined) return [];
  const rows: CoverageRow[] = [];
  for (const question of questionsAbout(state, used.manifest, inspection.survey.inventory)) {
    const id = newId(nowMs);
    const judgement = await inspection.judge({ ...question.call, id, root: id } as Call);
    const { what, declared } = question;
    rows.push({ what, declared, ...(await coverageOf(inspection, judgement, question)) });
  }
  return rows;
}

async function coverageOf(
  inspection: Inspection,
  { decision, request, description }: Judgement,
  { includes }: PluginQuestion,
): Promise<Omit<CoverageRow, "what" | "declared">> {
  const determining = decision.verdicts.flatMap((verdict) => verdict.determining);
  if (decision.kind === "allow") return { coverage: "allowed", by: determining };
  // An empty input is off most schemas: what policy says of the tool itself is what is asked here.
  const policyOnly = decision.causes.filter(
    (cause) => !(description.flaw !== undefined && cause === description.flaw.cause),
  );
  if (policyOnly.length === 0) return { coverage: "allowed", by: determining };
  const cause = policyOnly[0] ?? decision.cause;
  if (cause !== "no-permit") return { coverage: "denied", cause, by: determining };
  const traces = await traceAll(inspection.revision.sets, request);
  const near = traces.filter((trace) => trace.policy.effect === "permit" && !failing(trace).some(isAboutMethod));
  const isScope = ({ kind }: TraceNode) => kind === "scope";
  const conditional = near.filter((trace) => !failing(trace).some(isScope));
  if (conditional.length > 0) return { coverage: "conditional", by: conditional.map((trace) => trace.policy) };
  const partial = near.filter((trace) =>
    failing(trace)
      .filter(isScope)
      .every((clause) => isPart(clause, includes)),
  );
  if (partial.length > 0) return { coverage: "partial", by: partial.map((trace) => trace.policy) };
  return { coverage: "denied", cause, by: [] };
}

function failing(trace: PolicyTrace): readonly TraceNode[] {
  return trace.clauses.filter((clause) => !clauseHolds(clause));
}

// What a permit names beside its own resource is the last literal of the clause, in the form in which all are kept.
function isPart({ text }: TraceNode, includes: PluginQuestion["includes"]): boolean {
  const [, type = "", id = '""'] = /^resource .*\b(\w+)::("(?:[^"\\]|\\.)*")$/.exec(text) ?? [];
  return includes?.({ type: type as EntityType, id: id.slice(1, -1) }) ?? false;
}

/** A row is about one method, so a permit for others comes near in nothing. */
function isAboutMethod({ kind, text }: TraceNode): boolean {
  return (
    kind === "when" &&
    /\bcontext\.method\b/.test(text) &&
    !/\bcontext\.(?!method\b)|\b(?:principal|resource)\b/.test(text)
  );
}
