import type { Call } from "../calls/call.ts";
import type { Description } from "../calls/description.ts";
import { pathAncestors } from "../calls/guest-path.ts";
import { type PluginRef, parsePluginRef, type ToolId } from "../calls/identifiers.ts";
import type { Inventory, PluginStanding, ToolEffect } from "../calls/inventory.ts";
import { describeMoment } from "../calls/local-time.ts";
import type { AuthorizationRequest, Entity, EntityRef, Value } from "../calls/value.ts";

/**
 * Puts together the whole question to the engines, field by field: the description, what is known of the plugin
 * concerned, the chain of callers and the moment. A plugin that nobody knows is one that is not enabled.
 */
export function gatherFacts(
  call: Call,
  description: Description,
  inventory: Inventory,
  atMs: number,
): AuthorizationRequest {
  const standing = inventory.plugin(description.plugin);
  return {
    principal: description.principal,
    action: description.action,
    resource: description.resource,
    context: {
      plugin: pluginFacts(description.plugin, standing),
      ...factsOfAction(call, description, standing),
      via: viaFacts(call),
      now: describeMoment(atMs, inventory.zone),
      workspace: { record: { trusted: inventory.trusted } },
    },
    entities: namedEntities(call, description, inventory),
  };
}

function pluginFacts(ref: PluginRef, standing: PluginStanding | undefined): Value {
  return {
    record: {
      id: { entity: { type: "Plugin", id: ref } },
      source: { entity: sourceOf(ref) },
      version: standing?.version ?? "",
      digest: standing?.digest ?? "",
      enabled: standing?.enabled ?? false,
      pinned: standing?.pinned ?? false,
    },
  };
}

function sourceOf(ref: PluginRef): EntityRef {
  return { type: "Source", id: parsePluginRef(ref)?.source ?? "project" };
}

function viaFacts(call: Call): Value {
  const { agent, tool, command, depth } = call.via;
  return {
    record: {
      ...(agent !== undefined && { agent: { entity: { type: "Agent", id: agent } } }),
      ...(tool !== undefined && { tool: { entity: { type: "Tool", id: tool } } }),
      command,
      depth,
    },
  };
}

function factsOfAction(
  call: Call,
  description: Description,
  standing: PluginStanding | undefined,
): { readonly [attribute: string]: Value } {
  const grantedEffects = standing?.grantedEffects ?? [];
  switch (description.action) {
    case "tool.register":
      return { declared: standing?.tools.has(description.target.tool) ?? false, grantedEffects };
    case "plugin.prepare":
      return { declared: standing !== undefined };
    case "tool.execute": {
      const { tool, input } = description.target;
      const inputBytes = Buffer.byteLength(JSON.stringify(input));
      return { declared: standing?.tools.has(tool) ?? false, grantedEffects, inputBytes };
    }
    case "fs.read": {
      const { askedMount, mount, folder } = description.target;
      return {
        declared: standing?.declaredMounts.get(askedMount)?.includes("read") ?? false,
        covered: isCovered("read", call.via.tool, standing),
        mount,
        mounted: folder !== undefined,
      };
    }
  }
}

/** Whether the effects of the tool that runs cover a host call; outside of a tool, whether those of any tool do. */
function isCovered(effect: ToolEffect, running: ToolId | undefined, standing: PluginStanding | undefined): boolean {
  if (standing === undefined) return false;
  if (running === undefined) return [...standing.tools.values()].some((tool) => tool.effects.includes(effect));
  const name = running.slice(running.lastIndexOf("/") + 1);
  const isOwn = running === `${standing.ref}/${name}` && standing.grantedEffects.includes(effect);
  return isOwn && (standing.tools.get(name)?.effects.includes(effect) ?? false);
}

// An entity that is named but not passed makes `in` false without a word, so all are passed, with all their ancestors.
function namedEntities(call: Call, description: Description, inventory: Inventory): readonly Entity[] {
  const named: EntityRef[] = [description.principal, description.resource, { type: "Plugin", id: description.plugin }];
  if (call.via.agent !== undefined) named.push({ type: "Agent", id: call.via.agent });
  if (call.via.tool !== undefined) named.push({ type: "Tool", id: call.via.tool });
  const distinct = new Map(named.map((entity) => [`${entity.type} ${entity.id}`, entity]));
  return [...distinct.values()].map((entity) => describeEntity(entity, inventory));
}

function describeEntity(uid: EntityRef, inventory: Inventory): Entity {
  switch (uid.type) {
    case "Plugin": {
      const ref = uid.id as PluginRef;
      const { version = "", digest = "", enabled = false, pinned = false } = inventory.plugin(ref) ?? {};
      return { uid, attributes: { version, digest, enabled, pinned }, ancestors: [sourceOf(ref)] };
    }
    case "Tool": {
      const name = uid.id.slice(uid.id.lastIndexOf("/") + 1);
      const plugin = uid.id.slice(0, uid.id.lastIndexOf("/")) as PluginRef;
      const effects = inventory.plugin(plugin)?.tools.get(name)?.effects ?? [];
      return { uid, attributes: { name, effects }, ancestors: [{ type: "Plugin", id: plugin }, sourceOf(plugin)] };
    }
    case "Path":
      return { uid, attributes: {}, ancestors: pathAncestors(uid.id).map((id) => ({ type: "Path", id })) };
    case "Agent":
    case "Group":
    case "Source":
      return { uid, attributes: {}, ancestors: [] };
  }
}
