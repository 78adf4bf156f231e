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
import { type CedarPolicy, createSourcesRead, readPolicies, type SourcesRead } from "./read-policies.ts";
import { type PolicySchema, readSchema, validatePolicies } from "./validate-policies.ts";

/**
 * The Cedar engine. Every policy of a set must validate against the schema, which is given as JSON: parsing what people
 * read of it takes the library longer than all else at a start.
 */
export function createCedarEngine(parts: { readonly schemaJson: string }): PolicyEngine {
  const schema = readSchema(parts.schemaJson);
  const version = getCedarSDKVersion();
  const known = createSourcesRead();
  const valid = new WeakSet<CedarPolicy>();
  return {
    name: engineName,
    version,
    prepare: async (sources) => {
      const findings: Finding[] = [];
      const policies = await loadPolicies(sources, { schema, known, valid }, findings);
      const entities = readEntities(sources.entities ?? []);
      findings.push(...entities.findings, ...liftingFindings(policies, entities));
      if (findings.length > 0) throw refusedSet(findings);
      return preparedCedar({ policies, added: entities.added, digest: digestOf(sources, schema, version) });
    },
    close: async () => undefined,
  };
}

/** What an engine holds policies against, and which of them it has held against it before. */
interface Loading {
  readonly schema: PolicySchema;
  readonly known: SourcesRead;
  readonly valid: WeakSet<CedarPolicy>;
}

async function loadPolicies(sources: PolicySources, { schema, known, valid }: Loading, findings: Finding[]) {
  const policies: CedarPolicy[] = [];
  let turn: CedarPolicy[] = [];
  const validateTurn = () => {
    if (turn.length === 0) return;
    const found = validatePolicies(turn, schema);
    if (found.length === 0) for (const policy of turn) valid.add(policy);
    findings.push(...found);
    turn = [];
  };
  for (const read of readPolicies(
    sources.policies.filter(({ language }) => language === "cedar"),
    known,
  )) {
    findings.push(...read.findings);
    if (read.policy === undefined) continue;
    policies.push(read.policy);
    if (valid.has(read.policy)) continue;
    turn.push(read.policy);
    if (turn.length < limits.policiesPerTurnMax) continue;
    validateTurn();
    // A running host goes on answering while thousands of policies are read.
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  validateTurn();
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
