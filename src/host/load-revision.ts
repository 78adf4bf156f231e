import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PolicyRevision } from "../broker/policy-revision.ts";
import { failedRevision, prepareRevision } from "../broker/prepare-revision.ts";
import type { Places } from "../config/places.ts";
import { createCedarEngine } from "../engines/cedar/cedar-engine.ts";
import type { PolicyEngine, PolicySources } from "../engines/policy-engine.ts";
import { createRegoEngine } from "../engines/rego/rego-engine.ts";
import { YoiError } from "../errors/yoi-error.ts";
import { packageRoot } from "../package-root.ts";
import { gatherPolicySources } from "../workspace/policy-sources.ts";
import type { Survey } from "../workspace/survey-workspace.ts";

const shippedPolicies = join(packageRoot, "policies");

/** The engines of this version: both count in every decision. What one of them keeps running, `close` ends. */
export function createEngines({ policyCache }: Pick<Places, "policyCache">): readonly PolicyEngine[] {
  const shipped = (name: string) => readFileSync(join(shippedPolicies, name), "utf8");
  return [
    createCedarEngine({ schemaJson: shipped("yoi.cedarschema.json"), cacheFolder: join(policyCache, "cedar") }),
    createRegoEngine({ schemaText: shipped("rego/input.schema.json"), cacheFolder: join(policyCache, "rego") }),
  ];
}

/** A revision and what it was made from, or why there is none. */
export type LoadedRevision =
  | { readonly revision: PolicyRevision; readonly sources: PolicySources }
  | { readonly problem: YoiError<"YOI_POLICY_INVALID" | "YOI_CONFIG_INVALID"> };

/** Gathers and prepares the policies of a surveyed workspace. One bad file is a problem of the whole set. */
export async function loadRevision(engines: readonly PolicyEngine[], survey: Survey): Promise<LoadedRevision> {
  try {
    const sources = await gatherPolicySources(survey, shippedPolicies);
    return { revision: await prepareRevision(engines, sources), sources };
  } catch (error) {
    if (YoiError.is(error, "YOI_POLICY_INVALID") || YoiError.is(error, "YOI_CONFIG_INVALID")) return { problem: error };
    // FAIL-CLOSED: an engine that breaks over a set has refused it, whatever it broke with.
    const findings = [
      { message: "the policies are too much for the engine", remedy: "look for an enormous policy, and split it" },
    ];
    return {
      problem: new YoiError("YOI_POLICY_INVALID", "the policies cannot be prepared", { findings }, { cause: error }),
    };
  }
}

/** What a host decides with while there is no good set: everything is denied, and says why. */
export function refusedRevision(): PolicyRevision {
  return failedRevision("there is no valid policy set; `yoi policy check` says why");
}
