import { randomFillSync } from "node:crypto";
import { limits } from "./limits.ts";

/** Where a package came from. The store assigns it; no manifest can claim one. */
export const sources = ["builtin", "user", "project"] as const;
export type Source = (typeof sources)[number];

/** A source-qualified plugin id: `project:example.weather`. */
export type PluginRef = `${Source}:${string}`;
/** A tool's id: `<plugin>/<name>`. */
export type ToolId = `${PluginRef}/${string}`;
/** ULIDs: 26 characters of Crockford's base 32, in the order of time. */
export type CallId = string;
export type DecisionId = string;

const safeId = /^(?!\.)[A-Za-z0-9_.-]+(?<!\.)$/;
const secretName = /^[a-z][a-z0-9-]*$/;
const toolName = /^[A-Za-z0-9_-]{1,64}$/;
const agentId = /^[A-Za-z0-9_.@:-]{1,128}$/;
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Whether `text` is an unqualified plugin id. */
export function isLocalId(text: string): boolean {
  return text.length <= limits.pluginIdBytesMax && safeId.test(text);
}

/** Splits a source-qualified id, or answers `undefined` when it is not one. */
export function parsePluginRef(text: string): { readonly source: Source; readonly localId: string } | undefined {
  const colon = text.indexOf(":");
  const source = sources.find((known) => known === text.slice(0, colon));
  const localId = text.slice(colon + 1);
  return colon > 0 && source !== undefined && isLocalId(localId) ? { source, localId } : undefined;
}

/** Narrows text to a source-qualified plugin id. */
export function isPluginRef(text: string): text is PluginRef {
  return parsePluginRef(text) !== undefined;
}

/** Whether `text` can name a secret. */
export function isSecretName(text: string): boolean {
  return text.length <= limits.secretNameBytesMax && secretName.test(text);
}

/** Whether `text` can name a tool: what providers of models accept. */
export function isToolName(text: string): boolean {
  return toolName.test(text);
}

/** Whether `text` can name an agent. */
export function isAgentId(text: string): boolean {
  return agentId.test(text);
}

/** The id of a plugin's tool. */
export function toolId(plugin: PluginRef, tool: string): ToolId {
  return `${plugin}/${tool}`;
}

/** Splits a tool's id, or answers `undefined` when it is not one. */
export function parseToolId(text: string): { readonly plugin: PluginRef; readonly tool: string } | undefined {
  const slash = text.lastIndexOf("/");
  const [plugin, tool] = [text.slice(0, Math.max(0, slash)), text.slice(slash + 1)];
  return isPluginRef(plugin) && isToolName(tool) ? { plugin, tool } : undefined;
}

/** A new ULID: 48 bits of time, 80 of chance. */
export function newId(atMs: number): string {
  let time = "";
  for (let rest = atMs, digit = 0; digit < 10; digit++, rest = Math.floor(rest / 32)) {
    time = crockford.charAt(rest % 32) + time;
  }
  if (chanceUsed + 16 > chance.length) {
    randomFillSync(chance);
    chanceUsed = 0;
  }
  let rest = "";
  for (const byte of chance.subarray(chanceUsed, chanceUsed + 16)) rest += crockford.charAt(byte & 31);
  chanceUsed += 16;
  return time + rest;
}

// Asking the system for chance costs more than all else of an id, so it is asked for many at once.
const chance = Buffer.alloc(4_096);
let chanceUsed = chance.length;
