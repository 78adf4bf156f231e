import { readdir } from "node:fs/promises";
import { isAbsolute, join, relative, resolve } from "node:path";
import { limits } from "../../calls/limits.ts";
import { showPath } from "../../config/places.ts";
import { readBoundedFile } from "../../config/read-bounded-file.ts";
import type { Finding } from "../../errors/error-details.ts";
import { ownPolicyFolders } from "../../workspace/policy-sources.ts";
import type { Survey } from "../../workspace/survey-workspace.ts";

/** A file of tests: calls in TOML, or rules in Rego. */
export interface SuiteFile {
  /** As messages show it. */
  readonly file: string;
  readonly kind: "toml" | "rego";
  readonly layer: "user" | "workspace";
  readonly text: string;
}

/** The files of tests that were found, and what kept others from being read. */
export interface FoundSuites {
  readonly files: readonly SuiteFile[];
  readonly findings: readonly Finding[];
}

interface Candidate {
  readonly path: string;
  readonly file: string;
  readonly layer: "user" | "workspace";
}

/**
 * Reads the files that are named or, without names, every `*.test.toml` and `_test.rego` beside the user's own policies
 * and the workspace's. What cannot be read is a finding: a test that is not run must not look like one that passed.
 */
export async function findSuites(
  survey: Pick<Survey, "places" | "trust">,
  named: readonly string[],
  folder: string,
): Promise<FoundSuites> {
  const findings: Finding[] = [];
  const candidates =
    named.length > 0
      ? // Named twice, it is one file.
        [...new Map(named.map((path) => [resolve(folder, path), namedCandidate(path, folder, survey)])).values()]
      : await besidePolicies(survey, findings);
  const files: SuiteFile[] = [];
  for (const { path, file, layer } of candidates.slice(0, limits.suiteFilesMax)) {
    const kind = kindOf(path);
    if (kind === undefined) {
      findings.push({ message: "no tests by its name", place: { file }, remedy: suiteEndings });
      continue;
    }
    const read = await readBoundedFile(path, kind === "toml" ? limits.suiteFileBytesMax : limits.policyFileBytesMax);
    if ("text" in read) files.push({ file, kind, layer, text: read.text });
    else findings.push({ message: "problem" in read ? read.problem : "there is no such file", place: { file } });
  }
  if (candidates.length > limits.suiteFilesMax) {
    findings.push({ message: `${candidates.length} files of tests, and one run takes ${limits.suiteFilesMax}` });
  }
  return { files, findings };
}

/** How files of tests are called. */
export const suiteEndings = "a suite ends in `.test.toml`, tests in Rego in `_test.rego`";

/** Of which kind a file of tests is, by its name; nothing for a file of anything else. */
export function kindOf(path: string): SuiteFile["kind"] | undefined {
  if (path.endsWith(".test.toml")) return "toml";
  return path.endsWith("_test.rego") ? "rego" : undefined;
}

function namedCandidate(named: string, folder: string, { places }: Pick<Survey, "places">): Candidate {
  const path = resolve(folder, named);
  const isOfUser =
    !relative(places.userPolicies, path).startsWith("..") && !isAbsolute(relative(places.userPolicies, path));
  return { path, file: showPath(path, places), layer: isOfUser ? "user" : "workspace" };
}

async function besidePolicies(survey: Pick<Survey, "places" | "trust">, findings: Finding[]) {
  const candidates: Candidate[] = [];
  for (const { path: root, shownAs, layer } of ownPolicyFolders(survey)) {
    if (layer === "invariant") continue;
    try {
      const entries = await readdir(root, { recursive: true, withFileTypes: true });
      const paths = entries
        .filter((entry) => kindOf(entry.name) !== undefined && !entry.isDirectory())
        .map((entry) => join(entry.parentPath, entry.name))
        .toSorted();
      candidates.push(...paths.map((path) => ({ path, file: join(shownAs, relative(root, path)), layer })));
    } catch (error) {
      const isAbsent = error instanceof Error && "code" in error && error.code === "ENOENT";
      if (!isAbsent) findings.push({ message: "the folder cannot be listed", place: { file: shownAs } });
    }
  }
  return candidates;
}
