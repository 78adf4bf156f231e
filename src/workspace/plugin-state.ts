import type { PluginRef } from "../calls/identifiers.ts";
import type { Enablement } from "../config/enablement.ts";
import type { PluginEntry } from "../config/read-config.ts";
import type { PackageDiagnostic } from "../packages/package-diagnostic.ts";
import type { PackageSummary } from "../packages/plugin-package.ts";
import type { ToolDeclaration } from "../plugins/plugin-manifest.ts";

/** How a plugin stands, in one word. */
export type PluginStatus = "active" | "partial" | "disabled" | "missing" | "rejected";

/** One plugin of a workspace: what is installed, what its operator said of it, and what came of the two. */
export interface PluginState {
  readonly ref: PluginRef;
  readonly status: PluginStatus;
  /** The package's file in its store, where there is exactly one. */
  readonly stored?: { readonly file: string; readonly path: string };
  /** The package that counts: the pinned one, or for a plugin that is not enabled the one in its store. */
  readonly package?: PackageSummary;
  /** Where the package that counts was found. */
  readonly from?: "store" | "cache";
  /** The package in the store, where another one is pinned: it counts once it is enabled. */
  readonly waiting?: { readonly version: string; readonly digest: string };
  readonly entry?: PluginEntry;
  /** The operator's words, where the entry is whole. */
  readonly enablement?: Enablement;
  /** The entry names exactly this package's id, version and digest. */
  readonly pinned: boolean;
  /** The declared tools, of the surfaces that the entry enables: all of them where it names none. */
  readonly tools: readonly ToolDeclaration[];
  /** Those whose effects the entry grants, while its pins hold. */
  readonly eligibleTools: readonly ToolDeclaration[];
  readonly diagnostics: readonly PackageDiagnostic[];
}
