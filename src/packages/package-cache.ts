import { join } from "node:path";
import { limits } from "../calls/limits.ts";
import { openPackage } from "./open-package.ts";
import { packageDiagnostic } from "./package-diagnostic.ts";
import { isDigest } from "./package-digest.ts";
import type { PackageResult, PluginPackage } from "./plugin-package.ts";
import { readPlainFile } from "./read-plain-file.ts";
import { writeWholeFile } from "./write-whole-file.ts";

/**
 * Keeps a pinned package whole under its digest, so that replacing or deleting the store's file breaks nothing.
 * What is kept already, and sound, is left alone; what is damaged is replaced. Errors of the file system pass through.
 */
export async function keepPackage(stateFolder: string, kept: PluginPackage): Promise<void> {
  const existing = await loadPinnedPackage(stateFolder, kept.digest);
  if ("package" in existing) return;
  await writeWholeFile(cachePath(stateFolder, kept.digest), kept.bytes);
}

/**
 * Loads the package that was pinned by this digest, and believes nothing of the cache: the package is read and judged
 * anew, and its content must have this very digest.
 */
export async function loadPinnedPackage(stateFolder: string, digest: string): Promise<PackageResult> {
  // ATTACK: the digest comes from a file that a stranger may have written, and becomes part of a path (threats 26, 30).
  if (!isDigest(digest)) {
    const message = "the pinned digest is not `sha256:` and 64 hexadecimal digits";
    return { diagnostics: [packageDiagnostic("digest-mismatch", "resolution", { message })] };
  }
  const fileName = `${digest.slice("sha256:".length)}.yoi-plugin`;
  const read = await readPlainFile(cachePath(stateFolder, digest), limits.packageBytesMax);
  if (!("bytes" in read)) {
    const message = `the pinned package \`${digest.slice(0, 15)}…\` is not kept here`;
    const remedy = "put the package back into its store, or enable the plugin again";
    return {
      diagnostics: [packageDiagnostic("missing-package", "resolution", { message, remedy, package: fileName })],
    };
  }
  const opened = openPackage(read.bytes, fileName);
  if (!("package" in opened) || opened.package.digest === digest) return opened;
  const message = `the package that was kept as \`${digest.slice(0, 15)}…\` has another content now`;
  return { diagnostics: [packageDiagnostic("digest-mismatch", "resolution", { message, package: fileName })] };
}

function cachePath(stateFolder: string, digest: string): string {
  return join(stateFolder, "cache", "packages", `${digest.slice("sha256:".length)}.yoi-plugin`);
}
