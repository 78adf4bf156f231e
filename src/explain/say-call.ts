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
  const { action, ask, principal, via } = call;
  const tool = via.tool === undefined ? [] : [via.tool.slice(via.tool.lastIndexOf("/") + 1)];
  switch (action) {
    case "tool.register":
      return [principal.id, action, ask.tool];
    case "plugin.prepare":
      return [principal.id, action, ask.plugin];
    case "tool.execute":
      return [principal.id, action, `${ask.plugin}/${ask.tool}`, visibleJson(ask.input)];
    case "https.request": {
      const isPlain = ask.headers.length + ask.secrets.length === 0 && ask.body === undefined && ask.hop === 0;
      return isPlain ? [principal.id, action, ask.method, redactQuery(ask.url, []), ...tool] : undefined;
    }
    case "network.connect":
      return ask.answer.length === 1
        ? [principal.id, action, redactQuery(ask.url, []), ask.address, ...tool]
        : undefined;
    case "secret.use":
      return [principal.id, action, ask.secret, redactQuery(ask.url, []), ...tool];
    case "fs.write":
      return ask.bytes.length === 0 && ask.mode === "create" ? [principal.id, action, ask.path, ...tool] : undefined;
    case "fs.append":
      return ask.bytes.length === 0 ? [principal.id, action, ask.path, ...tool] : undefined;
    default:
      return [principal.id, action, ask.path, ...tool];
  }
}
