import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { limits } from "../calls/limits.ts";
import type { PolicyLayer } from "../decisions/policy-info.ts";
import type { Finding } from "../errors/error-details.ts";
import { YoiError } from "../errors/yoi-error.ts";
import type { PolicySource } from "./policy-engine.ts";

/** A folder of policy files, and how messages call it. */
export interface PolicyFolder {
  readonly path: string;
  readonly shownAs: string;
  readonly layer: Exclude<PolicyLayer, "grant">;
}

/** Reads one file of at most so many bytes; injected, because only configuration knows how to open files safely. */
export type ReadText = (
  path: string,
  bytesMax: number,
) => Promise<{ readonly text: string } | { readonly absent: true } | { readonly problem: string }>;

/**
 * Reads every `.cedar` and `.rego` file below the folders, in the order of their names. Nothing is skipped: a file
 * that cannot be read refuses the set, because the forbid in it would be missing.
 * @throws {YoiError} YOI_POLICY_INVALID
 */
export async function loadPolicies(
  folders: readonly PolicyFolder[],
  readText: ReadText,
): Promise<readonly PolicySource[]> {
  const sources: PolicySource[] = [];
  const findings: Finding[] = [];
  let bytes = 0;
  for (const folder of folders) {
    for (const path of await policyFiles(folder, findings)) {
      const file = join(folder.shownAs, relative(folder.path, path));
      if (sources.length >= limits.policyFilesMax || bytes > limits.policyBytesMax) {
        findings.push({
          message: `more than ${limits.policyFilesMax} policy files or ${limits.policyBytesMax} bytes`,
          place: { file },
        });
        break;
      }
      const read = await readText(path, limits.policyFileBytesMax);
      if ("text" in read) {
        bytes += read.text.length;
        sources.push({
          file,
          layer: folder.layer,
          language: file.endsWith(".rego") ? "rego" : "cedar",
          text: read.text,
        });
      } else {
        const why = "problem" in read ? read.problem : "it vanished";
        findings.push({ message: `a policy file cannot be read: ${why}`, place: { file } });
      }
    }
  }
  if (findings.length > 0) throw new YoiError("YOI_POLICY_INVALID", "the policies cannot be read", { findings });
  return sources;
}

async function policyFiles(folder: PolicyFolder, findings: Finding[]): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder.path, { recursive: true, withFileTypes: true });
    const isPolicy = (name: string) => name.endsWith(".cedar") || name.endsWith(".rego");
    // FAIL-CLOSED: a linked folder is not followed, and the forbids in it must not be missing without a word.
    const linked = entries.find((entry) => entry.isSymbolicLink() && !isPolicy(entry.name));
    if (linked !== undefined) {
      const file = join(folder.shownAs, relative(folder.path, join(linked.parentPath, linked.name)));
      findings.push({
        message: "a link among the policies that is no policy file",
        place: { file },
        remedy: "take it out, or link each file",
      });
    }
    return entries
      .filter((entry) => isPolicy(entry.name) && !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    const absent = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (!absent) findings.push({ message: "the policy folder cannot be listed", place: { file: folder.shownAs } });
    return [];
  }
}
