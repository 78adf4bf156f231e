// Station: store folders → what is installed. In: folders with the source that each stands for. Out: the packages
// found, in a stable order, and a diagnostic for each file that is none.
// It only looks: it runs nothing, enables nothing, and must never know what is enabled. Being found grants nothing.
import { opendir, realpath } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import type { PluginRef, Source } from "../calls/identifiers.ts";
import { limits } from "../calls/limits.ts";
import { escapeText } from "../errors/escape-text.ts";
import { openPackageFile } from "./open-package-file.ts";
import { type PackageDiagnostic, packageDiagnostic } from "./package-diagnostic.ts";
import { openPackageNotes, type PackageNotes, stampOf } from "./package-notes.ts";
import type { PackageSummary, UnsoundPackage } from "./plugin-package.ts";
import { comparePaths } from "./read-archive.ts";
import { faultOf } from "./read-plain-file.ts";

/** The ending of every package's file name. */
export const packageExtension = ".yoi-plugin";

/** A folder of packages, and the source that its packages are of. */
export interface PackageStore {
  readonly source: Source;
  readonly folder: string;
}

/** A sound package in a store. It holds no content: what is to be pinned or run is opened on its own. */
export interface DiscoveredPackage {
  readonly ref: PluginRef;
  readonly path: string;
  /** The file's name in its store. */
  readonly file: string;
  readonly package: PackageSummary;
}

export interface Discovery {
  /** In the order of id, digest and file name. One id may be here twice, with a diagnostic. */
  readonly packages: readonly DiscoveredPackage[];
  readonly diagnostics: readonly PackageDiagnostic[];
}

/**
 * Looks through stores. A bad package is a diagnostic and stops no other; a store that is not there is empty.
 * With a folder for it, what was found is noted, so that the next look reads only files that have changed.
 */
export async function discoverPackages(
  stores: readonly PackageStore[],
  { inventoryFolder }: { readonly inventoryFolder?: string } = {},
): Promise<Discovery> {
  const packages: DiscoveredPackage[] = [];
  const diagnostics: PackageDiagnostic[] = [];
  for (const store of stores) {
    const found = await discoverStore(store, inventoryFolder);
    packages.push(...found.packages);
    diagnostics.push(...found.diagnostics);
  }
  packages.sort(
    (a, b) =>
      comparePaths(a.ref, b.ref) || comparePaths(a.package.digest, b.package.digest) || comparePaths(a.file, b.file),
  );
  return { packages, diagnostics: [...diagnostics, ...duplicates(packages)] };
}

async function discoverStore(store: PackageStore, inventoryFolder: string | undefined): Promise<Discovery> {
  const listing = await listStore(store);
  const notes = await openPackageNotes(inventoryFolder, listing.folder);
  const packages: DiscoveredPackage[] = [];
  const diagnostics = [...listing.diagnostics];
  const seen = new Set<string>();
  for (const file of listing.names) {
    const located = await locateInside(listing.folder, file);
    if ("diagnostic" in located) diagnostics.push(located.diagnostic);
    if (!("path" in located) || seen.has(located.path)) continue;
    seen.add(located.path);
    const found = await summarize(located.path, notes);
    if ("diagnostics" in found) diagnostics.push(...found.diagnostics.map((one) => qualify(one, store.source)));
    else packages.push({ ref: `${store.source}:${found.manifest.id}`, path: located.path, file, package: found });
  }
  await notes.save();
  return { packages, diagnostics };
}

async function summarize(path: string, notes: PackageNotes): Promise<PackageSummary | UnsoundPackage> {
  const stamp = await stampOf(path);
  const noted = notes.find(path, stamp);
  if (noted !== undefined) return noted;
  const opened = await openPackageFile(path);
  if (!("package" in opened)) return opened;
  const { componentBytes: _component, bytes: _archive, ...summary } = opened.package;
  // A file that was changed while it was read is read again next time.
  if ((await stampOf(path)) === stamp) notes.note(path, stamp, summary);
  return summary;
}

interface Listing {
  /** The store's real folder. */
  readonly folder: string;
  readonly names: readonly string[];
  readonly diagnostics: readonly PackageDiagnostic[];
}

async function listStore({ source, folder }: PackageStore): Promise<Listing> {
  const names: string[] = [];
  let files = 0;
  try {
    const real = await realpath(folder);
    for await (const { name } of await opendir(real)) {
      files += 1;
      if (files > limits.storeFilesMax) break;
      if (extname(name) === packageExtension) names.push(name);
    }
    const kept = names.toSorted(comparePaths).slice(0, limits.packagesPerStoreMax);
    const whole = files <= limits.storeFilesMax && kept.length === names.length;
    return { folder: real, names: kept, diagnostics: whole ? [] : [tooMany(source)] };
  } catch (error) {
    if (faultOf(error) === "absent") return { folder, names: [], diagnostics: [] };
    const message = `the ${source} store could not be read`;
    return { folder, names: [], diagnostics: [packageDiagnostic("io", "discovery", { message })] };
  }
}

function tooMany(source: Source): PackageDiagnostic {
  const message = `the ${source} store has more than ${limits.packagesPerStoreMax} packages, and the rest is left out`;
  return packageDiagnostic("bounds", "discovery", { message, remedy: "remove packages that are not used" });
}

/** Where a name of the store really leads. A link may lead to another place in the store, and to none outside. */
async function locateInside(
  folder: string,
  file: string,
): Promise<{ readonly path: string } | { readonly diagnostic: PackageDiagnostic }> {
  const shown = escapeText(file, 120);
  const about = { package: shown, place: { file: shown } };
  try {
    const path = await realpath(join(folder, file));
    // ATTACK: a link in a store that a stranger filled could have any file of the user's read (threats 24).
    if (path.startsWith(folder + sep)) return { path };
    const message = "the package is a link that leads out of its store";
    return { diagnostic: packageDiagnostic("traversal", "discovery", { ...about, message }) };
  } catch (error) {
    const message = faultOf(error) === "absent" ? "the package was not found" : "the package could not be read";
    return { diagnostic: packageDiagnostic("io", "discovery", { ...about, message }) };
  }
}

function qualify(diagnostic: PackageDiagnostic, source: Source): PackageDiagnostic {
  return diagnostic.plugin === undefined ? diagnostic : { ...diagnostic, plugin: `${source}:${diagnostic.plugin}` };
}

/** One diagnostic for each package after the first of its id. Ids carry their source, so these share a store. */
function duplicates(packages: readonly DiscoveredPackage[]): readonly PackageDiagnostic[] {
  return packages.flatMap(({ ref, file }, at) => {
    const earlier = packages.findIndex((other) => other.ref === ref);
    const first = packages[earlier];
    if (earlier === at || first === undefined) return [];
    const shown = escapeText(file, 120);
    const message = `\`${shown}\` and \`${escapeText(first.file, 120)}\` are both \`${ref}\``;
    return [
      packageDiagnostic("duplicate", "discovery", { message, plugin: ref, package: shown, place: { file: shown } }),
    ];
  });
}
