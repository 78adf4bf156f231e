import { putQuestion } from "../../src/broker/put-question.ts";
import type { Call } from "../../src/calls/call.ts";
import type { PluginStanding } from "../../src/calls/inventory.ts";
import { fsOperations } from "../../src/calls/powers.ts";
import { parseUrlPattern } from "../../src/calls/url-pattern.ts";
import type { PolicySources, PreparedPolicies } from "../../src/engines/policy-engine.ts";
import { type Capability, capabilitiesOf, type Use } from "../../src/explain/reach/capability.ts";
import { namedEntities } from "../../src/explain/reach/named-entities.ts";
import { type ReachedPart, reachOf } from "../../src/explain/reach/reach-of-capability.ts";
import { inventoryOf, noonish, notesPlugin } from "./broker-parts.ts";

const pattern = (text: string, methods: readonly string[]) => {
  const parsed = parseUrlPattern(text, methods);
  if (typeof parsed === "string") throw new Error(parsed);
  return parsed;
};

const effects = ["read", "network", "external-write"] as const;
/** A plugin that asks for files, for URLs of one host and of many, and for a secret. */
export const reaching: PluginStanding = {
  ...notesPlugin,
  grantedEffects: effects,
  tools: new Map([["search", { effects, inputFlaw: () => undefined }]]),
  declaredMounts: new Map([["notes", fsOperations]]),
  declaredUrls: [
    pattern("https://api.example.com/v1", ["GET", "POST"]),
    pattern("https://*.example.com", ["GET"]),
    pattern("https://*", ["HEAD"]),
    pattern("https://*.mirror.example/v2", ["GET"]),
  ],
  declaredSecrets: new Set(["weather-key"]),
};
/** What is known where only this plugin is installed. */
export const reachingInventory = inventoryOf([reaching]);
/** From its tool, for the command line. */
export const reachingUse: Use = { plugin: reaching.ref, tool: `${reaching.ref}/search`, agent: "cli" };

/** Everything that a plugin asks for, with what it would get by these policies. */
export async function reachBy(sources: PolicySources, set: PreparedPolicies, isOneAgent = false, questions = 10_000) {
  const parts = {
    sets: [set],
    put: (call: Call) => putQuestion(call, reachingInventory, noonish).request,
    inventory: reachingInventory,
    named: namedEntities(reaching.ref, [set], sources),
    patterns: reaching.declaredUrls,
    isOpaque: false,
    isOneAgent,
    questions: { left: questions },
    nowMs: noonish,
  };
  const rows: (readonly [Capability, ReachedPart])[] = [];
  for (const capability of capabilitiesOf(reaching, reachingInventory)) {
    for (const part of await reachOf(capability, reachingUse, parts)) rows.push([capability, part]);
  }
  return rows;
}
