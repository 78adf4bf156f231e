import type { PluginRef } from "../../calls/identifiers.ts";
import type { Action } from "../../calls/powers.ts";
import type { PolicyInfo } from "../../decisions/policy-info.ts";
import type { PolicyOutline } from "../../engines/policy-outline.ts";
import type { Supposed } from "./as-if-enabled.ts";

/** A permit for a plugin that nothing which its manifest asks for can use. */
export interface UnusedPermit {
  readonly policy: PolicyInfo;
  readonly actions: readonly Action[];
}

/** The permits that name exactly this plugin and that no row leans on. */
export function unusedPermits(
  plugin: PluginRef,
  { sets }: Pick<Supposed, "sets">,
  rows: readonly { readonly action: Action; readonly permits: readonly { readonly policy: PolicyInfo }[] }[],
): readonly UnusedPermit[] {
  const used = new Set(rows.flatMap(({ permits }) => permits.map(({ policy }) => policy.id)));
  const outlines = sets.flatMap((set) => set.outline());
  return outlines
    .filter((outline) => isFor(plugin, outline) && !used.has(outline.policy.id))
    .map(({ policy, actions }) => ({ policy, actions }));
}

// Registration is asked of everything that has tools, and preparation follows execution.
function isFor(plugin: PluginRef, { policy, principal, actions }: PolicyOutline): boolean {
  const names = principal.op === "==" && principal.entity.type === "Plugin" && principal.entity.id === plugin;
  return policy.effect === "permit" && names && !actions.includes("plugin.prepare");
}
