// This station judges calls by Cedar policies. Texts of policies and of `entities.json` come in once and leave as a
// prepared set, or as findings with their places; after that requests come in and verdicts go out.
// The library's own decision is never trusted: it skips a forbid that errs. Nothing in here may know of effects,
// warrants or the journal, nor read a file or a clock.
import { createHash } from "node:crypto";
import { getCedarSDKVersion } from "@cedar-policy/cedar-wasm/nodejs";
import { limits } from "../../calls/limits.ts";
import type { Finding } from "../../errors/error-details.ts";
import type { PolicyEngine, PolicySources } from "../policy-engine.ts";
import { refusedSet } from "../refuse-set.ts";
import { engineName } from "./from-cedar-answer.ts";
import { liftingFindings } from "./lifting-entities.ts";
import { preparedCedar } from "./prepared-cedar.ts";
import { readEntities } from "./read-entities.ts";
import { type CedarPolicy, readPolicies } from "./read-policies.ts";
import { type PolicySchema, readSchema, validatePolicies } from "./validate-policies.ts";

/**
 * The Cedar engine. Every policy of a set must validate against the schema, whose text is given.
 * @throws {Error} when the schema does not parse: it ships with Yoi
 */
export function createCedarEngine(parts: { readonly schemaText: string }): PolicyEngine {
  const schema = readSchema(parts.schemaText);
  const version = getCedarSDKVersion();
  return {
    name: engineName,
    version,
    prepare: async (sources) => {
      const findings: Finding[] = [];
      const policies = await loadPolicies(sources, schema, findings);
      const entities = readEntities(sources.entities ?? []);
      findings.push(...entities.findings, ...liftingFindings(policies, entities));
      if (findings.length > 0) throw refusedSet(findings);
      return preparedCedar({ policies, added: entities.added, digest: digestOf(sources, schema, version) });
    },
    close: async () => undefined,
  };
}

async function loadPolicies(sources: PolicySources, schema: PolicySchema, findings: Finding[]) {
  const policies: CedarPolicy[] = [];
  let turn: CedarPolicy[] = [];
  for (const read of readPolicies(sources.policies.filter(({ language }) => language === "cedar"))) {
    findings.push(...read.findings);
    if (read.policy === undefined) continue;
    policies.push(read.policy);
    turn.push(read.policy);
    if (turn.length < limits.policiesPerTurnMax) continue;
    findings.push(...validatePolicies(turn, schema));
    turn = [];
    // A running host goes on answering while thousands of policies are read.
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  findings.push(...validatePolicies(turn, schema));
  return policies;
}

function digestOf(sources: PolicySources, schema: PolicySchema, version: string): string {
  const policies = sources.policies
    .filter(({ language }) => language === "cedar")
    .map(({ file, layer, language, text, origin }) => [file, layer, language, text, origin?.line, origin?.column])
    .map((source) => JSON.stringify(source))
    .sort();
  const all = JSON.stringify([engineName, version, schema.text, policies, sources.entities ?? []]);
  return `sha256:${createHash("sha256").update(all).digest("hex")}`;
}
