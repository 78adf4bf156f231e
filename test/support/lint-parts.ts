import { readFileSync } from "node:fs";
import type { PluginRef } from "../../src/calls/identifiers.ts";
import type { PolicyEngine, PolicySource } from "../../src/engines/policy-engine.ts";
import { lintPolicies } from "../../src/workbench/lint/lint-policies.ts";
import type { LintParts } from "../../src/workbench/lint/lint-rule.ts";
import { readOptionalParts } from "../../src/workbench/lint/optional-parts.ts";
import { cedar, invariants } from "./cedar-sets.ts";
import { shippedSources } from "./rego-sets.ts";

const weather = "project:example.weather";

const optional = readOptionalParts(
  readFileSync(new URL("../../policies/rego/input.schema.json", import.meta.url), "utf8"),
);

/** The parts that lint looks at, of files beside what ships, in a workspace with one plugin and one mount. */
export async function lintParts(
  sources: readonly PolicySource[],
  rego: PolicyEngine,
  parts: Partial<LintParts> = {},
): Promise<LintParts> {
  const sets = [await cedar.prepare({ policies: [invariants, ...sources] })];
  if (sources.some(({ language }) => language === "rego")) {
    sets.push(await rego.prepare({ policies: [...shippedSources, ...sources] }));
  }
  const outlines = sets.flatMap((set) => set.outline());
  for (const set of sets) set.dispose();
  return {
    outlines,
    sources: sources.filter(({ layer }) => layer === "user" || layer === "workspace"),
    optional,
    names: {
      plugins: new Map<PluginRef, readonly string[]>([[weather, ["get_weather"]]]),
      mounts: ["notes"],
      secrets: ["weather-key"],
      agents: ["cli", "host"],
    },
    nowMs: Date.UTC(2026, 10, 23, 10),
    ...parts,
  };
}

/** `rule line` of each finding, but for those about ids and reasons. */
export async function lintFound(
  rego: PolicyEngine,
  sources: PolicySource | readonly PolicySource[],
  parts: Partial<LintParts> = {},
): Promise<readonly string[]> {
  const { findings } = lintPolicies(await lintParts([sources].flat(), rego, parts));
  return findings
    .filter(({ rule }) => !["without-id", "without-reason"].includes(rule))
    .map(({ rule, place }) => `${rule} ${place.line}`);
}
