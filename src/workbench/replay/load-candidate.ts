import { stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { prepareRevision } from "../../broker/prepare-revision.ts";
import type { PolicyInfo } from "../../decisions/policy-info.ts";
import type { PolicySources, PreparedPolicies } from "../../engines/policy-engine.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import type { Inspection } from "../../host/inspect-workspace.ts";
import { loadRevision } from "../../host/load-revision.ts";
import type { Survey } from "../../workspace/survey-workspace.ts";
import { readPolicyArchive } from "../archives/read-policy-archive.ts";

/** Policies that could be in force in place of a workspace's own. */
export interface Candidate {
  readonly sets: readonly PreparedPolicies[];
  /** What they were made from; files that stand in the place of the workspace's own have the names of those. */
  readonly sources: PolicySources;
  /** A policy's place as a person would open it: in the candidate's folder. */
  placeOf(policy: PolicyInfo): string;
  /** The same of one of the files. */
  fileOf(file: string): string;
  dispose(): void;
}

/** Where a policy begins, as its set names the file. */
export function placeOf({ place }: PolicyInfo): string {
  return `${place.file}:${place.line}:${place.column}`;
}

/**
 * The policies that are in force; they are put away with the inspection.
 * @throws {YoiError} what is wrong with them
 */
export function presentCandidate({ problem, revision, sources }: Inspection): Candidate {
  if (problem !== undefined) throw problem;
  return {
    sets: revision.sets,
    sources: sources ?? { policies: [] },
    placeOf,
    fileOf: (file) => file,
    dispose: () => undefined,
  };
}

const ownFolder = join(".yoi", "policies");

/**
 * Prepares a folder, or an archive that `yoi policy build` made, in the place of the workspace's own policies: what
 * ships, the user's own policies and the grants stay. Who names it wants it judged, so no trust is asked for.
 * @throws {YoiError} YOI_USAGE where there is neither, YOI_POLICY_INVALID, YOI_CONFIG_INVALID
 */
export async function loadCandidate(path: string, named: string, inspection: Inspection): Promise<Candidate> {
  const kind = await kindOf(path);
  if (kind === undefined) {
    throw new YoiError("YOI_USAGE", `\`${escapeText(named)}\` is neither a folder nor a policy archive`, {});
  }
  const placed = (file: string) => {
    if (!file.startsWith(`${ownFolder}/`)) return file;
    const inside = relative(ownFolder, file);
    return kind === "folder" ? join(named, inside) : `${named}:${inside}`;
  };
  try {
    const { sets, sources } = kind === "folder" ? await ofFolder(path, inspection) : await ofArchive(path, inspection);
    return {
      sets,
      sources,
      fileOf: placed,
      placeOf: ({ place }) => `${placed(place.file)}:${place.line}:${place.column}`,
      dispose: () => {
        for (const set of sets) set.dispose();
      },
    };
  } catch (error) {
    throw YoiError.is(error, "YOI_POLICY_INVALID") ? inPlace(error, placed) : error;
  }
}

async function kindOf(path: string): Promise<"folder" | "archive" | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return "folder";
  return found?.isFile() ? "archive" : undefined;
}

/** What a candidate is made from, and what was made of it. */
type Made = Pick<Candidate, "sets" | "sources">;

async function ofFolder(path: string, { engines, survey }: Inspection): Promise<Made> {
  const loaded = await loadRevision(engines, withPoliciesOf(path, survey));
  if ("problem" in loaded) throw loaded.problem;
  return { sets: loaded.revision.sets, sources: loaded.sources };
}

async function ofArchive(path: string, { engines, survey }: Inspection): Promise<Made> {
  const archived = await readPolicyArchive(path);
  // Without the workspace's own policies and grants: what it brings is the archive's, and its grants stay.
  const trust = { trusted: false, because: "", exact: false, changes: [] } as const;
  const loaded = await loadRevision(engines, { ...survey, trust });
  if ("problem" in loaded) throw loaded.problem;
  const { policies, entities = [], data = [] } = loaded.sources;
  for (const set of loaded.revision.sets) set.dispose();
  const sources = {
    policies: [...policies, ...archived.policies, ...survey.grants],
    entities: [...entities, ...(archived.entities ?? [])],
    data: [...data, ...(archived.data ?? [])],
  };
  return { sets: (await prepareRevision(engines, sources)).sets, sources };
}

/** The survey as it would be with these policies, and the workspace trusted. */
export function withPoliciesOf(folder: string, survey: Survey): Survey {
  const places = { ...survey.places, workspacePolicies: folder };
  return { ...survey, places, trust: { trusted: true, exact: false } };
}

function inPlace(
  { message, details }: YoiError<"YOI_POLICY_INVALID">,
  placed: (file: string) => string,
): YoiError<"YOI_POLICY_INVALID"> {
  const findings = details.findings.map((finding) =>
    finding.place === undefined
      ? finding
      : { ...finding, place: { ...finding.place, file: placed(finding.place.file) } },
  );
  return new YoiError("YOI_POLICY_INVALID", message, { findings });
}
