import { type Call, type Caller, callOf } from "../../src/calls/call.ts";
import { newId, type PluginRef } from "../../src/calls/identifiers.ts";
import { noonish } from "./broker-parts.ts";

/** A running tool of a plugin, which an agent called. */
export function callerOf(plugin: PluginRef, tool: string): Caller {
  return {
    root: newId(noonish),
    principal: { kind: "plugin", id: plugin },
    via: { agent: "cli", tool: `${plugin}/${tool}`, command: false, depth: 1 },
  };
}

/** The running tool of the notes plugin. */
export const notesCaller: Caller = callerOf("project:example.notes", "read_note");

/** The running tool of the weather plugin. */
export const weatherCaller: Caller = callerOf("project:example.weather", "get_weather");

/** A host call to read `path`, made by the notes plugin. */
export function readCall(path: string): Call<"fs.read"> {
  return callOf(notesCaller, "fs.read", { path }, noonish);
}

/** A request for the forecast, unless `ask` says otherwise. */
export function requestCall(
  ask: Partial<Call<"https.request">["ask"]> = {},
  caller: Caller = weatherCaller,
): Call<"https.request"> {
  const usual = { method: "GET", url: "https://api.example.com/v1/now", headers: [], secrets: [], hop: 0 };
  return callOf(caller, "https.request", { ...usual, ...ask }, noonish);
}

/** An agent's call of the notes plugin's tool. */
export function executeCall(parts: Partial<Call<"tool.execute">> = {}): Call<"tool.execute"> {
  const id = newId(noonish);
  return {
    id,
    root: id,
    action: "tool.execute",
    principal: { kind: "agent", id: "cli" },
    via: { agent: "cli", command: false, depth: 0 },
    ask: { plugin: "project:example.notes", tool: "read_note", input: { path: "x" } },
    ...parts,
  };
}
