import { isPluginRef } from "../../calls/identifiers.ts";
import type { JsonObject } from "../../calls/json.ts";
import { limits } from "../../calls/limits.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import { gatherBuiltinTools } from "../../host/builtin-tools.ts";
import { type Host, openHost } from "../../host/open-host.ts";
import { readJournal } from "../../journal/read-journal.ts";
import { yoiVersion } from "../../package-root.ts";
import { wrap } from "../../terminal/layout.ts";
import type { Paint } from "../../terminal/paint.ts";
import { renderFinding } from "../../terminal/render-finding.ts";
import type { ToolResult } from "../../tools/tool-desk.ts";
import type { PluginState } from "../../workspace/plugin-state.ts";
import { offersOf } from "../../workspace/tool-offers.ts";
import { type Command, type CommandContext, exit } from "../command.ts";
import { jsonOfText } from "../json-of-text.ts";
import { noSuchTool } from "../no-such-tool.ts";
import { renderDenial } from "../render-denial.ts";
import { renderToolResult } from "../render-tool-result.ts";
import { renderUnmetAsks, type UnmetAsk, unmetAsks } from "../unmet-asks.ts";

/** `yoi tool call`: one tool, as the agent `cli` or the one that is named. */
export const toolCall: Command = {
  usage: "TOOL ['INPUT AS JSON'] [--agent NAME]",
  summary: "call one tool of an enabled plugin, through the broker",
  options: { agent: { type: "string" } },
  arity: [1, 2],
  async run(context) {
    const [name = "", inputText = "{}"] = context.positionals;
    const input = parseInput(inputText);
    const places = context.places();
    const interrupt = new AbortController();
    const stop = () => interrupt.abort();
    process.once("SIGINT", stop);
    const host = await openHost({
      places,
      builtin: gatherBuiltinTools([], yoiVersion()),
      nowMs: context.nowMs,
      // Only the tool that is called is registered: a call costs what it needs.
      offer: (state) => offersOf(state).filter((offer) => offer.name === name || offer.id === name),
    });
    try {
      const { problem } = host.state();
      if (problem !== undefined) context.warn(refusal(problem, context.paint));
      const agent = context.options["agent"];
      const caller = { agent: typeof agent === "string" ? agent : "cli", signal: interrupt.signal };
      return report(context, host, await callOrRefuse(host, name, input, caller));
    } finally {
      process.off("SIGINT", stop);
      await host.close();
    }
  },
};

async function callOrRefuse(
  host: Host,
  name: string,
  input: JsonObject,
  caller: { readonly agent: string; readonly signal: AbortSignal },
): Promise<ToolResult> {
  const [registered] = host.registry.list();
  if (registered !== undefined) return host.desk.call(registered.name, input, caller);
  const [left] = host.state().unregistered;
  if (left === undefined) throw noSuchTool(name, host.state().survey);
  const { offer, call, decision, why } = left;
  return {
    callId: call,
    name: offer.name,
    decision,
    origin: offer.origin,
    outcome: why === "denied" ? "denied" : "failed",
    summary: "not registered",
    isError: true,
  };
}

function report(context: CommandContext, host: Host, result: ToolResult): number {
  const { paint } = context;
  const isUnmet = result.outcome === "performed" && result.isError;
  const asks: readonly UnmetAsk[] = isUnmet ? unmetAsks(readJournal(context.places().journal), result.callId) : [];
  context.result({ result, ...(asks.length > 0 && { unmet: asks }) });
  const tell = (text: string) => (context.json ? undefined : context.warn(text));
  switch (result.outcome) {
    case "performed":
      if (!result.isError) context.say(renderToolResult(result, paint));
      else tell([renderToolResult(result, paint), ...renderUnmetAsks(asks, paint)].join("\n"));
      return result.isError ? exit.pluginFailed : exit.done;
    case "denied":
      tell(renderDenial(context.places(), result.decision ?? "", paint, (plugin) => troublesOf(host, plugin)));
      return exit.denied;
    case "failed":
    case "unknown-tool":
      tell(renderToolResult(result, paint));
      return exit.pluginFailed;
  }
}

function troublesOf(host: Host, plugin: string): PluginState["diagnostics"] {
  return isPluginRef(plugin) ? (host.state().survey.plugins.get(plugin)?.diagnostics ?? []) : [];
}

/** Why no present policy decides, with the first place to look at. */
function refusal(problem: YoiError, paint: Paint): string {
  const [first] = "findings" in problem.details ? problem.details.findings : [];
  const told = `yoi: ${problem.message}; until \`yoi policy check\` is clean, the last good set decides or nothing is allowed`;
  const [head = "", ...rest] = wrap(told, "     ");
  return [head.trimStart(), ...rest, ...(first === undefined ? [] : renderFinding(first, paint))].join("\n");
}

function parseInput(text: string): JsonObject {
  const value = jsonOfText(text, "the input", limits.toolInputBytesMax);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new YoiError("YOI_USAGE", `the input is not a JSON object, as in '{"path":"today.md"}'`, {});
}
