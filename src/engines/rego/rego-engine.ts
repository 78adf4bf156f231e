// This station judges calls by Rego policies, each layer and each bundle by itself. Texts come in once and leave as a
// prepared set, or as findings with their places; after that requests come in and verdicts go out. What compiles is OPA
// itself, in a thread; what evaluates is WebAssembly with neither clock nor network, in others. Nothing in here may
// know of effects, warrants or the journal.
import type { PolicyEngine } from "../policy-engine.ts";
import { createCompiledCache } from "./compiled-cache.ts";
import { createEvaluator } from "./evaluation/create-evaluator.ts";
import { engineName } from "./from-rego-answer.ts";
import { createOpaProgram } from "./opa/start-opa-program.ts";
import { prepareUnits, type UnitParts } from "./prepare-units.ts";
import { preparedRego } from "./prepared-rego.ts";

/** Of what evaluates; the compiler's own is part of each unit's key. */
const version = "opa-wasm 1.10.0";

/**
 * The Rego engine. Nothing of it is started before a set has Rego in it; `cacheFolder` must be the user's alone.
 */
export function createRegoEngine(parts: {
  readonly schemaText: string;
  readonly cacheFolder: string;
  /** Where OPA's program lies, when it is not where the build puts it. */
  readonly programPath?: string;
}): PolicyEngine {
  const { programPath } = parts;
  const opa = createOpaProgram(programPath === undefined ? {} : { path: programPath });
  const evaluator = createEvaluator(programPath === undefined ? {} : { programPath });
  const cache = createCompiledCache(parts.cacheFolder);
  const unitParts: UnitParts = { opa, evaluator, cache, schema: parts.schemaText };
  return {
    name: engineName,
    version,
    prepare: async (sources) => preparedRego({ units: await prepareUnits(sources, unitParts), opa, version }),
    close: async () => {
      await Promise.all([opa.close(), evaluator.close()]);
    },
  };
}
