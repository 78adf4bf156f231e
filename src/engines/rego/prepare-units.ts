import { createHash } from "node:crypto";
import type { Finding } from "../../errors/error-details.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import type { PolicySource, PolicySources } from "../policy-engine.ts";
import { refusedSet } from "../refuse-set.ts";
import { readBundle } from "./bundles/read-bundle.ts";
import { obligationFindings, urlFindings } from "./check-literals.ts";
import type { CompiledCache } from "./compiled-cache.ts";
import type { LoadedUnit, PolicyEvaluator } from "./evaluation/policy-evaluator.ts";
import type { OpaModules, OpaProgram } from "./opa/opa-program.ts";
import type { CompiledUnit, RegoRule, RegoText } from "./rego-unit.ts";

/** A unit that answers: all Rego of one layer, or one bundle. */
export interface PreparedUnit {
  /** What messages call it: a file, or the layer's folder. */
  readonly name: string;
  readonly layer: Exclude<PolicySource["layer"], "grant">;
  readonly loaded: LoadedUnit;
  /** `undefined` for a bundle: what its rules are cannot be known. */
  readonly rules?: readonly RegoRule[];
  /** In the order of the rules. */
  readonly outlines?: CompiledUnit["outlines"];
  /** What OPA's own evaluator can be asked about; a bundle has no sources. */
  readonly modules?: OpaModules;
  /** Says all that the unit was made from. */
  readonly key: string;
}

/** What units are made with. */
export interface UnitParts {
  readonly opa: OpaProgram;
  readonly evaluator: PolicyEvaluator;
  readonly cache: CompiledCache;
  /** JSON Schema of the input document. */
  readonly schema: string;
}

const layers = ["user", "workspace"] as const;

/**
 * Compiles and loads all Rego of a set: of each layer as a unit of its own, then each bundle. Where there is none, none
 * of what this needs is started.
 * @throws {YoiError} YOI_POLICY_INVALID with every finding; then nothing stays loaded
 */
export async function prepareUnits(sources: PolicySources, parts: UnitParts): Promise<readonly PreparedUnit[]> {
  const units: PreparedUnit[] = [];
  const findings: Finding[] = [];
  const collect = async (prepare: () => Promise<PreparedUnit | undefined>) => {
    try {
      const unit = await prepare();
      if (unit !== undefined) units.push(unit);
    } catch (error) {
      if (!YoiError.is(error, "YOI_POLICY_INVALID")) throw error;
      findings.push(...error.details.findings);
    }
  };
  try {
    for (const layer of layers) await collect(() => prepareLayer(layer, sources, parts));
    for (const bundle of sources.policies.filter(({ language }) => language === "bundle")) {
      await collect(() => prepareBundle(bundle, parts));
    }
    if (findings.length > 0) throw refusedSet(findings);
    return units;
  } catch (error) {
    for (const { loaded } of units) loaded.dispose();
    throw error;
  }
}

async function prepareLayer(
  layer: (typeof layers)[number],
  sources: PolicySources,
  parts: UnitParts,
): Promise<PreparedUnit | undefined> {
  const rego = sources.policies.filter(({ language }) => language === "rego");
  const own = rego.filter((source) => source.layer === layer);
  const [first] = own;
  if (first === undefined) return undefined;
  const modules: OpaModules = {
    modules: own.map(asText),
    shipped: rego.filter((source) => source.layer === "invariant").map(asText),
    data: (sources.data ?? []).filter((document) => document.layer === layer).map(asText),
    schema: parts.schema,
  };
  const key = digestOf([layer, await identityFor(first.file, parts.opa), modules]);
  const compiled = (await parts.cache.read(key)) ?? (await compile(key, modules, parts));
  const name = `the Rego of the ${layer}`;
  const loaded = await parts.evaluator.load({ name: first.file, wasm: compiled.wasm, data: compiled.data });
  const { rules, outlines } = compiled;
  return { name, layer, loaded, rules, outlines, modules, key };
}

async function compile(key: string, modules: OpaModules, { opa, cache }: UnitParts) {
  const compiled = await opa.compile(modules);
  if ("findings" in compiled) throw refusedSet(compiled.findings);
  const findings = [...obligationFindings(compiled.rules), ...urlFindings(compiled.named)];
  if (findings.length > 0) throw refusedSet(findings);
  await cache.write(key, compiled);
  return compiled;
}

// FAIL-CLOSED: a file that nothing compiles makes the set bad, never smaller: it may hold a forbid.
async function identityFor(file: string, opa: OpaProgram): Promise<string> {
  try {
    return await opa.identity();
  } catch (error) {
    if (!YoiError.is(error, "YOI_OPA_MISSING")) throw error;
    const message = "rego cannot be compiled: opa's program is not built here, or not from these sources";
    throw refusedSet([{ message, place: { file }, remedy: "install Go, then run `npm run build`" }]);
  }
}

async function prepareBundle(source: PolicySource, { evaluator }: UnitParts): Promise<PreparedUnit> {
  const { file, layer } = source;
  if (layer === "grant") throw new TypeError("a grant is no bundle");
  const { wasm, data } = await readBundle(file, Buffer.from(source.text, "base64"));
  const loaded = await evaluator.load({ name: file, wasm, data });
  return { name: file, layer, loaded, key: digestOf([layer, file, source.text]) };
}

function asText({ file, text }: RegoText): RegoText {
  return { file, text };
}

function digestOf(parts: readonly unknown[]): string {
  return `sha256:${createHash("sha256").update(JSON.stringify(parts)).digest("hex")}`;
}
