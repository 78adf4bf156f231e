// This station judges calls by Cedar policies. Texts of policies and of `entities.json` come in once and leave as a
// prepared set, or as findings with their places; after that requests come in and verdicts go out.
// The library's own decision is never trusted: it skips a forbid that errs. Nothing in here may know of effects,
// warrants or the journal, nor read a file or a clock.
import { createHash } from "node:crypto";
import { getCedarSDKVersion } from "@cedar-policy/cedar-wasm/nodejs";
import { limits } from "../../calls/limits.ts";
import type { Finding } from "../../errors/error-details.ts";
import { createOwnCache } from "../own-cache.ts";
import type { PolicyEngine, PolicySource, PolicySources } from "../policy-engine.ts";
import { refusedSet } from "../refuse-set.ts";
import { engineName } from "./from-cedar-answer.ts";
import { liftingFindings } from "./lifting-entities.ts";
import { type PolicyTrees, parsedAnew, recallTrees } from "./policy-trees.ts";
import { preparedCedar } from "./prepared-cedar.ts";
import { readEntities } from "./read-entities.ts";
import { type CedarPolicy, createSourcesRead, readPolicies, type SourcesRead } from "./read-policies.ts";
import { type PolicySchema, readSchema, validatePolicies } from "./validate-policies.ts";

/**
 * The Cedar engine. Every policy of a set must validate against the schema, which is given as JSON: parsing what people
 * read of it takes the library longer than all else at a start.
 */
export function createCedarEngine(parts: {
  readonly schemaJson: string;
  /** Where what was parsed is kept; it must be the user's alone. Absent: nothing is kept. */
  readonly cacheFolder?: string;
}): PolicyEngine {
  const schema = readSchema(parts.schemaJson);
  const version = getCedarSDKVersion();
  // The first set of a process alone: what comes after differs in little from what is remembered.
  let cache = parts.cacheFolder === undefined ? undefined : createOwnCache(parts.cacheFolder);
  const known = createSourcesRead();
  const valid = new WeakSet<CedarPolicy>();
  return {
    name: engineName,
    version,
    prepare: async (sources) => {
      const findings: Finding[] = [];
      const own = cedarOf(sources);
      const trees = cache === undefined ? parsedAnew : await recallTrees(cache, own, [version, schema.text]);
      cache = undefined;
      const policies = await loadPolicies(own, { schema, known, valid, trees }, findings);
      if (findings.length === 0) await trees.keep();
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
  readonly trees: PolicyTrees;
}

function cedarOf({ policies }: PolicySources): readonly PolicySource[] {
  return policies.filter(({ language }) => language === "cedar");
}

async function loadPolicies(
  sources: readonly PolicySource[],
  { schema, known, valid, trees }: Loading,
  findings: Finding[],
) {
  const policies: CedarPolicy[] = [];
  let turn: CedarPolicy[] = [];
  const validateTurn = () => {
    if (turn.length === 0) return;
    const found = validatePolicies(turn, schema);
    if (found.length === 0) for (const policy of turn) valid.add(policy);
    findings.push(...found);
    turn = [];
  };
  for (const read of readPolicies(sources, known, trees.parse)) {
    findings.push(...read.findings);
    if (read.policy === undefined) continue;
    policies.push(read.policy);
    if (trees.areValid()) valid.add(read.policy);
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
  const policies = cedarOf(sources)
    .map(({ file, layer, language, text, origin }) => [file, layer, language, text, origin?.line, origin?.column])
    .map((source) => JSON.stringify(source))
    .sort();
  const all = JSON.stringify([engineName, version, schema.text, policies, sources.entities ?? []]);
  return `sha256:${createHash("sha256").update(all).digest("hex")}`;
}
