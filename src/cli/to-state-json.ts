import type { PluginState } from "../workspace/plugin-state.ts";

/** A plugin's state as `--json` shows it; `docs/json.md` documents the shape. */
export function toStateJson(state: PluginState) {
  const { ref, status, stored, package: used, from, enablement, pinned, eligibleTools, diagnostics, waiting } = state;
  return {
    plugin: ref,
    status,
    file: stored?.file ?? null,
    from: from ?? null,
    version: used?.manifest.version ?? null,
    digest: used?.digest ?? null,
    world: used?.manifest.runtime.world ?? null,
    imports: used?.interfaces.imports ?? [],
    exports: used?.interfaces.exports ?? [],
    enabled: enablement !== undefined,
    pinned,
    waiting: waiting ?? null,
    pins: { version: enablement?.version ?? null, digest: enablement?.digest ?? null },
    tools:
      used?.manifest.tools.map(({ name, effects }) => ({
        name,
        effects,
        eligible: eligibleTools.some((tool) => tool.name === name),
      })) ?? [],
    capabilities: used?.manifest.capabilities ?? null,
    diagnostics,
  };
}
