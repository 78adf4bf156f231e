import { type PluginRef, parsePluginRef } from "../calls/identifiers.ts";
import { limits } from "../calls/limits.ts";
import type { Enablement } from "../config/enablement.ts";
import type { PluginEntry } from "../config/read-config.ts";
import type { ResolvedMounts } from "../config/resolve-mounts.ts";
import type { Finding } from "../errors/error-details.ts";
import type { DiagnosticKind } from "../packages/diagnostic-kinds.ts";
import type { DiscoveredPackage } from "../packages/discover-packages.ts";
import { type PackageDiagnostic, packageDiagnostic } from "../packages/package-diagnostic.ts";
import type { PackageSummary } from "../packages/plugin-package.ts";
import { validateInput } from "../plugins/validate-input.ts";
import type { PluginState, PluginStatus } from "./plugin-state.ts";
import type { UserSecrets } from "./secrets-out-of-reach.ts";

/** Everything that one plugin's state is made from. */
export interface PluginParts {
  readonly ref: PluginRef;
  /** The packages of this id in its store: one, or several, which is none. */
  readonly discovered: readonly DiscoveredPackage[];
  /** What discovery found wrong with this plugin's files. */
  readonly found: readonly PackageDiagnostic[];
  readonly entry?: PluginEntry;
  /** The package that the entry's digest names, from the cache. */
  readonly cached?: PackageSummary;
  readonly mounts: ResolvedMounts;
  readonly secrets: UserSecrets;
  /** Grants of the entry that were left out. */
  readonly badGrants: readonly Finding[];
}

/** Resolves one plugin, fail-closed: whatever is not exactly as pinned is not pinned. */
export function resolvePlugin(parts: PluginParts): PluginState {
  const { ref, discovered, entry, cached } = parts;
  const [only] = discovered;
  const inStore = discovered.length === 1 ? only : undefined;
  const enablement = entry !== undefined && "enablement" in entry ? entry.enablement : undefined;
  // INVARIANT: a pinned package is used as it was pinned, whatever its store holds by now.
  const used: PackageSummary | undefined = cached ?? inStore?.package;
  const diagnostics = [
    ...parts.found,
    ...entryDiagnostics(parts),
    ...pinDiagnostics(ref, enablement, used, discovered),
  ];
  if (used !== undefined && enablement !== undefined) diagnostics.push(...grantDiagnostics(parts, enablement, used));
  const mismatched = diagnostics.some(({ kind }) => unpinning.has(kind));
  const pinned =
    used !== undefined && enablement?.version !== undefined && enablement.digest !== undefined && !mismatched;
  const hasTools = enablement?.surfaces === undefined || enablement.surfaces.includes("tools");
  const tools = hasTools ? (used?.manifest.tools ?? []) : [];
  const eligibleTools = pinned
    ? tools.filter((tool) => tool.effects.every((effect) => enablement.effects?.includes(effect)))
    : [];
  const other = cached !== undefined && inStore?.package.digest !== cached.digest ? inStore?.package : undefined;
  return {
    ref,
    status: statusOf(parts, { used, pinned, eligible: eligibleTools.length, diagnostics }),
    ...(inStore !== undefined && { stored: inStore }),
    ...(used !== undefined && { package: used, from: cached === undefined ? "store" : "cache" }),
    ...(other !== undefined && { waiting: { version: other.manifest.version, digest: other.digest } }),
    ...(entry !== undefined && { entry }),
    ...(enablement !== undefined && { enablement }),
    pinned,
    tools,
    eligibleTools,
    diagnostics,
  };
}

const unpinning: ReadonlySet<DiagnosticKind> = new Set<DiagnosticKind>([
  "id-mismatch",
  "version-mismatch",
  "digest-mismatch",
  "duplicate",
  "invalid-config",
]);

function statusOf(
  { entry, discovered, found }: PluginParts,
  resolved: {
    readonly used: PackageSummary | undefined;
    readonly pinned: boolean;
    readonly eligible: number;
    readonly diagnostics: readonly PackageDiagnostic[];
  },
): PluginStatus {
  if (entry === undefined) return resolved.used === undefined ? "rejected" : "disabled";
  if (resolved.used === undefined) return discovered.length > 0 || found.length > 0 ? "rejected" : "missing";
  if (!resolved.pinned || resolved.eligible === 0) return "rejected";
  const whole = resolved.diagnostics.length === 0 && resolved.eligible === resolved.used.manifest.tools.length;
  return whole ? "active" : "partial";
}

function entryDiagnostics({ ref, entry, discovered, cached, found }: PluginParts): readonly PackageDiagnostic[] {
  if (entry === undefined) return [];
  if ("findings" in entry) {
    return entry.findings.map((finding) => diagnostic("invalid-enablement", ref, finding));
  }
  const missing = discovered.length === 0 && cached === undefined && found.length === 0;
  return missing ? [diagnostic("missing-package", ref, { place: entry.place })] : [];
}

// Wrong id, wrong version and wrong digest are three different stories, and an operator must know which one it is.
function pinDiagnostics(
  ref: PluginRef,
  enablement: Enablement | undefined,
  used: PackageSummary | undefined,
  discovered: readonly DiscoveredPackage[],
): readonly PackageDiagnostic[] {
  if (enablement === undefined || used === undefined) return [];
  const { version, digest } = enablement;
  const diagnostics: PackageDiagnostic[] = [];
  if (used.manifest.id !== parsePluginRef(ref)?.localId) {
    diagnostics.push(diagnostic("id-mismatch", ref, { message: `the pinned package is \`${used.manifest.id}\`` }));
  }
  if (version === undefined || digest === undefined) {
    const lacking =
      digest !== undefined ? "version is" : version !== undefined ? "digest is" : "version and digest are";
    diagnostics.push(
      diagnostic("missing-grant", ref, {
        message: `the entry has no pin: ${lacking} missing`,
        remedy: `yoi plugin enable ${ref}`,
      }),
    );
  }
  if (version !== undefined && version !== used.manifest.version) {
    diagnostics.push(
      diagnostic("version-mismatch", ref, {
        message: `pinned to version \`${version}\`, and the package is \`${used.manifest.version}\``,
      }),
    );
  }
  if (digest !== undefined && digest !== used.digest) {
    const one = discovered.length === 1 ? "the package in the store" : "the package";
    diagnostics.push(
      diagnostic("digest-mismatch", ref, { message: `${one} is not the one that was pinned: its content differs` }),
    );
  }
  return diagnostics;
}

function grantDiagnostics(
  { ref, mounts, secrets, badGrants }: PluginParts,
  enablement: Enablement,
  used: PackageSummary,
): readonly PackageDiagnostic[] {
  const { manifest } = used;
  const diagnostics = badGrants.map((finding) => diagnostic("invalid-enablement", ref, finding));
  const undeclared = enablement.surfaces?.filter((surface) => surface !== "tools") ?? [];
  for (const surface of undeclared) {
    const message = `the entry enables \`${surface}\`, which the manifest does not declare`;
    diagnostics.push(diagnostic("undeclared-surface", ref, { message }));
  }
  for (const { mount } of manifest.capabilities.fs) {
    const bound = enablement.mounts?.[mount];
    if (bound === undefined) {
      const message = `nothing is bound to its mount \`${mount}\``;
      diagnostics.push(
        diagnostic("missing-grant", ref, {
          message,
          remedy: `add \`mounts = { ${mount} = "…" }\` to its entry, or leave it denied`,
        }),
      );
    } else if (!mounts.folders.has(bound)) {
      const finding = mounts.findings.get(bound) ?? {
        message: `the workspace has no mount \`${bound}\``,
        remedy: `add \`[mounts.${bound}]\` with its path`,
      };
      diagnostics.push(diagnostic("missing-grant", ref, finding));
    }
  }
  diagnostics.push(...secretDiagnostics(ref, secrets, enablement, used));
  for (const tool of manifest.tools) {
    const lacking = tool.effects.filter((effect) => !enablement.effects?.includes(effect));
    if (lacking.length > 0) {
      const message = `its tool \`${tool.name}\` has the effect \`${lacking.join("`, `")}\`, which the entry does not name`;
      diagnostics.push(
        diagnostic("missing-grant", ref, { message, remedy: "name it in `effects`, or leave the tool unregistered" }),
      );
    }
  }
  for (const name of Object.keys(enablement.aliases ?? {})) {
    if (!manifest.tools.some((tool) => tool.name === name)) {
      diagnostics.push(
        diagnostic("invalid-enablement", ref, {
          message: `an alias for \`${name}\`, which is no tool of this plugin`,
          remedy: `take it out of \`aliases\`; its tools: ${manifest.tools.map((tool) => tool.name).join(", ")}`,
        }),
      );
    }
  }
  return [...diagnostics, ...configDiagnostics(ref, enablement, used)];
}

function secretDiagnostics(
  ref: PluginRef,
  { defined, outOfReach }: UserSecrets,
  enablement: Enablement,
  { manifest }: PackageSummary,
): readonly PackageDiagnostic[] {
  const declared = manifest.capabilities.secret.map(({ name }) => name);
  const undeclared = (enablement.secrets ?? []).filter((name) => !declared.includes(name));
  return [
    ...undeclared.map((name) => {
      const message = `the entry grants the secret \`${name}\`, which the manifest does not ask for`;
      return diagnostic("invalid-enablement", ref, { message, remedy: "take it out of `secrets`" });
    }),
    ...declared.flatMap((name) => {
      if (!defined.has(name)) {
        const message = `nothing provides its secret \`${name}\``;
        const remedy = `define \`[secrets.${name}]\` in your own yoi.toml, or leave it denied`;
        return [diagnostic("missing-grant", ref, { message, remedy })];
      }
      const finding = outOfReach.get(name);
      return finding === undefined ? [] : [diagnostic("missing-grant", ref, finding)];
    }),
  ];
}

function configDiagnostics(
  ref: PluginRef,
  { config }: Enablement,
  { manifest }: PackageSummary,
): readonly PackageDiagnostic[] {
  const invalid = (message: string, remedy?: string) =>
    diagnostic("invalid-config", ref, { message, ...(remedy !== undefined && { remedy }) });
  if (manifest.configSchema === undefined) {
    return config === undefined ? [] : [invalid("the plugin takes no configuration", "take `config` out of its entry")];
  }
  if (Buffer.byteLength(JSON.stringify(config ?? {})) > limits.pluginConfigBytesMax) {
    return [invalid(`\`config\` is longer than ${limits.pluginConfigBytesMax} bytes as JSON`)];
  }
  return validateInput(manifest.configSchema, config ?? {}).map(({ path, message }) =>
    invalid(`\`config\` at \`${path}\` ${message}`),
  );
}

function diagnostic(
  kind: DiagnosticKind,
  plugin: PluginRef,
  parts: Finding | { readonly message?: string; readonly remedy?: string; readonly place?: Finding["place"] },
): PackageDiagnostic {
  const { message, remedy, place } = parts;
  return packageDiagnostic(kind, "resolution", {
    plugin,
    ...(message !== undefined && { message }),
    ...(remedy !== undefined && { remedy }),
    ...(place !== undefined && { place }),
  });
}
