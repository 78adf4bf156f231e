import { readFileSync } from "node:fs";
import { pathAncestors } from "../../src/calls/guest-path.ts";
import { parsePluginRef } from "../../src/calls/identifiers.ts";
import { describeMoment } from "../../src/calls/local-time.ts";
import type { Action, FsAction } from "../../src/calls/powers.ts";
import type { AuthorizationRequest, Entity, EntityRef, Value } from "../../src/calls/value.ts";
import type { Verdict } from "../../src/decisions/verdict.ts";
import { createCedarEngine } from "../../src/engines/cedar/cedar-engine.ts";
import type { PolicySource, PreparedPolicies } from "../../src/engines/policy-engine.ts";
import type { Finding } from "../../src/errors/error-details.ts";
import { YoiError } from "../../src/errors/yoi-error.ts";
import { noonish } from "./broker-parts.ts";

const root = new URL("../../", import.meta.url);

export const schemaText = readFileSync(new URL("policies/yoi.cedarschema", root), "utf8");
export const schemaJson = readFileSync(new URL("policies/yoi.cedarschema.json", root), "utf8");
export const cedar = createCedarEngine({ schemaJson });

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
    ...(entities !== undefined && {
      entities: [{ file: ".yoi/entities.json", layer: "workspace" as const, text: entities }],
    }),
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
  /** As a `Url` entity is called. */
  readonly url?: string;
  readonly secret?: string;
  readonly atMs?: number;
  readonly effects?: readonly string[];
  readonly context?: { readonly [attribute: string]: Value };
  readonly via?: { readonly [attribute: string]: Value };
}

/** A plugin's host call to read a file, from within its tool, with nothing in the way of it. */
export function readRequest(parts: RequestParts = {}): AuthorizationRequest {
  return fileRequest("fs.read", parts);
}

/** Any host call on files. */
export function fileRequest(action: FsAction, parts: RequestParts = {}): AuthorizationRequest {
  const id = parts.path ?? "notes/2026/plan.md";
  const ancestors = pathAncestors(id).map((above): EntityRef => ({ type: "Path", id: above }));
  const own = {
    mount: id.split("/")[0] ?? "",
    mounted: true,
    ...(action === "fs.write" && { mode: "create", bytes: 100 }),
    ...(action === "fs.append" && { bytes: 100 }),
  };
  return hostRequest(action, { uid: { type: "Path", id }, attributes: {}, ancestors }, own, parts);
}

/** A plugin's https request of its own, without a secret. */
export function httpsRequest(parts: RequestParts = {}): AuthorizationRequest {
  const own = { broad: false, method: "GET", headerNames: [], queryKeys: [], bodyBytes: 0, hop: 0, secrets: [] };
  return hostRequest("https.request", urlEntity(parts.url), own, parts);
}

/** The connection that an allowed request wants, to a public address. */
export function connectRequest(parts: RequestParts = {}): AuthorizationRequest {
  const own = { address: { ip: "93.184.215.14" }, addressClass: "public", behalf: "https.request" };
  return hostRequest("network.connect", urlEntity(parts.url), own, parts);
}

/** The use of a secret in a request to an origin of its own. */
export function secretRequest(parts: RequestParts = {}): AuthorizationRequest {
  const url = urlEntity(parts.url);
  const own = { url: { entity: url.uid }, defined: true, originAllowed: true, place: "header" };
  const uid: EntityRef = { type: "Secret", id: parts.secret ?? "weather-key" };
  const asked = hostRequest("secret.use", { uid, attributes: {}, ancestors: [] }, own, parts);
  return { ...asked, entities: [...asked.entities, url] };
}

/** One request of every action. */
export const requestOf: { readonly [A in Action]: (parts?: RequestParts) => AuthorizationRequest } = {
  "tool.register": registerRequest,
  "plugin.prepare": prepareRequest,
  "tool.execute": executeRequest,
  "https.request": httpsRequest,
  "network.connect": connectRequest,
  "secret.use": secretRequest,
  "fs.read": (parts) => fileRequest("fs.read", parts),
  "fs.list": (parts) => fileRequest("fs.list", parts),
  "fs.stat": (parts) => fileRequest("fs.stat", parts),
  "fs.write": (parts) => fileRequest("fs.write", parts),
  "fs.append": (parts) => fileRequest("fs.append", parts),
  "fs.make-directory": (parts) => fileRequest("fs.make-directory", parts),
  "fs.remove": (parts) => fileRequest("fs.remove", parts),
};

function hostRequest(
  action: Action,
  resource: Entity,
  own: { readonly [attribute: string]: Value },
  parts: RequestParts,
): AuthorizationRequest {
  const { plugin, tool, agent } = withDefaults(parts);
  return {
    principal: { type: "Plugin", id: plugin },
    action,
    resource: resource.uid,
    context: { ...commonContext(parts, true), covered: true, ...own, ...parts.context },
    entities: [pluginEntity(plugin), resource, agentEntity(agent), toolEntity(plugin, tool, parts.effects)],
  };
}

/** A `Url` with everything that it lies in: its folders, its origin and the domains of its host. */
function urlEntity(id = "https://api.example.com/v1/forecast"): Entity {
  const { protocol, hostname, port, origin, pathname } = new URL(id);
  const folders = pathname.split("/").filter((segment) => segment !== "");
  const urls = folders.map((_, index) => [origin, ...folders.slice(0, folders.length - 1 - index)].join("/"));
  const names = /^[\d.]+$|^\[/.test(hostname) ? [] : hostname.split(".");
  return {
    uid: { type: "Url", id },
    attributes: {
      scheme: protocol.slice(0, -1),
      host: hostname,
      port: port === "" ? (protocol === "https:" ? 443 : 80) : Number(port),
      path: pathname,
    },
    ancestors: [
      ...urls.map((above): EntityRef => ({ type: "Url", id: above })),
      ...names.map((_, index): EntityRef => ({ type: "Domain", id: names.slice(index).join(".") })),
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
    toolInput: {},
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
