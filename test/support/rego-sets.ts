import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PolicyDocument, PolicyEngine, PolicySource } from "../../src/engines/policy-engine.ts";
import { createRegoEngine } from "../../src/engines/rego/rego-engine.ts";
import type { Finding } from "../../src/errors/error-details.ts";
import { YoiError } from "../../src/errors/yoi-error.ts";
import { shippedRego } from "./shipped-rego.ts";

/** `main.rego` and the libraries, as a policy set has them. */
export const shippedSources: readonly PolicySource[] = shippedRego.modules.map(({ file, text }) => ({
  file,
  layer: "invariant",
  language: "rego",
  text,
}));

/** An engine with a cache of its own, which goes with it. */
export function regoEngine(parts: { readonly programPath?: string; readonly cacheFolder?: string } = {}): PolicyEngine {
  const folder = mkdtempSync(join(tmpdir(), "yoi-rego-"));
  const cacheFolder = join(folder, "policies");
  const engine = createRegoEngine({ schemaText: shippedRego.schema, cacheFolder, ...parts });
  const close = async () => {
    await engine.close();
    rmSync(folder, { recursive: true });
  };
  return { ...engine, close };
}

/** One module of a layer. */
export function regoFile(text: string, parts: Partial<PolicySource> = {}): PolicySource {
  return { file: ".yoi/policies/test.rego", layer: "workspace", language: "rego", text, ...parts };
}

/** A document of `data`. */
export function dataFile(value: unknown, layer: PolicyDocument["layer"] = "workspace"): PolicyDocument {
  return {
    file: layer === "user" ? "~/.config/yoi/policies/data.json" : ".yoi/policies/data.json",
    layer,
    text: JSON.stringify(value),
  };
}

/** The findings for which an engine refuses a set. */
export async function refusals(
  engine: PolicyEngine,
  policies: readonly PolicySource[],
  data: readonly PolicyDocument[] = [],
): Promise<readonly Finding[]> {
  try {
    (await engine.prepare({ policies: [...shippedSources, ...policies], data })).dispose();
    return [];
  } catch (error) {
    if (YoiError.is(error, "YOI_POLICY_INVALID")) return error.details.findings;
    throw error;
  }
}
