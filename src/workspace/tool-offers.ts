import { toolId } from "../calls/identifiers.ts";
import type { ToolOffer } from "../tools/tool-registry.ts";
import type { PluginState } from "./plugin-state.ts";

/** The tools that a plugin could register, by the names that a model would see. */
export function offersOf(state: PluginState): readonly ToolOffer[] {
  const { ref, package: used, enablement } = state;
  if (used === undefined) return [];
  const { version } = used.manifest;
  return state.tools.map((tool) => ({
    id: toolId(ref, tool.name),
    plugin: ref,
    tool: tool.name,
    name: enablement?.aliases?.[tool.name] ?? tool.name,
    description: tool.description,
    inputSchema: tool.inputSchema,
    effects: tool.effects,
    origin: { kind: "plugin", plugin: ref, version, digest: used.digest },
  }));
}
