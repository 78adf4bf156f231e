import type { PolicyRevision } from "../broker/policy-revision.ts";
import { prepareAll } from "../broker/prepare-revision.ts";
import type { PolicyEngine, PolicySources } from "../engines/policy-engine.ts";
import type { ExplainedPolicies } from "../explain/explain-request.ts";

/** A revision as explanations want it: with a way to try one policy more. */
export function explainable(
  revision: PolicyRevision,
  sources: PolicySources | undefined,
  engines: readonly PolicyEngine[],
): ExplainedPolicies {
  return {
    digest: revision.digest,
    sets: revision.sets,
    versions: revision.versions,
    async extended(policy) {
      const policies = [
        ...(sources?.policies ?? []),
        { file: "suggested.cedar", layer: "workspace", language: "cedar", text: policy } as const,
      ];
      return prepareAll(engines, { ...sources, policies });
    },
  };
}
