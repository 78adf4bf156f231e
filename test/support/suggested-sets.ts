import type { ExecutionContext } from "ava";
import type { Call } from "../../src/calls/call.ts";
import type { PolicySource, PreparedPolicies } from "../../src/engines/policy-engine.ts";
import { recordedCalls } from "../../src/workbench/recorded-calls.ts";
import { suggestedFile, suggestLeast } from "../../src/workbench/suggest/suggest-least.ts";
import { entities } from "./cedar-arbitraries.ts";
import { cedar, invariants, policyFile, prepareCedar } from "./cedar-sets.ts";
import { recordDecisions } from "./recorded-decisions.ts";

const documents = [{ file: ".yoi/policies/entities.json", layer: "workspace", text: entities } as const];

/** Decides calls by policies, and suggests the least that they need; `suggested` is that, beside the invariants. */
export async function suggestFor(
  t: ExecutionContext,
  policies: readonly PolicySource[],
  calls: readonly Call[],
  others: readonly PreparedPolicies[] = [],
) {
  const set = await prepareCedar(policies, entities);
  const sets = [set, ...others];
  const reader = await recordDecisions(t, sets, calls);
  const recorded = () => recordedCalls(reader, { last: 10_000 });
  const least = await suggestLeast({ calls: recorded, sets, sources: { policies, entities: documents }, cedar });
  const suggested = await prepareCedar([invariants, policyFile(least.text, { file: suggestedFile })], entities);
  return { least, recorded, suggested };
}
