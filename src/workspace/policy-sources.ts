import { join } from "node:path";
import { limits } from "../calls/limits.ts";
import { showPath } from "../config/places.ts";
import { readBoundedFile } from "../config/read-bounded-file.ts";
import { loadPolicies, type PolicyFolder } from "../engines/load-policies.ts";
import type { PolicySources } from "../engines/policy-engine.ts";
import { YoiError } from "../errors/yoi-error.ts";
import type { Survey } from "./survey-workspace.ts";

/**
 * Gathers the one combined set: what is shipped, the user's own, and, where the workspace is trusted, its policies,
 * entities and grants. Policies of a stranger are not even parsed.
 * @throws {YoiError} YOI_POLICY_INVALID, YOI_CONFIG_INVALID
 */
export async function gatherPolicySources(survey: Survey, shippedFolder: string): Promise<PolicySources> {
  const { places, configFindings, trust } = survey;
  if (configFindings.length > 0) {
    throw new YoiError("YOI_CONFIG_INVALID", "the configuration is not valid", { findings: configFindings });
  }
  const folders: PolicyFolder[] = [
    { path: shippedFolder, shownAs: "policies", layer: "invariant" },
    { path: places.userPolicies, shownAs: showPath(places.userPolicies, places), layer: "user" },
  ];
  if (!trust.trusted) return { policies: await loadPolicies(folders, readBoundedFile) };
  folders.push({ path: places.workspacePolicies, shownAs: join(".yoi", "policies"), layer: "workspace" });
  const policies = [...(await loadPolicies(folders, readBoundedFile)), ...survey.grants];
  const entities = await readBoundedFile(places.entities, limits.policyFileBytesMax);
  if ("absent" in entities) return { policies };
  const file = showPath(places.entities, places);
  if ("text" in entities) return { policies, entities: { file, text: entities.text } };
  const findings = [{ message: `the entities cannot be read: ${entities.problem}`, place: { file } }];
  throw new YoiError("YOI_POLICY_INVALID", "the entities cannot be read", { findings });
}
