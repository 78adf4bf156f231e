import type { PluginManifest } from "../plugins/plugin-manifest.ts";
import type { PackageDiagnostic } from "./package-diagnostic.ts";
import type { ComponentInterfaces } from "./read-component.ts";

/** What can be told of a sound package without holding its content. Good for showing, never for running. */
export interface PackageSummary {
  readonly manifest: PluginManifest;
  /** `plugin.toml` as it lies in the package. */
  readonly manifestBytes: Uint8Array;
  /** Of the content, however it was archived: `sha256:…`. */
  readonly digest: string;
  readonly interfaces: ComponentInterfaces;
  readonly entries: readonly PackageEntry[];
}

/** A package that was read whole and found sound. It does not know which store it came from. */
export interface PluginPackage extends PackageSummary {
  /** The very bytes that were inspected, and that are to be run. */
  readonly componentBytes: Uint8Array;
  /** The archive as it was. */
  readonly bytes: Uint8Array;
}

/** A file of a package, by its path and its length. */
interface PackageEntry {
  readonly path: string;
  readonly bytes: number;
}

/** Everything that is wrong with a package that cannot be used. */
export interface UnsoundPackage {
  readonly diagnostics: readonly PackageDiagnostic[];
}

/** A sound package, or everything that is wrong with it. */
export type PackageResult = { readonly package: PluginPackage } | UnsoundPackage;
