// Station: the bytes of a package that a stranger made → a package that can be listed, pinned and run.
// In: bytes and the file's name. Out: manifest, digest, component and interfaces, all of the same bytes; or diagnostics.
// It must never know whether the plugin is enabled, trusted or granted anything, and it runs nothing.
import { limits } from "../calls/limits.ts";
import { escapeText } from "../errors/escape-text.ts";
import type { PluginManifest } from "../plugins/plugin-manifest.ts";
import { manifestName, readPluginManifest } from "../plugins/read-plugin-manifest.ts";
import { inspectComponent } from "./inspect-component.ts";
import { diagnosticsOf, type PackageDiagnostic, packageDiagnostic } from "./package-diagnostic.ts";
import { packageDigest } from "./package-digest.ts";
import type { PackageResult, PluginPackage, UnsoundPackage } from "./plugin-package.ts";
import { type ArchiveEntry, readArchive } from "./read-archive.ts";

/** Reads and judges a package: archive, manifest, files, component. It answers with diagnostics and throws none. */
export function openPackage(bytes: Uint8Array, fileName: string): PackageResult {
  const name = escapeText(fileName, 120);
  let entries: readonly ArchiveEntry[];
  try {
    entries = readArchive(bytes);
  } catch (error) {
    return { diagnostics: diagnosticsOf(error, { package: name, place: { file: name } }) };
  }
  const manifest = openManifest(entries, name);
  if ("diagnostics" in manifest) return manifest;
  const component = openComponent(entries, manifest.manifest, name);
  if ("diagnostics" in component) return component;
  return {
    package: {
      ...manifest,
      ...component,
      digest: packageDigest(entries),
      entries: entries.map(({ path, content }) => ({ path, bytes: content.byteLength })),
      bytes,
    },
  };
}

function openManifest(
  entries: readonly ArchiveEntry[],
  name: string,
): Pick<PluginPackage, "manifest" | "manifestBytes"> | UnsoundPackage {
  const content = contentOf(entries, manifestName);
  if (content === undefined) {
    const message = `the package has no \`${manifestName}\``;
    return {
      diagnostics: [packageDiagnostic("missing-file", "manifest", { message, package: name, place: { file: name } })],
    };
  }
  try {
    return { manifest: readPluginManifest(content, manifestName), manifestBytes: content };
  } catch (error) {
    return { diagnostics: diagnosticsOf(error, { package: name }) };
  }
}

function openComponent(
  entries: readonly ArchiveEntry[],
  manifest: PluginManifest,
  name: string,
): Pick<PluginPackage, "componentBytes" | "interfaces"> | UnsoundPackage {
  const about = { package: name, plugin: manifest.id };
  const { component } = manifest.runtime;
  const missing = [component, ...manifest.files]
    .filter((path) => contentOf(entries, path) === undefined)
    .slice(0, limits.findingsMax)
    .map((path): PackageDiagnostic => {
      const message = `the package lacks \`${escapeText(path, 120)}\`, which its manifest names`;
      return packageDiagnostic("missing-file", "manifest", { ...about, message, place: { file: manifestName } });
    });
  const componentBytes = contentOf(entries, component);
  if (componentBytes === undefined || missing.length > 0) return { diagnostics: missing };
  try {
    return { componentBytes, interfaces: inspectComponent(componentBytes, manifest) };
  } catch (error) {
    return { diagnostics: diagnosticsOf(error, { ...about, place: { file: escapeText(component, 120) } }) };
  }
}

function contentOf(entries: readonly ArchiveEntry[], path: string): Uint8Array | undefined {
  return entries.find((entry) => entry.path === path)?.content;
}
