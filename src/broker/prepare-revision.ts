import { createHash } from "node:crypto";
import type { PolicyEngine, PolicySources, PreparedPolicies } from "../engines/policy-engine.ts";
import type { PolicyRevision } from "./policy-revision.ts";

/**
 * Has every engine prepare the whole set, and only then makes a revision of it: one bad file refuses all of it.
 * @throws {YoiError} YOI_POLICY_INVALID
 */
export async function prepareRevision(
  engines: readonly PolicyEngine[],
  sources: PolicySources,
): Promise<PolicyRevision> {
  const sets: PreparedPolicies[] = [];
  try {
    for (const engine of engines) sets.push(await engine.prepare(sources));
  } catch (error) {
    for (const set of sets) set.dispose();
    throw error;
  }
  const digest = createHash("sha256")
    .update(sets.map((set) => `${set.engine} ${set.digest}\n`).join(""))
    .digest("hex");
  const versions = new Map(engines.map((engine) => [engine.name, engine.version]));
  return { digest: `sha256:${digest}`, sets, versions };
}

/** A revision that answers every call with an error: what a host starts with when there is no good set. */
export function failedRevision(failure: string): PolicyRevision {
  return { digest: "none", sets: [], failure, versions: new Map() };
}
