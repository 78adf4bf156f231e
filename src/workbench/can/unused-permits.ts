import type { PluginRef } from "../../calls/identifiers.ts";
import type { Action } from "../../calls/powers.ts";
import type { Cause } from "../../decisions/cause.ts";
import type { PolicyInfo } from "../../decisions/policy-info.ts";
import type { PolicyOutline } from "../../engines/policy-outline.ts";
import type { Supposed } from "./as-if-enabled.ts";

/** A permit for a plugin that nothing which its manifest asks for can use. */
export interface UnusedPermit {
  readonly policy: PolicyInfo;
  readonly actions: readonly Action[];
}

interface Row {
  readonly action: Action;
  readonly answer: "allow" | "deny" | "depends" | "skipped";
  readonly cause?: Cause;
  readonly permits: readonly { readonly policy: PolicyInfo }[];
}

/** The permits that name exactly this plugin and that no row leans on. */
export function unusedPermits(
  plugin: PluginRef,
  { sets }: Pick<Supposed, "sets">,
  rows: readonly Row[],
): readonly UnusedPermit[] {
  const used = new Set(rows.flatMap(({ permits }) => permits.map(({ policy }) => policy.id)));
  const outlines = sets.flatMap((set) => set.outline());
  return outlines
    .filter((outline) => isFor(plugin, outline) && !used.has(outline.policy.id) && !rows.some(hides(outline)))
    .map(({ policy, actions }) => ({ policy, actions }));
}

/** Of what a forbid holds back nobody has looked which permits it would have. */
function hides({ actions }: PolicyOutline): (row: Row) => boolean {
  return ({ action, answer, cause }) => answer === "deny" && cause !== "no-permit" && actions.includes(action);
}

// Registration is asked of everything that has tools, and preparation follows execution.
function isFor(plugin: PluginRef, { policy, principal, actions }: PolicyOutline): boolean {
  const names = principal.op === "==" && principal.entity.type === "Plugin" && principal.entity.id === plugin;
  return policy.effect === "permit" && names && !actions.includes("plugin.prepare");
}
