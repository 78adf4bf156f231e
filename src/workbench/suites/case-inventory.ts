import type { Call } from "../../calls/call.ts";
import { canonicalUrl } from "../../calls/canonical-url.ts";
import { canonicalMethod } from "../../calls/http-method.ts";
import { type PluginRef, parsePluginRef } from "../../calls/identifiers.ts";
import {
  type Inventory,
  type PluginStanding,
  type SecretStanding,
  type ToolStanding,
  toolEffects,
  type UrlPattern,
} from "../../calls/inventory.ts";
import { fsOperations } from "../../calls/powers.ts";
import type { Given } from "./suite-case.ts";

/**
 * The facts that a case is judged against: what its call names is there and in order, but for what is given to be
 * otherwise. Nothing that is installed here, and no opening of whoever runs it, has a say.
 */
export function caseInventory(call: Call, given: Given, zone: string): Inventory {
  const standing = given.installed === false ? undefined : standingFor(call, given);
  const secret = secretFor(call, given);
  return {
    trusted: given.trusted !== false,
    zone,
    plugin: (ref) => (ref === standing?.ref ? standing : undefined),
    mountFolder: (mount) => `/nonexistent/${mount}`,
    secret: (name) => (given.defined === false ? undefined : { ...secret, name }),
    openings: [],
    plainQuery: [],
  };
}

const inventedDigest = `sha256:${"0".repeat(64)}`;
/** The version that a plugin has where a case names none. */
const inventedVersion = "1.0.0";

function standingFor(call: Call, given: Given): PluginStanding {
  const ref = pluginOf(call);
  const isDeclared = given.declared !== false;
  const mount = "path" in call.ask ? (call.ask.path.split("/", 1)[0] ?? "") : "";
  const url = "url" in call.ask ? patternFor(call, given) : undefined;
  return {
    ref,
    source: parsePluginRef(ref)?.source ?? "project",
    version: given.version ?? inventedVersion,
    digest: inventedDigest,
    enabled: given.enabled !== false,
    pinned: given.pinned !== false,
    grantedEffects: given.covered === false ? [] : toolEffects,
    tools: toolsFor(call, given, isDeclared),
    declaredMounts: new Map(isDeclared ? [[mount, fsOperations]] : []),
    declaredUrls: isDeclared && url !== undefined ? [url] : [],
    declaredSecrets: new Set(isDeclared ? secretsOf(call) : []),
    revealedHeaders: [],
    boundMounts: new Map(given.mounted === false ? [] : [[mount, mount]]),
  };
}

function pluginOf(call: Call): PluginRef {
  return "plugin" in call.ask ? call.ask.plugin : (call.principal.id as PluginRef);
}

/** A host call that names no tool comes from any: then one tool stands for all that the plugin has. */
function toolsFor(call: Call, given: Given, isDeclared: boolean): ReadonlyMap<string, ToolStanding> {
  const isOfTool = "tool" in call.ask;
  const running = call.via.tool?.slice(call.via.tool.lastIndexOf("/") + 1) ?? "any";
  const name = "tool" in call.ask ? call.ask.tool : running;
  const effects = given.effects ?? toolEffects;
  const own = !isOfTool && given.covered === false ? [] : effects;
  return new Map(isOfTool && !isDeclared ? [] : [[name, { effects: own, inputFlaw: () => undefined }]]);
}

function patternFor(call: Call, given: Given): UrlPattern | undefined {
  const url = "url" in call.ask ? canonicalUrl(call.ask.url) : "no URL";
  if (typeof url === "string") return undefined;
  const { scheme, host, port } = url;
  const method = "method" in call.ask ? (canonicalMethod(call.ask.method) ?? "") : "GET";
  const hosts: UrlPattern["host"] = given.broad === true ? { kind: "any" } : { kind: "exact", name: host };
  return { scheme, host: hosts, port, segments: [], methods: [method] };
}

function secretsOf({ ask }: Call): readonly string[] {
  if ("secrets" in ask) return ask.secrets;
  return "secret" in ask ? [ask.secret] : [];
}

function secretFor({ ask }: Call, given: Given): Omit<SecretStanding, "name"> {
  const url = "url" in ask ? canonicalUrl(ask.url) : "no URL";
  const own = typeof url === "string" ? [] : [url.origin];
  const origins = given.originAllowed === false ? ["https://elsewhere.invalid"] : own;
  return { from: { env: "NONE" }, place: { header: "authorization" }, origins };
}
