import type { Call } from "../../calls/call.ts";
import { isPluginRef, newId, type PluginRef } from "../../calls/identifiers.ts";
import type { Json, JsonObject } from "../../calls/json.ts";
import { limits } from "../../calls/limits.ts";
import { actions, isAction } from "../../calls/powers.ts";
import type { Finding } from "../../errors/error-details.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { suggestName } from "../../errors/suggest-name.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import { callFromJson } from "../../explain/call-in-json.ts";
import { parseCallWords } from "../../explain/parse-call-words.ts";
import { sayRoughly } from "../../explain/say-call.ts";
import { parseJson } from "../../plugins/parse-json.ts";
import { quoteWord, splitWords } from "./split-words.ts";

/** What calls are read with. */
export interface CallReading {
  /** When their ids say that they were made; it counts for nothing else. */
  readonly nowMs: number;
}

/** A call, and how it is said. */
export interface ReadCall {
  readonly call: Call;
  readonly words: string;
}

/** What is wrong with a call; `at` is the key in its table. */
type Problem = Omit<Finding, "place"> & { readonly at?: readonly string[] };

/** Reads a call in the words of `explain`, or as a table in the shape of its JSON. An id without its source is a project's. */
export function readCall(written: string | JsonObject, { nowMs }: CallReading): ReadCall | Problem {
  try {
    if (typeof written !== "string") return ofTable(written, nowMs);
    const words = splitWords(written);
    if ("problem" in words) return { message: words.problem };
    const call = parseCallWords({ words, nowMs, qualify, parseInput });
    return { call, words: words.map(quoteWord).join(" ") };
  } catch (error) {
    if (YoiError.is(error, "YOI_CALL_MALFORMED")) return problemOf(error.details.issues);
    if (YoiError.is(error, "YOI_USAGE")) return { message: escapeText(error.message, limits.suiteTextMax) };
    throw error;
  }
}

const frameKeys = ["action", "principal", "via", "ask", "id", "root", "parent"];

function ofTable(table: JsonObject, nowMs: number): ReadCall | Problem {
  const { action } = table;
  if (typeof action !== "string" || !isAction(action)) {
    const meant = typeof action === "string" ? suggestName(action, actions) : undefined;
    const hint = meant === undefined ? `one of ${actions.join(", ")}` : `did you mean \`${meant}\`?`;
    return { message: "the call's `action` is none", remedy: hint };
  }
  const unknown = Object.keys(table).find((key) => !frameKeys.includes(key));
  if (unknown !== undefined) {
    const meant = suggestName(unknown, frameKeys);
    return { message: `unknown key \`${escapeText(unknown, 64)}\` of a call`, ...remedyOf(meant), at: [unknown] };
  }
  const { principal } = table;
  const id = newId(nowMs);
  // Of a call by a plugin, what led to it is one tool call, unless the table says more.
  const depth = isTable(principal) && principal["kind"] === "plugin" && action !== "tool.register" ? 1 : 0;
  const via = isTable(table["via"]) ? table["via"] : {};
  const call = callFromJson({ id, root: id, ...table, via: { command: false, depth, ...via } });
  return { call, words: sayRoughly(call).map(quoteWord).join(" ") };
}

const unknownKey = /^(\S+): Unrecognized key: "([^"]+)"$/;
const missingKey = /^(\S+)\.(\w+): .*received undefined$/;

/** The first of the issues that the broker's own reader has; a key that is misspelt is told before the one that it lacks. */
function problemOf(issues: readonly string[]): Problem {
  for (const issue of issues) {
    const [, table = "", key] = unknownKey.exec(issue) ?? [];
    if (key === undefined) continue;
    const lacking = issues.flatMap((other) => {
      const [, of, name] = missingKey.exec(other) ?? [];
      return of === table && name !== undefined ? [name] : [];
    });
    const message = `unknown key \`${escapeText(key, 64)}\` of a call`;
    return { message, ...remedyOf(suggestName(key, lacking)), at: [...table.split("."), key] };
  }
  const [first = ""] = issues;
  const at = first.slice(0, first.indexOf(":")).split(".");
  return { message: `the call is malformed: ${escapeText(first, limits.suiteTextMax)}`, at };
}

function remedyOf(meant: string | undefined): { readonly remedy?: string } {
  return meant === undefined ? {} : { remedy: `did you mean \`${meant}\`?` };
}

function isTable(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What is installed has no say in a suite: an id without its source is of the project. */
function qualify(id: string): PluginRef {
  const ref = id.includes(":") ? id : `project:${id}`;
  if (isPluginRef(ref)) return ref;
  throw new YoiError("YOI_USAGE", `\`${id}\` is no plugin's id`, {});
}

function parseInput(text: string): Json {
  const parsed = parseJson(text, { bytesMax: limits.toolInputBytesMax });
  if ("value" in parsed) return parsed.value;
  throw new YoiError("YOI_USAGE", `the input ${parsed.refused.message}, at character ${parsed.refused.offset + 1}`, {});
}
