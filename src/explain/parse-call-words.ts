import type { Call } from "../calls/call.ts";
import { isPluginRef, newId, type PluginRef, toolId } from "../calls/identifiers.ts";
import type { Json, JsonObject } from "../calls/json.ts";
import { parseCall } from "../calls/parse-call.ts";
import { type Action, actions, isAction } from "../calls/powers.ts";
import { suggestName } from "../errors/suggest-name.ts";
import { YoiError } from "../errors/yoi-error.ts";

/** How calls are said in words, one line for each action. */
export const callForms: { readonly [A in Action]: string } = {
  "tool.register": "<plugin> tool.register <tool>",
  "plugin.prepare": "host plugin.prepare <plugin>",
  "tool.execute": "<agent> tool.execute <plugin>/<tool> ['<input as JSON>']",
  "fs.read": "<plugin> fs.read <mount>/<path> [<tool>]",
};

/** What words are turned into a call with. */
export interface CallWords {
  readonly words: readonly string[];
  readonly nowMs: number;
  /** The source-qualified id that an id without its source stands for. */
  readonly qualify: (id: string) => PluginRef;
  readonly parseInput: (text: string) => Json;
}

/**
 * Reads a call in words: who, action, what. It is the same call that the broker would get.
 * @throws {YoiError} YOI_USAGE with the form of the action, YOI_CALL_MALFORMED
 */
export function parseCallWords({ words, nowMs, qualify, parseInput }: CallWords): Call {
  const [who = "", action = "", what = "", extra] = words;
  if (!isAction(action)) {
    const meant = suggestName(action, actions);
    const hint = meant === undefined ? `known: ${actions.join(", ")}` : `did you mean \`${meant}\`?`;
    throw new YoiError("YOI_USAGE", `\`${action}\` is no action; ${hint}`, {});
  }
  if (what === "") throw new YoiError("YOI_USAGE", `say it as: ${callForms[action]}`, {});
  const id = newId(nowMs);
  const common = { id, root: id, action };
  const byAgent = { principal: { kind: "agent", id: who }, via: { agent: who, command: false, depth: 0 } };
  switch (action) {
    case "tool.register": {
      const plugin = qualify(who);
      const via = { command: false, depth: 0 };
      return parseCall({ ...common, principal: { kind: "plugin", id: plugin }, via, ask: { plugin, tool: what } });
    }
    case "plugin.prepare":
      return parseCall({ ...common, ...byAgent, via: { command: false, depth: 0 }, ask: { plugin: qualify(what) } });
    case "tool.execute": {
      const slash = what.lastIndexOf("/");
      if (slash < 1) throw new YoiError("YOI_USAGE", `say it as: ${callForms[action]}`, {});
      const input = extra === undefined ? {} : asObject(parseInput(extra));
      const ask = { plugin: qualify(what.slice(0, slash)), tool: what.slice(slash + 1), input };
      return parseCall({ ...common, ...byAgent, ask });
    }
    case "fs.read": {
      const plugin = qualify(who);
      const via = { ...(extra !== undefined && { tool: toolId(plugin, extra) }), command: false, depth: 1 };
      return parseCall({ ...common, principal: { kind: "plugin", id: plugin }, via, ask: { path: what } });
    }
  }
}

function asObject(json: Json): JsonObject {
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return json as JsonObject;
  throw new YoiError("YOI_USAGE", "a tool's input is a JSON object", {});
}

/**
 * Turns an id with or without its source into a qualified one.
 * @throws {YoiError} YOI_USAGE when nothing, or more than one thing, has that id
 */
export function qualifyPlugin(id: string, known: readonly PluginRef[]): PluginRef {
  if (isPluginRef(id)) return id;
  const matching = known.filter((ref) => ref.slice(ref.indexOf(":") + 1) === id);
  const [only] = matching;
  if (only !== undefined && matching.length === 1) return only;
  if (matching.length > 1) throw new YoiError("YOI_USAGE", `\`${id}\` is ambiguous: ${matching.join(", ")}`, {});
  const meant = suggestName(
    id,
    known.flatMap((ref) => [ref, ref.slice(ref.indexOf(":") + 1)]),
  );
  const hint = meant === undefined ? "`yoi plugin list` shows what is installed" : `did you mean \`${meant}\`?`;
  throw new YoiError("YOI_USAGE", `no plugin \`${id}\` here; ${hint}`, {});
}
