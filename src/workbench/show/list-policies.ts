import { type PluginRef, parsePluginRef, parseToolId } from "../../calls/identifiers.ts";
import { type Action, actions } from "../../calls/powers.ts";
import type { EntityRef } from "../../calls/value.ts";
import type { PolicyInfo, PolicyLayer } from "../../decisions/policy-info.ts";
import type { PolicySources, PreparedPolicies } from "../../engines/policy-engine.ts";
import type { PolicyOutline, ScopeOutline } from "../../engines/policy-outline.ts";

/** One policy in force, with what it is written in and what it says. */
export interface ListedPolicy extends PolicyInfo {
  readonly language: "cedar" | "rego";
  /** The actions that it can apply to. */
  readonly actions: readonly Action[];
  /** Its own source; of a grant, the Cedar that it compiles to. */
  readonly text: string;
}

/** A compiled policy: what is in it, nobody can list. */
export interface ListedBundle {
  readonly file: string;
  readonly layer: PolicyLayer;
}

/** Everything that counts in decisions, in the order in which it was read. */
export interface PolicyList {
  readonly policies: readonly ListedPolicy[];
  readonly bundles: readonly ListedBundle[];
}

/** Which policies are wanted: those that can apply to what a plugin does or offers, or to an action. */
export interface PolicyFilter {
  readonly plugin?: PluginRef;
  readonly action?: Action;
}

/** Lists the policies of all engines. A bundle is in the list whatever is asked for: nobody knows what it applies to. */
export function listPolicies(
  sets: readonly PreparedPolicies[],
  sources: PolicySources,
  { plugin, action }: PolicyFilter,
): PolicyList {
  const outlines = sets.flatMap((set) => set.outline());
  const outlined = new Map(outlines.map((outline) => [outline.policy.id, outline]));
  const policies = sets.flatMap((set) =>
    set.policies.flatMap((policy): readonly ListedPolicy[] => {
      const outline = outlined.get(policy.id);
      if (plugin !== undefined && outline !== undefined && !canApplyTo(plugin, outline)) return [];
      if (action !== undefined && outline !== undefined && !outline.actions.includes(action)) return [];
      const language = policy.engine === "cedar" ? "cedar" : "rego";
      return [{ ...policy, language, actions: outline?.actions ?? actions, text: outline?.text ?? "" }];
    }),
  );
  const bundles = sources.policies
    .filter(({ language }) => language === "bundle")
    .map(({ file, layer }) => ({ file, layer }));
  return { policies, bundles };
}

/** Whether a policy's head lets it apply to a call of the plugin, or of one of its tools. What a group has in it is not asked. */
function canApplyTo(plugin: PluginRef, { principal, resource, actions: applied }: PolicyOutline): boolean {
  const isAgents = (action: Action) => action === "tool.execute" || action === "plugin.prepare";
  const asks = applied.some((action) => !isAgents(action)) && isOwn(plugin, principal);
  // What an agent asks for is about a plugin by what it asks for.
  return asks || (applied.some(isAgents) && canBeAgent(principal) && isOwn(plugin, resource));
}

function isOwn(plugin: PluginRef, scope: ScopeOutline): boolean {
  if (scope.op === "is" && scope.type === "Agent") return false;
  const named = scope.op === "is" ? scope.in : scope.op === "any" ? undefined : scope.entity;
  return named === undefined || isOf(plugin, named);
}

function canBeAgent(scope: ScopeOutline): boolean {
  if (scope.op === "any") return true;
  const type = scope.op === "is" ? scope.type : scope.entity.type;
  return type === "Agent" || type === "Group";
}

function isOf(plugin: PluginRef, { type, id }: EntityRef): boolean {
  switch (type) {
    case "Plugin":
      return id === plugin;
    case "Tool":
      return parseToolId(id)?.plugin === plugin;
    case "Source":
      return id === parsePluginRef(plugin)?.source;
    default:
      return type !== "Agent";
  }
}
