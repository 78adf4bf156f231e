import type { PluginRef } from "../../calls/identifiers.ts";
import type { Inventory, PluginStanding } from "../../calls/inventory.ts";
import { compileGrants } from "../../config/compile-grants.ts";
import type { PolicySource, PreparedPolicies } from "../../engines/policy-engine.ts";
import type { TrialSets } from "../../explain/explained-policies.ts";
import type { Inspection } from "../../host/inspect-workspace.ts";
import type { PluginState } from "../../workspace/plugin-state.ts";

/** A plugin as things are or, where it is not enabled, as they would be after `yoi plugin enable` without options. */
export interface Supposed {
  readonly standing: PluginStanding;
  readonly inventory: Inventory;
  readonly sets: readonly PreparedPolicies[];
  /** Grants that enabling would write, beside those that are there. */
  readonly further: readonly PolicySource[];
  readonly isSupposed: boolean;
  dispose(): void;
}

/** What stands in place of a file, for what enabling would write. */
export const onceEnabled = "once it is enabled";

/** The agent that `yoi plugin enable` names where nobody else is named. */
const agentByDefault = "cli";

/**
 * Supposes that a plugin is enabled where it is not: pinned to the package that is there, with the effects of its tools,
 * with each mount bound that the workspace has by the same name, and with the grants for the agent `cli`.
 */
export async function supposeEnabled(
  state: PluginState,
  standing: PluginStanding,
  inspection: Inspection,
): Promise<Supposed> {
  const { inventory, config } = inspection.survey;
  const { sets } = inspection.revision;
  if (standing.enabled && standing.pinned) {
    return { standing, inventory, sets, further: [], isSupposed: false, dispose: () => undefined };
  }
  const sameNamed = [...standing.declaredMounts.keys()].filter((name) => config.mounts.has(name));
  const supposed: PluginStanding = {
    ...standing,
    enabled: true,
    pinned: true,
    grantedEffects: [...new Set([...standing.tools.values()].flatMap(({ effects }) => effects))],
    boundMounts: new Map([...sameNamed.map((name) => [name, name] as const), ...standing.boundMounts]),
  };
  const further = state.enablement?.agents === undefined ? grantsOfEnabling(state.ref) : [];
  const trial: TrialSets | undefined =
    further.length === 0 || sets.length === 0
      ? undefined
      : await inspection.policies.changed(further.map(({ file, text }) => ({ kind: "add", file, text })));
  return {
    standing: supposed,
    inventory: { ...inventory, plugin: (ref) => (ref === state.ref ? supposed : inventory.plugin(ref)) },
    sets: trial?.sets ?? sets,
    further,
    isSupposed: true,
    dispose: () => trial?.dispose(),
  };
}

function grantsOfEnabling(ref: PluginRef): readonly PolicySource[] {
  const place = { file: onceEnabled };
  const enablement = { agents: [agentByDefault] };
  return compileGrants(new Map([[ref, { layer: "workspace", place, enablement, grants: [], placeOf: () => place }]]))
    .sources;
}
