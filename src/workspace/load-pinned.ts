import { type PluginRef, parsePluginRef } from "../calls/identifiers.ts";
import { type LimitName, type Limits, limits } from "../calls/limits.ts";
import { type Enablement, loweredLimits, parseQuantity } from "../config/enablement.ts";
import type { Places } from "../config/places.ts";
import { YoiError } from "../errors/yoi-error.ts";
import { openPackageFile } from "../packages/open-package-file.ts";
import { keepPackage, loadPinnedPackage } from "../packages/package-cache.ts";
import type { PluginPackage } from "../packages/plugin-package.ts";
import type { PluginState } from "./plugin-state.ts";

/**
 * The very package that is pinned, verified just now. One that is only in its store is first kept in the cache, so
 * that a later start uses exactly it whatever becomes of the store.
 * @throws {YoiError} YOI_PLUGIN_FAILED when no verified package is to be had
 */
export async function loadPinned(state: PluginState, places: Places): Promise<PluginPackage> {
  const stateFolder = pinnedFolder(state.ref, places);
  const digest = state.enablement?.digest;
  if (!state.pinned || digest === undefined) throw unavailable(state);
  const cached = await loadPinnedPackage(stateFolder, digest);
  if ("package" in cached) return cached.package;
  const stored = state.stored === undefined ? undefined : await openPackageFile(state.stored.path);
  // What is checked is what is used: these bytes, not the ones that were listed earlier.
  if (stored === undefined || !("package" in stored) || stored.package.digest !== digest) throw unavailable(state);
  await keepPackage(stateFolder, stored.package);
  return stored.package;
}

/**
 * The folder whose cache keeps a plugin's pinned package. INVARIANT: a source is what its store says, so a package
 * counts as the user's only where a workspace cannot have put it (threats 44).
 */
export function pinnedFolder(ref: PluginRef, places: Places): string {
  return parsePluginRef(ref)?.source === "user" ? places.userState : places.stateFolder;
}

function unavailable({ ref }: PluginState): YoiError {
  return new YoiError("YOI_PLUGIN_FAILED", `no verified package of \`${ref}\` is to be had`, { why: "instantiation" });
}

/** The named bounds, lowered as the entry says; an entry never raises one. */
export function loweredBounds(enablement: Enablement | undefined): Limits {
  const lowered: { [Name in LimitName]: number } = { ...limits };
  for (const [key, name] of Object.entries(loweredLimits)) {
    const text = enablement?.limits?.[key as keyof typeof loweredLimits];
    if (text !== undefined) lowered[name] = Math.min(limits[name], parseQuantity(text));
  }
  return lowered;
}
