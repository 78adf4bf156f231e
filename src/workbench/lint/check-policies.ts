// Station: an inspected workspace → what lint finds in its policies. It gathers what the rules look at: the policies
// taken apart, the names that are known here, what is on record, and what the tests have seen. It changes nothing.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { limits } from "../../calls/limits.ts";
import { showPath } from "../../config/places.ts";
import { readBoundedFile } from "../../config/read-bounded-file.ts";
import type { Inspection } from "../../host/inspect-workspace.ts";
import { readJournal } from "../../journal/read-journal.ts";
import { packageRoot } from "../../package-root.ts";
import type { Survey } from "../../workspace/survey-workspace.ts";
import { runSuites } from "../suites/run-suites.ts";
import { type LintReport, lintPolicies } from "./lint-policies.ts";
import type { KnownNames, LintParts } from "./lint-rule.ts";
import { readOptionalParts } from "./optional-parts.ts";
import { type RecordedUses, recordedUses } from "./recorded-uses.ts";
import type { CommentedFile } from "./suppressions.ts";

/** Lints a valid policy set; of one that is refused there is nothing to say beside what refuses it. */
export async function checkPolicies(
  inspection: Inspection,
  nowMs: number,
  only?: readonly string[],
): Promise<LintReport> {
  const { revision, sources, survey, problem } = inspection;
  if (problem !== undefined || sources === undefined || only?.length === 0) return { findings: [], suppressed: 0 };
  const asks = (rule: string) => only === undefined || only.includes(rule);
  const tested = asks("forbid-without-test") ? await testedPolicies(inspection) : undefined;
  const uses = asks("broader-than-used") ? usesOf(survey) : undefined;
  const schema = readFileSync(join(packageRoot, "policies/rego/input.schema.json"), "utf8");
  const parts: LintParts = {
    outlines: revision.sets.flatMap((set) => set.outline()),
    sources: sources.policies.filter(({ layer }) => layer === "user" || layer === "workspace"),
    configuration: await configurationOf(survey),
    optional: readOptionalParts(schema),
    names: namesOf(survey),
    ...(uses !== undefined && { uses }),
    ...(tested !== undefined && { tested }),
    nowMs,
  };
  return lintPolicies(parts, only);
}

/** The files whose grants count. One that cannot be read, or is not there, has no comments. */
async function configurationOf({ places }: Survey): Promise<readonly CommentedFile[]> {
  const files = [places.workspaceConfig, places.localConfig, places.userConfig].map(async (path) => {
    const read = await readBoundedFile(path, limits.configFileBytesMax);
    return "text" in read ? [{ file: showPath(path, places), language: "toml" as const, text: read.text }] : [];
  });
  return (await Promise.all(files)).flat();
}

/** Nothing where there is no test at all: whoever writes none knows that. */
async function testedPolicies(inspection: Inspection): Promise<ReadonlySet<string> | undefined> {
  if (!inspection.survey.trust.trusted) return undefined;
  const { suites, determining } = await runSuites(inspection, { rego: false });
  return suites.length === 0 ? undefined : determining;
}

function usesOf(survey: Survey): RecordedUses {
  return recordedUses(readJournal(survey.places.journal));
}

function namesOf({ plugins, mounts, config }: Survey): KnownNames {
  const enabled = [...plugins.values()].flatMap(({ enablement }) => enablement?.agents ?? []);
  return {
    plugins: new Map(
      [...plugins].map(([ref, { package: used }]) => [ref, used?.manifest.tools.map(({ name }) => name) ?? []]),
    ),
    mounts: [...mounts.folders.keys()],
    secrets: [...config.secrets.keys()],
    agents: [...new Set(["cli", "host", ...enabled])],
  };
}
