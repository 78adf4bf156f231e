import type { JsonObject } from "../../calls/json.ts";
import { limits } from "../../calls/limits.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import { gatherBuiltinTools } from "../../host/builtin-tools.ts";
import { type Host, openHost } from "../../host/open-host.ts";
import { yoiVersion } from "../../package-root.ts";
import { parseJson } from "../../plugins/parse-json.ts";
import type { ToolResult } from "../../tools/tool-desk.ts";
import { offersOf } from "../../workspace/tool-offers.ts";
import { type Command, type CommandContext, exit } from "../command.ts";
import { noSuchTool } from "../no-such-tool.ts";
import { renderDenial, renderDeniedAsks } from "../render-denial.ts";
import { renderToolResult } from "../render-tool-result.ts";

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
      if (problem !== undefined)
        context.warn(
          `yoi: ${problem.message}; until \`yoi policy check\` is clean, the last good set decides or nothing is allowed`,
        );
      const agent = context.options["agent"];
      const caller = { agent: typeof agent === "string" ? agent : "cli", signal: interrupt.signal };
      return report(context, await callOrRefuse(host, name, input, caller));
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

function report(context: CommandContext, result: ToolResult): number {
  context.result({ result });
  switch (result.outcome) {
    case "performed":
      if (!result.isError) context.say(renderToolResult(result, context.paint));
      else if (!context.json) {
        const denied = renderDeniedAsks(context.places(), result.callId, context.paint);
        context.warn([renderToolResult(result, context.paint), ...denied].join("\n"));
      }
      return result.isError ? exit.pluginFailed : exit.done;
    case "denied":
      if (!context.json) context.warn(renderDenial(context.places(), result.decision ?? "", context.paint));
      return exit.denied;
    case "failed":
    case "unknown-tool":
      if (!context.json) context.warn(renderToolResult(result, context.paint));
      return exit.pluginFailed;
  }
}

function parseInput(text: string): JsonObject {
  const parsed = parseJson(text, { bytesMax: limits.toolInputBytesMax });
  if ("refused" in parsed) {
    const { message, offset } = parsed.refused;
    throw new YoiError("YOI_USAGE", `the input is not JSON: ${message}, at character ${offset + 1}`, {});
  }
  const { value } = parsed;
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new YoiError("YOI_USAGE", `the input is not a JSON object, as in '{"path":"today.md"}'`, {});
}
