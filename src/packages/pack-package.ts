import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { limits } from "../calls/limits.ts";
import { escapeText } from "../errors/escape-text.ts";
import { YoiError } from "../errors/yoi-error.ts";
import type { PluginManifest } from "../plugins/plugin-manifest.ts";
import { manifestName, readPluginManifest } from "../plugins/read-plugin-manifest.ts";
import { packageExtension } from "./discover-packages.ts";
import { openPackage } from "./open-package.ts";
import { diagnosticsOf, type PackageDiagnostic, packageDiagnostic } from "./package-diagnostic.ts";
import type { PackageResult, PluginPackage, UnsoundPackage } from "./plugin-package.ts";
import type { ArchiveEntry } from "./read-archive.ts";
import { type FileFault, faultOf, readPlainFile } from "./read-plain-file.ts";
import { writeArchive } from "./write-archive.ts";

/**
 * Packs a folder: `plugin.toml`, the component, and what `files = […]` names, and nothing else that lies there.
 * The same files give the same bytes. What it answers was read back and judged as any package is; it writes nothing.
 *
 * @throws {YoiError} YOI_BUILD_FAILED
 */
export async function packPackage(folder: string): Promise<PluginPackage> {
  const packed = await packFolder(folder);
  if ("package" in packed) return packed.package;
  const first = packed.diagnostics[0]?.message ?? "the plugin cannot be packed";
  throw new YoiError("YOI_BUILD_FAILED", first, { findings: packed.diagnostics });
}

/** The same, with everything that is wrong as diagnostics. */
export async function packFolder(folder: string): Promise<PackageResult> {
  const root = await realpath(folder).catch(() => folder);
  const manifestBytes = await collect(root, manifestName, limits.manifestBytesMax);
  if ("diagnostics" in manifestBytes) return manifestBytes;
  let manifest: PluginManifest;
  try {
    manifest = readPluginManifest(manifestBytes.bytes, manifestName);
  } catch (error) {
    return { diagnostics: diagnosticsOf(error, {}) };
  }
  const entries = await collectAll(root, manifest, manifestBytes.bytes);
  return "diagnostics" in entries ? entries : openPackage(writeArchive(entries.entries), packageFileName(manifest));
}

/** What a plugin's package is called: `example.weather-0.1.0.yoi-plugin`. */
export function packageFileName({ id, version }: Pick<PluginManifest, "id" | "version">): string {
  return `${id}-${version}${packageExtension}`;
}

async function collectAll(
  root: string,
  manifest: PluginManifest,
  manifestBytes: Uint8Array,
): Promise<{ readonly entries: readonly ArchiveEntry[] } | UnsoundPackage> {
  const entries: ArchiveEntry[] = [{ path: manifestName, content: manifestBytes }];
  const diagnostics: PackageDiagnostic[] = [];
  let total = manifestBytes.byteLength;
  for (const path of [manifest.runtime.component, ...manifest.files]) {
    const collected = await collect(
      root,
      path,
      Math.min(limits.packageEntryBytesMax, limits.packageExpandedBytesMax - total),
    );
    if ("diagnostics" in collected) diagnostics.push(...collected.diagnostics);
    else {
      entries.push({ path, content: collected.bytes });
      total += collected.bytes.byteLength;
    }
  }
  return diagnostics.length > 0 ? { diagnostics: diagnostics.slice(0, limits.findingsMax) } : { entries };
}

async function collect(
  root: string,
  path: string,
  bytesMax: number,
): Promise<{ readonly bytes: Uint8Array } | UnsoundPackage> {
  const named = `\`${escapeText(path, 120)}\``;
  const place = { file: path === manifestName ? manifestName : escapeText(path, 120) };
  const refuse = (why: FileFault["why"]): UnsoundPackage => ({
    diagnostics: [{ ...faultDiagnostic(why, named, bytesMax), place }],
  });
  try {
    // ATTACK: a folder that a stranger made may hold links to what is not theirs to publish (threats 24).
    if ((await realpath(join(root, path))) !== join(root, path)) return refuse("link");
  } catch (error) {
    return refuse(faultOf(error));
  }
  const read = await readPlainFile(join(root, path), bytesMax);
  return "bytes" in read ? read : refuse(read.why);
}

function faultDiagnostic(why: FileFault["why"], named: string, bytesMax: number): PackageDiagnostic {
  switch (why) {
    case "absent":
      return packageDiagnostic("missing-file", "manifest", {
        message: `the folder has no ${named}`,
        remedy: named === `\`${manifestName}\`` ? "a plugin begins with one" : "build the plugin, or mend the manifest",
      });
    case "link":
      return packageDiagnostic("traversal", "manifest", {
        message: `${named} is a link or lies behind one`,
        remedy: "put the file itself there",
      });
    case "not-a-file":
      return packageDiagnostic("invalid-manifest", "manifest", { message: `${named} is not a plain file` });
    case "too-large":
      return packageDiagnostic("bounds", "manifest", { message: `${named} is larger than ${bytesMax} bytes` });
    case "unreadable":
      return packageDiagnostic("io", "manifest", { message: `${named} could not be read` });
  }
}
