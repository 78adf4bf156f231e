import { canonicalAddress } from "../calls/address-class.ts";
import type { Call, Via } from "../calls/call.ts";
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
  "https.request": "<plugin> https.request <METHOD> <url> [<tool>]",
  "network.connect": "<plugin> network.connect <url> <address> [<tool>]",
  "secret.use": "<plugin> secret.use <secret> <url> [<tool>]",
  "fs.read": "<plugin> fs.read <mount>/<path> [<tool>]",
  "fs.list": "<plugin> fs.list <mount>[/<path>] [<tool>]",
  "fs.stat": "<plugin> fs.stat <mount>[/<path>] [<tool>]",
  "fs.write": "<plugin> fs.write <mount>/<path> [<tool>]",
  "fs.append": "<plugin> fs.append <mount>/<path> [<tool>]",
  "fs.make-directory": "<plugin> fs.make-directory <mount>/<path> [<tool>]",
  "fs.remove": "<plugin> fs.remove <mount>/<path> [<tool>]",
};

/** What words are turned into a call with. */
export interface CallWords {
  readonly words: readonly string[];
  readonly nowMs: number;
  /** The source-qualified id that an id without its source stands for. */
  readonly qualify: (id: string) => PluginRef;
  readonly parseInput: (text: string) => Json;
}

/** How many words an action has behind it: those that it must have, and those that it can have. */
const arity: { readonly [A in Action]: readonly [min: number, max: number] } = {
  "tool.register": [1, 1],
  "plugin.prepare": [1, 1],
  "tool.execute": [1, 2],
  "https.request": [2, 3],
  "network.connect": [2, 3],
  "secret.use": [2, 3],
  "fs.read": [1, 2],
  "fs.list": [1, 2],
  "fs.stat": [1, 2],
  "fs.write": [1, 2],
  "fs.append": [1, 2],
  "fs.make-directory": [1, 2],
  "fs.remove": [1, 2],
};

/** The most words that a call has, who and action included. */
export const callWordsMax = 2 + Math.max(...Object.values(arity).map(([, max]) => max));

/**
 * Reads a call in words: who, action, what. It is the same call that the broker would get.
 * @throws {YoiError} YOI_USAGE with the form of the action, YOI_CALL_MALFORMED
 */
export function parseCallWords(call: CallWords): Call {
  const [who = "", action = "", ...rest] = call.words;
  if (!isAction(action)) {
    const meant = suggestName(action, actions);
    const hint = meant === undefined ? `known: ${actions.join(", ")}` : `did you mean \`${meant}\`?`;
    throw new YoiError("YOI_USAGE", `\`${action}\` is no action; ${hint}`, {});
  }
  const [min, max] = arity[action];
  if (rest.length < min || rest.length > max || rest.some((word) => word === "")) throw saidAs(action);
  const id = newId(call.nowMs);
  return parseCall({ id, root: id, action, ...askOf(action, who, rest, call) });
}

/** Who asks, on whose behalf, and for what; `parseCall` checks all of it. */
type Asking = { readonly principal: object; readonly via: Via; readonly ask: object };

function askOf(action: Action, who: string, rest: readonly string[], { qualify, parseInput }: CallWords): Asking {
  const [what = "", second = "", third] = rest;
  switch (action) {
    case "tool.register": {
      const asking = byPlugin(qualify(who));
      return { ...asking, via: { command: false, depth: 0 }, ask: { plugin: asking.principal.id, tool: what } };
    }
    case "plugin.prepare":
      return { ...byAgent(who), via: { command: false, depth: 0 }, ask: { plugin: qualify(what) } };
    case "tool.execute": {
      const slash = what.lastIndexOf("/");
      if (slash < 1) throw saidAs(action);
      const input = rest[1] === undefined ? {} : asObject(parseInput(rest[1]));
      return { ...byAgent(who), ask: { plugin: qualify(what.slice(0, slash)), tool: what.slice(slash + 1), input } };
    }
    case "https.request":
      return {
        ...byPlugin(qualify(who), third),
        ask: { method: what, url: second, headers: [], secrets: [], hop: 0 },
      };
    case "network.connect": {
      const address = addressOf(second);
      return {
        ...byPlugin(qualify(who), third),
        ask: { url: what, address, answer: [address], behalf: "https.request" },
      };
    }
    case "secret.use":
      return { ...byPlugin(qualify(who), third), ask: { secret: what, url: second } };
    case "fs.write":
      return { ...byPlugin(qualify(who), rest[1]), ask: { path: what, mode: "create", bytes: new Uint8Array() } };
    case "fs.append":
      return { ...byPlugin(qualify(who), rest[1]), ask: { path: what, bytes: new Uint8Array() } };
    case "fs.read":
    case "fs.list":
    case "fs.stat":
    case "fs.make-directory":
    case "fs.remove":
      return { ...byPlugin(qualify(who), rest[1]), ask: { path: what } };
  }
}

function byAgent(id: string) {
  return { principal: { kind: "agent", id }, via: { agent: id, command: false, depth: 0 } };
}

/** A host call, from within a tool where one is named. */
function byPlugin(plugin: PluginRef, tool?: string) {
  const via: Via = { ...(tool !== undefined && { tool: toolId(plugin, tool) }), command: false, depth: 1 };
  return { principal: { kind: "plugin", id: plugin }, via };
}

function saidAs(action: Action): YoiError {
  return new YoiError("YOI_USAGE", `say it as: ${callForms[action]}`, {});
}

/**
 * An address that a person wrote, in its canonical form.
 * @throws {YoiError} YOI_USAGE
 */
export function addressOf(text: string): string {
  const address = canonicalAddress(text);
  if (address !== undefined) return address;
  throw new YoiError("YOI_USAGE", `\`${text}\` is no address: write \`192.0.2.1\` or \`2001:db8::1\``, {});
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
