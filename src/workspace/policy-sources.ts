import { join } from "node:path";
import { limits } from "../calls/limits.ts";
import { showPath } from "../config/places.ts";
import { readBoundedFile } from "../config/read-bounded-file.ts";
import { loadPolicies, type PolicyFolder } from "../engines/load-policies.ts";
import type { PolicyDocument, PolicySources } from "../engines/policy-engine.ts";
import { YoiError } from "../errors/yoi-error.ts";
import type { Survey } from "./survey-workspace.ts";

/**
 * Gathers the one combined set: what is shipped, the user's own, and, where the workspace is trusted, its policies,
 * documents and grants. What a stranger brings is not even parsed.
 * @throws {YoiError} YOI_POLICY_INVALID, YOI_CONFIG_INVALID
 */
export async function gatherPolicySources(survey: Survey, shippedFolder: string): Promise<PolicySources> {
  const { configFindings, trust } = survey;
  if (configFindings.length > 0) {
    throw new YoiError("YOI_CONFIG_INVALID", "the configuration is not valid", { findings: configFindings });
  }
  const folders = [
    { path: shippedFolder, shownAs: "policies", layer: "invariant" } as const,
    ...ownPolicyFolders(survey),
  ];
  const policies = await loadPolicies(folders, readBoundedFile);
  const documents = (names: readonly string[]) => readDocuments(folders, names);
  return {
    policies: trust.trusted ? [...policies, ...survey.grants] : policies,
    entities: await documents(["entities.json"]),
    data: await documents(["data.json", "data.yaml"]),
  };
}

/** The folders that a person keeps policies in: the user's own, and a workspace's where it is trusted. */
export function ownPolicyFolders({ places, trust }: Pick<Survey, "places" | "trust">): readonly PolicyFolder[] {
  const own = { path: places.userPolicies, shownAs: showPath(places.userPolicies, places), layer: "user" } as const;
  const brought = {
    path: places.workspacePolicies,
    shownAs: join(".yoi", "policies"),
    layer: "workspace",
  } as const;
  return trust.trusted ? [own, brought] : [own];
}

async function readDocuments(
  folders: readonly PolicyFolder[],
  names: readonly string[],
): Promise<readonly PolicyDocument[]> {
  const documents: PolicyDocument[] = [];
  for (const { path, shownAs, layer } of folders) {
    if (layer === "invariant") continue;
    for (const name of names) {
      const read = await readBoundedFile(join(path, name), limits.policyFileBytesMax);
      if ("absent" in read) continue;
      const file = join(shownAs, name);
      if ("problem" in read) {
        // FAIL-CLOSED: a policy reads a document that is missing as one that says nothing.
        const findings = [{ message: `${name} cannot be read: ${read.problem}`, place: { file } }];
        throw new YoiError("YOI_POLICY_INVALID", "the policies cannot be read", { findings });
      }
      documents.push({ file, layer, text: read.text });
    }
  }
  return documents;
}
