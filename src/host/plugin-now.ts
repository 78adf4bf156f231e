import { isPluginRef } from "../calls/identifiers.ts";
import type { DeclaredNow } from "../explain/declaring-changes.ts";
import type { PluginNow, Trouble } from "../explain/relate-standing.ts";
import type { PluginManifest } from "../plugins/plugin-manifest.ts";
import type { PluginState } from "../workspace/plugin-state.ts";
import type { Survey } from "../workspace/survey-workspace.ts";

/** How a plugin stands, for explanations: what is wrong with it, and what its manifest asks for. */
export function pluginNow(
  { plugins, config }: Pick<Survey, "plugins" | "config">,
  plugin: string,
): PluginNow | undefined {
  const state = isPluginRef(plugin) ? plugins.get(plugin) : undefined;
  if (state === undefined) return undefined;
  const manifest = state.package?.manifest;
  if (manifest === undefined) return { troubles: troublesOf(state), asks: [] };
  const declared = declaredBy(manifest, state, [...config.mounts.keys()]);
  return { troubles: troublesOf(state), asks: asksOf(manifest), declared };
}

function declaredBy(
  { tools, capabilities: { fs, https, secret } }: PluginManifest,
  { enablement }: PluginState,
  workspaceMounts: readonly string[],
): DeclaredNow {
  return {
    tools,
    mounts: fs,
    urls: https.map(({ url, pattern }) => ({ url, methods: pattern.methods })),
    secrets: secret.map(({ name }) => name),
    granted: enablement?.effects ?? [],
    bound: enablement?.mounts ?? {},
    workspaceMounts,
  };
}

/** The diagnostics of a plugin as explanations show them. */
function troublesOf({ diagnostics }: { readonly diagnostics: readonly Trouble[] }): readonly Trouble[] {
  return diagnostics.map(({ kind, message, place, remedy }) => ({
    kind,
    message,
    ...(place !== undefined && { place }),
    ...(remedy !== undefined && { remedy }),
  }));
}

function asksOf({ tools, capabilities: { fs, https, secret } }: PluginManifest): PluginNow["asks"] {
  return [
    ...tools.map(({ name }) => ({ about: "tool", words: name }) as const),
    ...fs.map(({ mount, operations }) => ({ about: "file", words: `${operations.join(", ")} in ${mount}/` }) as const),
    ...https.map(({ url, pattern }) => ({ about: "url", words: `${pattern.methods.join(", ")} ${url}` }) as const),
    ...secret.map(({ name }) => ({ about: "secret", words: `the secret ${name}` }) as const),
  ];
}
