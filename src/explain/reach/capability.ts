// Station: what a plugin asks for → what it would get. In: its capabilities, the policies' own words and a way to put
// questions. Out: for each part of a capability one answer that holds for all calls in it, or what it hangs on.
// It must never decide by its own lights: every answer is that of the engines on a sample, with proof that the sample
// stands for its part.
import { type Call, type Caller, callOf } from "../../calls/call.ts";
import { newId, type PluginRef, type ToolId } from "../../calls/identifiers.ts";
import type { Inventory, PluginStanding, UrlPattern } from "../../calls/inventory.ts";
import { type FsAction, fsOperations } from "../../calls/powers.ts";

/** One thing that a plugin offers or asks for, for one action and, of requests, one method. */
export type Capability =
  | { readonly about: "tool"; readonly action: "tool.register"; readonly tool: string }
  | { readonly about: "tool"; readonly action: "tool.execute"; readonly tool: string; readonly agent: string }
  /** `folder` is the workspace's name of the mount: the manifest's own where nothing is bound to it. */
  | { readonly about: "file"; readonly action: FsAction; readonly mount: string; readonly folder: string }
  | { readonly about: "url"; readonly action: "https.request"; readonly pattern: UrlPattern; readonly method: string }
  /** A secret with one of the origins that it may go to; none where nobody defined it. */
  | { readonly about: "secret"; readonly action: "secret.use"; readonly secret: string; readonly origin?: string };

/** What a manifest asks the host for, in the order of files, requests and secrets. */
export function capabilitiesOf(standing: PluginStanding, inventory: Inventory): readonly Capability[] {
  const files = [...standing.declaredMounts].flatMap(([mount, operations]) =>
    fsOperations
      .filter((operation) => operations.includes(operation))
      .map((operation): Capability => {
        const folder = standing.boundMounts.get(mount) ?? mount;
        return { about: "file", action: `fs.${operation}`, mount, folder };
      }),
  );
  const urls = standing.declaredUrls.flatMap((pattern) =>
    pattern.methods.map((method): Capability => ({ about: "url", action: "https.request", pattern, method })),
  );
  const secrets = [...standing.declaredSecrets].flatMap((secret): readonly Capability[] => {
    const origins = inventory.secret(secret)?.origins ?? [];
    const use = { about: "secret", action: "secret.use", secret } as const;
    return origins.length === 0 ? [use] : origins.map((origin) => ({ ...use, origin }));
  });
  return [...files, ...urls, ...secrets];
}

/** From where a capability is used: by which tool, and on behalf of whom. */
export interface Use {
  readonly plugin: PluginRef;
  readonly tool?: ToolId;
  readonly agent: string;
}

/** The call that asks for one place of a capability: a path by the workspace's name of its mount, or a URL. */
export function callIn(capability: Capability, place: string, { plugin, tool, agent }: Use, atMs: number): Call {
  const id = newId(atMs);
  const via = { agent, ...(tool !== undefined && { tool }), command: false, depth: 1 };
  const caller: Caller = { root: id, principal: { kind: "plugin", id: plugin }, via };
  switch (capability.action) {
    case "tool.register":
      return callOf({ ...caller, via: byHost }, "tool.register", { plugin, tool: capability.tool }, atMs);
    case "tool.execute": {
      const by = {
        principal: { kind: "agent", id: capability.agent },
        via: { agent: capability.agent, ...byHost },
      } as const;
      return { id, root: id, action: "tool.execute", ...by, ask: { plugin, tool: capability.tool, input: {} } };
    }
    case "https.request":
      return callOf(
        caller,
        "https.request",
        { method: capability.method, url: place, headers: [], secrets: [], hop: 0 },
        atMs,
      );
    case "secret.use":
      return callOf(caller, "secret.use", { secret: capability.secret, url: place }, atMs);
    default:
      return fileCall(capability, place, caller, atMs);
  }
}

const byHost = { command: false, depth: 0 } as const;

function fileCall(
  { action, mount, folder }: Extract<Capability, { readonly about: "file" }>,
  place: string,
  caller: Caller,
  atMs: number,
): Call {
  const path = `${mount}${place.slice(folder.length)}`;
  switch (action) {
    case "fs.write":
      return callOf(caller, action, { path, mode: "create", bytes: new Uint8Array() }, atMs);
    case "fs.append":
      return callOf(caller, action, { path, bytes: new Uint8Array() }, atMs);
    default:
      return callOf(caller, action, { path }, atMs);
  }
}
