import { putQuestion } from "../broker/put-question.ts";
import type { Inventory, PluginStanding } from "../calls/inventory.ts";
import type { PolicySources, PreparedPolicies } from "../engines/policy-engine.ts";
import { namedEntities } from "../explain/reach/named-entities.ts";
import type { ReachParts } from "../explain/reach/reach-of-capability.ts";

/** What questions about the reach of one plugin are put with: policies, their sources, and what is known of everything. */
export interface ReachOfWorkspace {
  readonly sets: readonly PreparedPolicies[];
  readonly sources: PolicySources | undefined;
  readonly inventory: Inventory;
  readonly standing: PluginStanding;
  readonly isOneAgent: boolean;
  readonly questionsMax: number;
  readonly nowMs: number;
}

/** Puts questions about a plugin's reach as the broker would put its calls. */
export function reachParts(given: ReachOfWorkspace): ReachParts {
  const { sets, sources, inventory, standing, isOneAgent, questionsMax, nowMs } = given;
  return {
    sets,
    put: (call) => putQuestion(call, inventory, nowMs).request,
    inventory,
    named: namedEntities(standing.ref, sets, sources ?? {}),
    patterns: standing.declaredUrls,
    isOpaque: sources?.policies.some(({ language }) => language === "bundle") ?? false,
    isOneAgent,
    questions: { left: questionsMax },
    nowMs,
  };
}
