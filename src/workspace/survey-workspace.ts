// Station: a folder → what is in it. In: the places. Out: trust, configuration, mounts, every plugin's state, and the
// inventory that decisions are made from. It runs nothing, registers nothing, and writes nothing: presence is not
// enablement, and looking is not acting.

import { isPluginRef, type PluginRef } from "../calls/identifiers.ts";
import type { Inventory } from "../calls/inventory.ts";
import { compileGrants } from "../config/compile-grants.ts";
import type { Places } from "../config/places.ts";
import { type Config, emptyConfig, readConfig } from "../config/read-config.ts";
import { type ResolvedMounts, resolveMounts } from "../config/resolve-mounts.ts";
import { readTrust, type Trust } from "../config/trust.ts";
import type { PolicySource } from "../engines/policy-engine.ts";
import type { Finding } from "../errors/error-details.ts";
import { discoverPackages } from "../packages/discover-packages.ts";
import { loadPinnedPackage } from "../packages/package-cache.ts";
import { type PackageDiagnostic, packageDiagnostic } from "../packages/package-diagnostic.ts";
import { type BuiltinPlugin, createInventory } from "./create-inventory.ts";
import { pinnedFolder } from "./load-pinned.ts";
import { ownFileFindings } from "./own-file-findings.ts";
import type { PluginState } from "./plugin-state.ts";
import { resolvePlugin } from "./resolve-plugin.ts";
import { secretsOutOfReach } from "./secrets-out-of-reach.ts";

/** What is in a workspace, as of one moment. */
export interface Survey {
  readonly places: Places;
  readonly trust: Trust;
  readonly config: Config;
  /** What refuses the whole configuration; then \`config\` is empty. */
  readonly configFindings: readonly Finding[];
  readonly mounts: ResolvedMounts;
  /** What is wrong with files that the user's own configuration names. */
  readonly ownFiles: readonly Finding[];
  readonly plugins: ReadonlyMap<PluginRef, PluginState>;
  /** Diagnostics that no plugin's id could be read for. */
  readonly diagnostics: readonly PackageDiagnostic[];
  /** The entries' grants as policies. */
  readonly grants: readonly PolicySource[];
  readonly inventory: Inventory;
}

/** Looks at a workspace. Nothing that is wrong with it stops the look: it is reported where it belongs. */
export async function surveyWorkspace(places: Places, builtin: readonly BuiltinPlugin[] = []): Promise<Survey> {
  const [trust, reading, discovery] = await Promise.all([
    readTrust(places),
    readConfig(places),
    discoverPackages(
      [
        { source: "user", folder: places.userStore },
        { source: "project", folder: places.projectStore },
      ],
      { inventoryFolder: places.inventoryNotes },
    ),
  ]);
  const config = "config" in reading ? reading.config : emptyConfig;
  const mounts = await resolveMounts(config.mounts, places);
  const secrets = { defined: config.secrets, outOfReach: await secretsOutOfReach(config.secrets, places) };
  const grants = compileGrants(config.plugins);
  const refs = new Set<PluginRef>([...discovery.packages.map((found) => found.ref), ...config.plugins.keys()]);
  for (const { plugin } of discovery.diagnostics) if (plugin !== undefined && isPluginRef(plugin)) refs.add(plugin);

  const plugins = new Map<PluginRef, PluginState>();
  for (const ref of [...refs].sort()) {
    const entry = config.plugins.get(ref);
    const digest = entry !== undefined && "enablement" in entry ? entry.enablement.digest : undefined;
    const cached = digest === undefined ? undefined : await loadPinnedPackage(pinnedFolder(ref, places), digest);
    const state = resolvePlugin({
      ref,
      discovered: discovery.packages.filter((found) => found.ref === ref),
      found: discovery.diagnostics.filter((one) => one.plugin === ref),
      ...(entry !== undefined && { entry }),
      ...(cached !== undefined && "package" in cached && { cached: cached.package }),
      mounts,
      secrets,
      badGrants: grants.findings.get(ref) ?? [],
    });
    plugins.set(ref, state);
  }
  return {
    places,
    trust,
    config,
    configFindings: "findings" in reading ? reading.findings : [],
    mounts,
    ownFiles: await ownFileFindings(config, mounts, places),
    plugins,
    diagnostics: [
      ...config.misnamed.map((finding) => packageDiagnostic("ambiguous-id", "resolution", finding)),
      ...discovery.diagnostics.filter((one) => one.plugin === undefined || !isPluginRef(one.plugin)),
    ],
    grants: grants.sources,
    inventory: createInventory({ trusted: trust.trusted, config, mounts, plugins, builtin }),
  };
}
