import { createHash } from "node:crypto";
import { isToolName, toolId } from "../calls/identifiers.ts";
import type { ToolEffect } from "../calls/inventory.ts";
import type { JsonObject } from "../calls/json.ts";
import { YoiError } from "../errors/yoi-error.ts";
import { checkInputSchema } from "../plugins/check-input-schema.ts";
import type { ToolOffer } from "../tools/tool-registry.ts";
import type { BuiltinPlugin } from "../workspace/create-inventory.ts";
import type { BuiltinRun } from "./run-plugins.ts";

/** A tool that the agent's own program brings. */
export interface AgentTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
  /** What it may do to the world; `["read"]` where it is absent. */
  readonly effects?: readonly ToolEffect[];
  readonly run: BuiltinRun;
}

/** The agent's own tools as one plugin of source `builtin`, on the same path as everybody's. */
export interface BuiltinTools {
  readonly plugin: BuiltinPlugin;
  readonly offers: readonly ToolOffer[];
  readonly functions: ReadonlyMap<string, BuiltinRun>;
}

const ref = "builtin:agent";

/**
 * Checks and gathers the agent's own tools.
 * @throws {YoiError} YOI_SCHEMA_REJECTED for an input schema outside of the subset, YOI_USAGE for a bad or double name
 */
export function gatherBuiltinTools(tools: readonly AgentTool[], version: string): BuiltinTools {
  const digest = `sha256:${createHash("sha256")
    .update(JSON.stringify(tools.map(toDefinition)))
    .digest("hex")}`;
  const origin = { kind: "builtin", plugin: ref, version, digest } as const;
  const names = new Set<string>();
  for (const { name, inputSchema } of tools) {
    if (!isToolName(name) || names.has(name)) {
      throw new YoiError(
        "YOI_USAGE",
        `\`${name}\` cannot name a tool: it is 1 to 64 of A-Z a-z 0-9 _ -, and used once`,
        {},
      );
    }
    names.add(name);
    const [finding] = checkInputSchema(inputSchema);
    if (finding !== undefined) {
      throw new YoiError(
        "YOI_SCHEMA_REJECTED",
        `the input schema of \`${name}\` at \`${finding.path}\`: ${finding.message}`,
        { path: finding.path },
      );
    }
  }
  const effectsOf = (tool: AgentTool): readonly ToolEffect[] => tool.effects ?? ["read"];
  return {
    plugin: {
      ref,
      version,
      digest,
      tools: new Map(tools.map((tool) => [tool.name, { effects: effectsOf(tool), inputSchema: tool.inputSchema }])),
    },
    offers: tools.map((tool) => ({
      id: toolId(ref, tool.name),
      plugin: ref,
      tool: tool.name,
      name: tool.name,
      description: tool.description,
      inputSchema: tool.inputSchema,
      effects: effectsOf(tool),
      origin,
    })),
    functions: new Map(tools.map((tool) => [toolId(ref, tool.name), tool.run])),
  };
}

function toDefinition({ name, description, inputSchema, effects }: AgentTool) {
  return { name, description, inputSchema, effects };
}
