import { addressBehind, classOfAddress, isInRange } from "../calls/address-class.ts";
import type { Call } from "../calls/call.ts";
import type { CanonicalUrl } from "../calls/canonical-url.ts";
import type { Description, PathTarget } from "../calls/description.ts";
import { isSafeMethod } from "../calls/http-method.ts";
import type { ToolId } from "../calls/identifiers.ts";
import type { Inventory, PluginStanding, ToolEffect } from "../calls/inventory.ts";
import { type FsAction, operationOf } from "../calls/powers.ts";
import { coversUrl, isBroad } from "../calls/url-pattern.ts";
import type { Value } from "../calls/value.ts";

/** Attributes of the context that are an action's own. */
export type Facts = { readonly [attribute: string]: Value };

/** What is known of one call beyond what is known of every call: whether it was asked for, what covers it, what it carries. */
export function factsOfAction(call: Call, description: Description, inventory: Inventory): Facts {
  const standing = inventory.plugin(description.plugin);
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
    case "https.request":
      return requestFacts(call, description, standing, inventory);
    case "network.connect":
      return connectionFacts(call, description, standing, inventory);
    case "secret.use":
      return secretFacts(call, description, standing);
    case "fs.read":
    case "fs.list":
    case "fs.stat":
    case "fs.make-directory":
    case "fs.remove":
      return fileFacts(call, description, standing);
    case "fs.write": {
      const { mode, bytes } = description.target;
      return { ...fileFacts(call, description, standing), mode, bytes: bytes.length };
    }
    case "fs.append":
      return { ...fileFacts(call, description, standing), bytes: description.target.bytes.length };
  }
}

function requestFacts(
  call: Call,
  { target }: Description<"https.request">,
  standing: PluginStanding | undefined,
  inventory: Inventory,
): Facts {
  const { url, method, headers, body, hop, secrets } = target;
  const covering = standing?.declaredUrls.filter((pattern) => coversUrl(pattern, method, url)) ?? [];
  const effects: readonly ToolEffect[] = isSafeMethod(method) ? ["network"] : ["network", "external-write"];
  const opening = inventory.openings.find(({ origin }) => origin === url.origin);
  return {
    declared: covering.length > 0 && secrets.every(({ name }) => standing?.declaredSecrets.has(name) === true),
    covered: effects.every((effect) => isCovered(effect, call.via.tool, standing)),
    broad: covering.length > 0 && covering.every(isBroad),
    method,
    headerNames: headers.map(({ name }) => name),
    queryKeys: url.queryKeys,
    bodyBytes: body?.length ?? 0,
    hop,
    secrets: secrets.map(({ name }): Value => ({ entity: { type: "Secret", id: name } })),
    ...(opening !== undefined && { openedBy: opening.place }),
  };
}

function connectionFacts(
  call: Call,
  { target }: Description<"network.connect">,
  standing: PluginStanding | undefined,
  inventory: Inventory,
): Facts {
  const { url, address, answer, addressClass, behalf } = target;
  const openedBy = openingOf(url, answer, inventory);
  return {
    declared: standing?.declaredUrls.some((pattern) => coversUrl(pattern, undefined, url)) ?? false,
    covered: isCovered("network", call.via.tool, standing),
    // ATTACK: a forbidden IPv4 range, reached through IPv6 (threats 6).
    address: { ip: addressBehind(address) },
    addressClass,
    behalf,
    ...(openedBy !== undefined && { openedBy }),
  };
}

// An opening is for exactly one origin and range: an answer with one address beside it is not opened at all. Over plain
// http a public address needs one, too.
function openingOf(url: CanonicalUrl, answer: readonly string[], inventory: Inventory): string | undefined {
  const openings = inventory.openings.filter(({ origin }) => origin === url.origin);
  const needing = answer.filter((address) => url.scheme === "http" || classOfAddress(address) !== "public");
  const used = needing.map((address) => openings.find(({ range }) => isInRange(address, range)));
  return used.every((opening) => opening !== undefined) ? used[0]?.place : undefined;
}

function secretFacts(call: Call, { target }: Description<"secret.use">, standing: PluginStanding | undefined): Facts {
  const { url, secret } = target;
  const place = "header" in secret.place ? "header" : "path" in secret.place ? "path" : "query";
  const defined = secret.origins.length > 0;
  return {
    declared: standing?.declaredSecrets.has(secret.name) ?? false,
    covered: isCovered("network", call.via.tool, standing),
    url: { entity: { type: "Url", id: url.id } },
    originAllowed: secret.origins.includes(url.origin),
    defined,
    place: defined ? place : "",
  };
}

function fileFacts(call: Call, description: Description<FsAction>, standing: PluginStanding | undefined): Facts {
  const { askedMount, mount, folder }: PathTarget = description.target;
  const operation = operationOf(description.action);
  const isReading = operation === "read" || operation === "list" || operation === "stat";
  return {
    declared: standing?.declaredMounts.get(askedMount)?.includes(operation) ?? false,
    covered: isCovered(isReading ? "read" : "external-write", call.via.tool, standing),
    mount,
    mounted: folder !== undefined,
  };
}

/** Whether the effects of the tool that runs cover a host call; outside of a tool, whether those of any tool do. */
function isCovered(effect: ToolEffect, running: ToolId | undefined, standing: PluginStanding | undefined): boolean {
  if (standing === undefined) return false;
  if (running === undefined) return [...standing.tools.values()].some((tool) => tool.effects.includes(effect));
  const name = running.slice(running.lastIndexOf("/") + 1);
  const isOwn = running === `${standing.ref}/${name}` && standing.grantedEffects.includes(effect);
  return isOwn && (standing.tools.get(name)?.effects.includes(effect) ?? false);
}
