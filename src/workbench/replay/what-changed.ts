import type { AuthorizationRequest } from "../../calls/value.ts";
import type { PolicyInfo } from "../../decisions/policy-info.ts";
import { clauseHolds, type PolicyTrace, type TraceNode } from "../../decisions/trace.ts";
import type { PreparedPolicies } from "../../engines/policy-engine.ts";
import { traceAll } from "../../explain/trace-all.ts";
import type { Flip } from "./replay-decisions.ts";
import { decidingPolicies } from "./replayed-answer.ts";

/** One policy that bears on why an answer is another, and what of it changed, in a few words. */
export interface PolicyChange {
  readonly policy: PolicyInfo;
  /** Whether it is there no more. */
  readonly gone: boolean;
  readonly what: string;
}

/**
 * What of the policies made an answer another: those that are new or gone, and clauses that came out otherwise. `former`
 * is what was in force then, where that is still known.
 */
export async function whatChanged(
  flip: Flip,
  candidate: readonly PreparedPolicies[],
  former: readonly PreparedPolicies[] | undefined,
): Promise<readonly PolicyChange[]> {
  const now = await sideOf(candidate, flip.request);
  const then = former === undefined ? undefined : await sideOf(former, flip.request);
  const deciding = decidingPolicies(flip.verdicts);
  const decides = new Set(deciding.map(({ id }) => id));
  const lost = flip.before.policies.filter((id) => !decides.has(id)).flatMap((id) => then?.policies.get(id) ?? []);
  return [
    ...deciding
      .filter(({ id }) => !flip.before.policies.includes(id))
      .map((policy) => ({ policy, gone: false, what: gained(policy, then, now) })),
    ...lost
      // What holds as it did and is outweighed by another has not changed.
      .filter(({ id }) => now.traces.get(id)?.value !== "true")
      .map((policy) => ({ policy: now.policies.get(policy.id) ?? policy, ...dropped(policy, now) })),
  ];
}

interface Side {
  readonly policies: ReadonlyMap<string, PolicyInfo>;
  readonly traces: ReadonlyMap<string, PolicyTrace>;
}

async function sideOf(sets: readonly PreparedPolicies[], request: AuthorizationRequest): Promise<Side> {
  const traces = await traceAll(sets, request);
  return {
    policies: new Map(sets.flatMap((set) => set.policies).map((policy) => [policy.id, policy])),
    traces: new Map(traces.map((trace) => [trace.policy.id, trace])),
  };
}

function gained({ id, effect }: PolicyInfo, then: Side | undefined, now: Side): string {
  if (then === undefined) return `${effect}s it now`;
  if (!then.policies.has(id)) return `is new, and ${effect}s it`;
  const [before, after] = [then.traces.get(id), now.traces.get(id)];
  if (before === undefined || after === undefined) return `was changed, and ${effect}s it now`;
  if (before.value === "true") return `${effect}s it, as it did before`;
  const failed = before.clauses.filter((clause) => !clauseHolds(clause));
  const replaced = failed.flatMap((clause) => replacementOf(clause, before, after));
  if (replaced.length > 0) return replaced.join("; ");
  const dropped = failed.filter((clause) => !has(after, clause)).map(({ text }) => `no longer asks for \`${text}\``);
  return dropped[0] ?? `says the same, and ${effect}s it now for what it reads`;
}

/** The clause that came in place of one that failed: a new one of its kind that reads the same. */
function replacementOf(failed: TraceNode, before: PolicyTrace, after: PolicyTrace): readonly string[] {
  if (has(after, failed)) return [];
  const fresh = after.clauses.filter((clause) => !has(before, clause) && clause.kind === failed.kind);
  const found = fresh.find((clause) => readsOf(clause).some((part) => readsOf(failed).includes(part)));
  return found === undefined ? [] : [`\`${found.text}\` where it was \`${failed.text}\``];
}

function dropped({ id, effect, annotations }: PolicyInfo, now: Side): Omit<PolicyChange, "policy"> {
  if (now.policies.has(id)) {
    const failed = now.traces.get(id)?.clauses.find((clause) => !clauseHolds(clause));
    const why = failed === undefined ? "" : `: \`${failed.text}\` does not hold`;
    return { gone: false, what: `no longer ${effect}s it${why}` };
  }
  const { rate } = annotations;
  const bound = rate === undefined ? "" : `, and its rate of ${rate} with it`;
  return { gone: true, what: `is gone; it ${effect === "permit" ? "permitted" : "forbade"} it${bound}` };
}

function has({ clauses }: PolicyTrace, { text, kind }: TraceNode): boolean {
  return clauses.some((clause) => clause.text === text && clause.kind === kind);
}

// Of a scope clause the variable is the first word; of others the engine says what they read.
function readsOf(node: TraceNode): readonly string[] {
  const below = node.children.flatMap(readsOf);
  return [...(node.reads ?? []), ...below, ...(node.kind === "scope" ? [node.text.split(/\W/, 1)[0] ?? ""] : [])];
}
