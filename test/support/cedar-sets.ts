import { readFileSync } from "node:fs";
import { pathAncestors } from "../../src/calls/guest-path.ts";
import { parsePluginRef } from "../../src/calls/identifiers.ts";
import { describeMoment } from "../../src/calls/local-time.ts";
import type { AuthorizationRequest, Entity, EntityRef, Value } from "../../src/calls/value.ts";
import type { Verdict } from "../../src/decisions/verdict.ts";
import { createCedarEngine } from "../../src/engines/cedar/cedar-engine.ts";
import type { PolicySource, PreparedPolicies } from "../../src/engines/policy-engine.ts";
import type { Finding } from "../../src/errors/error-details.ts";
import { YoiError } from "../../src/errors/yoi-error.ts";
import { noonish } from "./broker-parts.ts";

const root = new URL("../../", import.meta.url);

export const schemaText = readFileSync(new URL("policies/yoi.cedarschema", root), "utf8");
export const cedar = createCedarEngine({ schemaText });

/** The policies that ship with Yoi. */
export const invariants: PolicySource = {
  file: "policies/invariants.cedar",
  layer: "invariant",
  language: "cedar",
  text: readFileSync(new URL("policies/invariants.cedar", root), "utf8"),
};

/** One file of a workspace. */
export function policyFile(text: string, parts: Partial<PolicySource> = {}): PolicySource {
  return { file: ".yoi/policies/test.cedar", layer: "workspace", language: "cedar", text, ...parts };
}

/** Prepares a set of one workspace file, without the invariants unless they are among the sources. */
export async function prepareCedar(
  policies: string | readonly PolicySource[],
  entities?: string,
): Promise<PreparedPolicies> {
  return cedar.prepare({
    policies: typeof policies === "string" ? [policyFile(policies)] : policies,
    ...(entities !== undefined && { entities: { file: ".yoi/entities.json", text: entities } }),
  });
}

/** The findings for which a set is refused. */
export async function findingsOf(
  policies: string | readonly PolicySource[],
  entities?: string,
): Promise<readonly Finding[]> {
  try {
    (await prepareCedar(policies, entities)).dispose();
    return [];
  } catch (error) {
    if (YoiError.is(error, "YOI_POLICY_INVALID")) return error.details.findings;
    throw error;
  }
}

/** Evaluates synchronously, as this engine does. */
export function judge(set: PreparedPolicies, request: AuthorizationRequest): Verdict {
  const verdict = set.evaluate(request);
  if (verdict instanceof Promise) throw new TypeError("the Cedar engine answers at once");
  return verdict;
}

interface RequestParts {
  readonly agent?: string;
  readonly plugin?: string;
  readonly tool?: string;
  readonly path?: string;
  readonly atMs?: number;
  readonly effects?: readonly string[];
  readonly context?: { readonly [attribute: string]: Value };
  readonly via?: { readonly [attribute: string]: Value };
}

/** A plugin's host call to read a file, from within its tool, with nothing in the way of it. */
export function readRequest(parts: RequestParts = {}): AuthorizationRequest {
  const { plugin, tool, agent } = withDefaults(parts);
  const resource: EntityRef = { type: "Path", id: parts.path ?? "notes/2026/plan.md" };
  return {
    principal: { type: "Plugin", id: plugin },
    action: "fs.read",
    resource,
    context: {
      ...commonContext(parts, true),
      covered: true,
      mount: resource.id.split("/")[0] ?? "",
      mounted: true,
      ...parts.context,
    },
    entities: [
      pluginEntity(plugin),
      { uid: resource, attributes: {}, ancestors: pathAncestors(resource.id).map((id) => ({ type: "Path", id })) },
      agentEntity(agent),
      toolEntity(plugin, tool, parts.effects),
    ],
  };
}

/** An agent's call of a tool, with nothing in the way of it. */
export function executeRequest(parts: RequestParts = {}): AuthorizationRequest {
  const { plugin, tool, agent } = withDefaults(parts);
  return {
    principal: { type: "Agent", id: agent },
    action: "tool.execute",
    resource: { type: "Tool", id: `${plugin}/${tool}` },
    context: {
      ...commonContext(parts, false),
      grantedEffects: parts.effects ?? ["read"],
      inputBytes: 100,
      ...parts.context,
    },
    entities: [agentEntity(agent), toolEntity(plugin, tool, parts.effects), pluginEntity(plugin)],
  };
}

/** The registration of a tool by its plugin. */
export function registerRequest(parts: RequestParts = {}): AuthorizationRequest {
  const { plugin, tool } = withDefaults(parts);
  return {
    principal: { type: "Plugin", id: plugin },
    action: "tool.register",
    resource: { type: "Tool", id: `${plugin}/${tool}` },
    context: { ...commonContext(parts, false), grantedEffects: parts.effects ?? ["read"], ...parts.context },
    entities: [pluginEntity(plugin), toolEntity(plugin, tool, parts.effects)],
  };
}

/** The host's wish to load a plugin ahead of a call. */
export function prepareRequest(parts: RequestParts = {}): AuthorizationRequest {
  const { plugin } = withDefaults(parts);
  const agent = parts.agent ?? "host";
  return {
    principal: { type: "Agent", id: agent },
    action: "plugin.prepare",
    resource: { type: "Plugin", id: plugin },
    context: { ...commonContext(parts, false), ...parts.context },
    entities: [agentEntity(agent), pluginEntity(plugin)],
  };
}

function withDefaults({ plugin = "project:example.notes", tool = "search", agent = "cli" }: RequestParts) {
  return { plugin, tool, agent };
}

function commonContext(parts: RequestParts, isHostCall: boolean): { readonly [attribute: string]: Value } {
  const { plugin, tool, agent } = withDefaults(parts);
  const caller: { readonly [attribute: string]: Value } = isHostCall
    ? { agent: { entity: { type: "Agent", id: agent } }, tool: { entity: { type: "Tool", id: `${plugin}/${tool}` } } }
    : {};
  return {
    plugin: {
      record: {
        id: { entity: { type: "Plugin", id: plugin } },
        source: { entity: sourceOf(plugin) },
        version: "0.1.0",
        digest: "sha256:aa",
        enabled: true,
        pinned: true,
      },
    },
    declared: true,
    via: { record: parts.via ?? { ...caller, command: false, depth: isHostCall ? 1 : 0 } },
    now: describeMoment(parts.atMs ?? noonish, "UTC"),
    workspace: { record: { trusted: true } },
  };
}

function sourceOf(plugin: string): EntityRef {
  return { type: "Source", id: parsePluginRef(plugin)?.source ?? "project" };
}

function agentEntity(id: string): Entity {
  return { uid: { type: "Agent", id }, attributes: {}, ancestors: [] };
}

function pluginEntity(id: string): Entity {
  const attributes = { version: "0.1.0", digest: "sha256:aa", enabled: true, pinned: true };
  return { uid: { type: "Plugin", id }, attributes, ancestors: [sourceOf(id)] };
}

function toolEntity(plugin: string, tool: string, effects: readonly string[] = ["read"]): Entity {
  return {
    uid: { type: "Tool", id: `${plugin}/${tool}` },
    attributes: { name: tool, effects },
    ancestors: [{ type: "Plugin", id: plugin }, sourceOf(plugin)],
  };
}
