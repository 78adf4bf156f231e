import type { Call } from "../calls/call.ts";
import { redactQuery } from "../calls/canonical-url.ts";
import type { Json } from "../calls/json.ts";

const unseen = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;

/** JSON in which everything can be seen: the same value, in a form that can be copied. */
function visibleJson(json: Json): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(json).replace(unseen, (found) => found.split("").map(escaped).join(""));
}

/**
 * A call in the words that `explain` takes, without the values of a query: nothing where words cannot say all that is
 * asked. On whose behalf it is, beyond the tool, they never say.
 */
export function sayCall(call: Call): readonly string[] | undefined {
  return isSayable(call) ? sayRoughly(call) : undefined;
}

function isSayable({ action, ask }: Call): boolean {
  switch (action) {
    case "https.request":
      return ask.headers.length + ask.secrets.length === 0 && ask.body === undefined && ask.hop === 0;
    case "network.connect":
      return ask.answer.length === 1;
    case "fs.write":
      return ask.bytes.length === 0 && ask.mode === "create";
    case "fs.append":
      return ask.bytes.length === 0;
    default:
      return true;
  }
}

/** A call in these words, without what they have no place for. */
export function sayRoughly({ action, ask, principal, via }: Call): readonly string[] {
  const tool = via.tool === undefined ? [] : [via.tool.slice(via.tool.lastIndexOf("/") + 1)];
  switch (action) {
    case "tool.register":
      return [principal.id, action, ask.tool];
    case "plugin.prepare":
      return [principal.id, action, ask.plugin];
    case "tool.execute":
      return [principal.id, action, `${ask.plugin}/${ask.tool}`, visibleJson(ask.input)];
    case "https.request":
      return [principal.id, action, ask.method, redactQuery(ask.url, []), ...tool];
    case "network.connect":
      return [principal.id, action, redactQuery(ask.url, []), ask.address, ...tool];
    case "secret.use":
      return [principal.id, action, ask.secret, redactQuery(ask.url, []), ...tool];
    default:
      return [principal.id, action, ask.path, ...tool];
  }
}
