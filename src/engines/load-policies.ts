import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { limits } from "../calls/limits.ts";
import type { PolicyLayer } from "../decisions/policy-info.ts";
import type { Finding } from "../errors/error-details.ts";
import { suggestName } from "../errors/suggest-name.ts";
import { YoiError } from "../errors/yoi-error.ts";
import type { PolicySource } from "./policy-engine.ts";

/** A folder of policy files, and how messages call it. */
export interface PolicyFolder {
  readonly path: string;
  readonly shownAs: string;
  readonly layer: Exclude<PolicyLayer, "grant">;
}

/** Reads one file of at most so many bytes; injected, because only configuration knows how to open files safely. */
export type ReadPolicyFile = (
  path: string,
  bytesMax: number,
  encoding: "utf8" | "base64",
) => Promise<{ readonly text: string } | { readonly absent: true } | { readonly problem: string }>;

/** What a policy file is written in, by the end of its name. */
const languages: { readonly [ending: string]: PolicySource["language"] } = {
  ".cedar": "cedar",
  ".rego": "rego",
  ".tar.gz": "bundle",
  ".wasm": "bundle",
};

/**
 * Reads every policy file below the folders, in the order of their names. Nothing is skipped: a file that cannot be
 * read refuses the set, because the forbid in it would be missing.
 * @throws {YoiError} YOI_POLICY_INVALID
 */
export async function loadPolicies(
  folders: readonly PolicyFolder[],
  readFile: ReadPolicyFile,
): Promise<readonly PolicySource[]> {
  const sources: PolicySource[] = [];
  const findings: Finding[] = [];
  let bytes = 0;
  for (const folder of folders) {
    const paths = await policyFiles(folder, findings);
    for await (const { path, read } of readInTurn(paths, readFile)) {
      const file = join(folder.shownAs, relative(folder.path, path));
      if (sources.length >= limits.policyFilesMax || bytes > limits.policyBytesMax) {
        findings.push({
          message: `more than ${limits.policyFilesMax} policy files or ${limits.policyBytesMax} bytes`,
          place: { file },
        });
        break;
      }
      const language = languageOf(file) ?? "cedar";
      if ("text" in read) {
        bytes += read.text.length;
        sources.push({ file, layer: folder.layer, language, text: read.text });
      } else {
        const why = "problem" in read ? read.problem : "it vanished";
        findings.push({ message: `a policy file cannot be read: ${why}`, place: { file } });
      }
    }
  }
  if (findings.length > 0) throw new YoiError("YOI_POLICY_INVALID", "the policies cannot be read", { findings });
  return sources;
}

/** Reads files a few at a time, and answers in their order. */
async function* readInTurn(paths: readonly string[], readFile: ReadPolicyFile) {
  for (let begin = 0; begin < paths.length; begin += limits.policyFilesAtOnceMax) {
    const some = paths.slice(begin, begin + limits.policyFilesAtOnceMax);
    const reads = some.map((path) =>
      languageOf(path) === "bundle"
        ? readFile(path, limits.regoBundleBytesMax, "base64")
        : readFile(path, limits.policyFileBytesMax, "utf8"),
    );
    for (const [position, read] of (await Promise.all(reads)).entries()) yield { path: some[position] ?? "", read };
  }
}

// What may lie beside policies: documents at the top, pages, tests, and the schema that editors look for there. Hidden
// files are an editor's or a repository's.
const documents: readonly string[] = ["entities.json", "data.json", "data.yaml"];
const beside = /^\.|\.md$|\.test\.toml$|_test\.rego$|\.cedarschema$/;

/** The files below a folder that are neither policies nor anything known to lie beside them: nobody reads them. */
export async function strayFiles({ path, shownAs }: PolicyFolder): Promise<readonly Finding[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && languageOf(entry.name) === undefined && !beside.test(entry.name))
    .map((entry) => relative(path, join(entry.parentPath, entry.name)))
    .filter((file) => !documents.includes(file))
    .toSorted()
    .slice(0, limits.findingsMax)
    .map((file) => ({
      message: "no policy by its name, so nobody reads it",
      place: { file: join(shownAs, file) },
      remedy: meantEnding(file),
    }));
}

function meantEnding(file: string): string {
  const ending = file.slice(file.lastIndexOf("."));
  const meant = suggestName(ending, Object.keys(languages));
  return meant === undefined ? "a policy ends in `.cedar` or `.rego`" : `did you mean \`${meant}\`?`;
}

/** What a file among policies is written in, by its name; nothing for what is no policy. */
export function languageOf(name: string): PolicySource["language"] | undefined {
  // Tests of policies decide nothing, and are run apart.
  if (name.endsWith("_test.rego")) return undefined;
  return Object.entries(languages).find(([ending]) => name.endsWith(ending))?.[1];
}

async function policyFiles(folder: PolicyFolder, findings: Finding[]): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder.path, { recursive: true, withFileTypes: true });
    // FAIL-CLOSED: a linked folder is not followed, and the forbids in it must not be missing without a word.
    const linked = entries.find((entry) => entry.isSymbolicLink() && languageOf(entry.name) === undefined);
    if (linked !== undefined) {
      const file = join(folder.shownAs, relative(folder.path, join(linked.parentPath, linked.name)));
      findings.push({
        message: "a link among the policies that is no policy file",
        place: { file },
        remedy: "take it out, or link each file",
      });
    }
    return entries
      .filter((entry) => languageOf(entry.name) !== undefined && !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    const absent = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (!absent) findings.push({ message: "the policy folder cannot be listed", place: { file: folder.shownAs } });
    return [];
  }
}
