import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { limits } from "../../calls/limits.ts";
import { readBoundedFile } from "../../config/read-bounded-file.ts";
import type { PolicySources } from "../../engines/policy-engine.ts";
import type { TarFile } from "../../engines/read-tar.ts";
import type { Finding } from "../../errors/error-details.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import { kindOf } from "../suites/find-suites.ts";
import { type ArchiveManifest, contentFolder, listContent, manifestFile } from "./archive-manifest.ts";
import { canHold, storeGzip, writeTar } from "./write-tar.ts";

/** A policy archive, and what its manifest says. */
export interface BuiltArchive {
  readonly bytes: Uint8Array;
  readonly manifest: ArchiveManifest;
}

const ownFolder = join(".yoi", "policies");

/**
 * Makes an archive of a workspace's own policies, of the documents that they read and of their tests. What goes in is
 * the very text that was prepared; a set that does not load never comes here.
 * @throws {YoiError} YOI_POLICY_INVALID for a file that an archive cannot hold
 */
export async function buildPolicyArchive(
  sources: PolicySources,
  folder: string,
  made: Pick<ArchiveManifest, "yoi" | "engines">,
): Promise<BuiltArchive> {
  const own = [
    ...sources.policies
      .filter(({ layer }) => layer === "workspace")
      .map(({ file, language, text }) => ({
        file,
        content: Buffer.from(text, language === "bundle" ? "base64" : "utf8"),
      })),
    ...[...(sources.entities ?? []), ...(sources.data ?? [])]
      .filter(({ layer }) => layer === "workspace")
      .map(({ file, text }) => ({ file, content: Buffer.from(text) })),
    ...(await testsIn(folder)),
  ];
  const refused = own.filter(({ file }) => !canHold(pathOf(file)));
  if (refused.length > 0 || own.length >= limits.policyArchiveEntriesMax) throw unfit(refused.map(({ file }) => file));
  const files = own.map(({ file, content }): TarFile => ({ path: pathOf(file), content }));
  const manifest: ArchiveManifest = { format: 1, ...made, ...listContent(files) };
  const listing = { path: manifestFile, content: Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`) };
  return { bytes: storeGzip(writeTar([listing, ...files])), manifest };
}

function pathOf(file: string): string {
  return contentFolder + relative(ownFolder, file);
}

async function testsIn(folder: string): Promise<readonly { readonly file: string; readonly content: Buffer }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw refusedWith([{ message: "the folder cannot be listed", place: { file: ownFolder } }]);
  });
  const tests = entries.filter((entry) => !entry.isDirectory() && kindOf(entry.name) !== undefined);
  if (tests.length >= limits.policyArchiveEntriesMax) throw unfit([]);
  const read = tests.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    const file = join(ownFolder, relative(folder, path));
    const found = await readBoundedFile(path, limits.policyFileBytesMax);
    if ("text" in found) return { file, content: Buffer.from(found.text) };
    const why = "problem" in found ? found.problem : "it vanished";
    throw refusedWith([{ message: `a test cannot be read: ${why}`, place: { file } }]);
  });
  return Promise.all(read);
}

function unfit(files: readonly string[]): YoiError<"YOI_POLICY_INVALID"> {
  if (files.length === 0) return refusedWith([{ message: `more than ${limits.policyArchiveEntriesMax} files` }]);
  return refusedWith(
    files.slice(0, limits.findingsMax).map((file) => ({
      message: "the file's path cannot be in an archive",
      place: { file },
      remedy: "use plain characters without blanks, and a shorter path",
    })),
  );
}

function refusedWith(findings: readonly Finding[]): YoiError<"YOI_POLICY_INVALID"> {
  return new YoiError("YOI_POLICY_INVALID", "no archive can be made of these policies", { findings });
}
