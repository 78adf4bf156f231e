import { clauseHolds, type PolicyTrace, type TraceNode } from "../../decisions/trace.ts";
import type { ConditionOutline, PolicyOutline } from "../../engines/policy-outline.ts";
import type { Condition, ListedConditions } from "./list-conditions.ts";

/** Records what one request made of a policy: only what was evaluated on the way to its answer. */
export function recordTrace(outline: PolicyOutline, trace: PolicyTrace, listed: ListedConditions): void {
  if (trace.value === "true") listed.wholes.get(outline.policy.id)?.seen.add("true");
  const isInScope = trace.clauses.every(({ kind, value }) => kind !== "scope" || value !== "false");
  const clauses = trace.clauses.filter(({ kind }) => kind !== "scope" || trace.policy.engine === "rego");
  if (!isInScope) return;
  for (const [node, traced] of pair(outline.conditions, clauses)) {
    if (traced === undefined) continue;
    record(node, traced, listed.of);
    // A trace shows the clauses behind one that fails, too; the evaluation ended there.
    if (trace.policy.engine === "cedar" && !clauseHolds(traced)) return;
  }
}

function record(node: ConditionOutline, traced: TraceNode, of: ReadonlyMap<ConditionOutline, Condition>): void {
  if (traced.value === "true" || traced.value === "false") of.get(node)?.seen.add(traced.value);
  for (const [child, tracedChild] of pair(node.children, traced.children)) {
    if (tracedChild !== undefined) record(child, tracedChild, of);
  }
}

/** The parts of a policy with what a trace says of them, by their text: both have them in one order. */
function pair(
  nodes: readonly ConditionOutline[],
  traced: readonly TraceNode[],
): readonly (readonly [ConditionOutline, TraceNode | undefined])[] {
  const unclaimed = [...traced];
  return nodes.map((node) => {
    const at = unclaimed.findIndex(({ text }) => text === node.text);
    return [node, at < 0 ? undefined : unclaimed.splice(at, 1)[0]] as const;
  });
}
