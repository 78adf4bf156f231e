import { createHash } from "node:crypto";
import type { PolicyEngine, PolicySources, PreparedPolicies } from "../engines/policy-engine.ts";
import { refusedSet } from "../engines/refuse-set.ts";
import { YoiError } from "../errors/yoi-error.ts";
import type { PolicyRevision } from "./policy-revision.ts";

/**
 * Has every engine prepare the whole set, and only then makes a revision of it: one bad file refuses all of it.
 * @throws {YoiError} YOI_POLICY_INVALID with the findings of every engine
 */
export async function prepareRevision(
  engines: readonly PolicyEngine[],
  sources: PolicySources,
): Promise<PolicyRevision> {
  const sets = await prepareAll(engines, sources);
  const digest = createHash("sha256")
    .update(sets.map((set) => `${set.engine} ${set.digest}\n`).join(""))
    .digest("hex");
  const versions = new Map(engines.map((engine) => [engine.name, engine.version]));
  return { digest: `sha256:${digest}`, sets, versions };
}

/** One set by each engine, or none at all. */
export async function prepareAll(
  engines: readonly PolicyEngine[],
  sources: PolicySources,
): Promise<readonly PreparedPolicies[]> {
  const prepared = await Promise.allSettled(engines.map((engine) => engine.prepare(sources)));
  const sets = prepared.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const errors: unknown[] = prepared.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
  if (errors.length === 0) return sets;
  for (const set of sets) set.dispose();
  const broken = errors.find((error) => !YoiError.is(error, "YOI_POLICY_INVALID"));
  if (broken !== undefined) throw broken;
  throw refusedSet(errors.flatMap((error) => (YoiError.is(error, "YOI_POLICY_INVALID") ? error.details.findings : [])));
}

/** A revision that answers every call with an error: what a host starts with when there is no good set. */
export function failedRevision(failure: string): PolicyRevision {
  return { digest: "none", sets: [], failure, versions: new Map() };
}
