import type { Call } from "../calls/call.ts";
import { type CanonicalUrl, domainsOf, urlAncestors } from "../calls/canonical-url.ts";
import type { Description } from "../calls/description.ts";
import { ancestorsById } from "../calls/entity-ancestors.ts";
import { type PluginRef, parsePluginRef } from "../calls/identifiers.ts";
import type { Inventory, PluginStanding } from "../calls/inventory.ts";
import { describeMoment } from "../calls/local-time.ts";
import type { AuthorizationRequest, Entity, EntityRef, Value } from "../calls/value.ts";
import { factsOfAction } from "./facts-of-action.ts";

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
      ...factsOfAction(call, description, inventory),
      via: viaFacts(call),
      now: describeMoment(atMs, inventory.zone),
      workspace: { record: { trusted: inventory.trusted } },
    },
    entities: namedEntities(call, description, inventory),
    ...(description.action === "tool.execute" && { toolInput: description.target.input }),
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

// An entity that is named but not passed makes `in` false without a word, so all are passed, with all their ancestors.
function namedEntities(call: Call, description: Description, inventory: Inventory): readonly Entity[] {
  const named: EntityRef[] = [description.principal, description.resource, { type: "Plugin", id: description.plugin }];
  if (call.via.agent !== undefined) named.push({ type: "Agent", id: call.via.agent });
  if (call.via.tool !== undefined) named.push({ type: "Tool", id: call.via.tool });
  named.push(...namedInContext(description));
  const distinct = new Map(named.map((entity) => [`${entity.type} ${entity.id}`, entity]));
  return [...distinct.values()].map((entity) => describeEntity(entity, description, inventory));
}

function namedInContext(description: Description): readonly EntityRef[] {
  switch (description.action) {
    case "https.request":
      return description.target.secrets.map(({ name }) => ({ type: "Secret", id: name }));
    case "secret.use":
      return [{ type: "Url", id: description.target.url.id }];
    default:
      return [];
  }
}

function describeEntity(uid: EntityRef, description: Description, inventory: Inventory): Entity {
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
      return { uid, attributes: {}, ancestors: ancestorsById(uid) };
    case "Url":
      return describeUrl(uid, description);
    case "Agent":
    case "Domain":
    case "Secret":
    case "Group":
    case "Source":
      return { uid, attributes: {}, ancestors: [] };
  }
}

/** The one URL of a call, as it was parsed when the call was described. A malformed one lies in nothing. */
function describeUrl(uid: EntityRef, { target }: Description): Entity {
  const url: CanonicalUrl | undefined = "url" in target && target.url.id === uid.id ? target.url : undefined;
  return {
    uid,
    attributes: { scheme: url?.scheme ?? "", host: url?.host ?? "", port: url?.port ?? 0, path: url?.path ?? "" },
    ancestors: [
      ...(url === undefined ? [] : urlAncestors(url)).map((id): EntityRef => ({ type: "Url", id })),
      ...(url === undefined ? [] : domainsOf(url)).map((id): EntityRef => ({ type: "Domain", id })),
    ],
  };
}
