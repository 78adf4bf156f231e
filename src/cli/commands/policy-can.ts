import { isAgentId } from "../../calls/identifiers.ts";
import { suggestName } from "../../errors/suggest-name.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import { qualifyPlugin } from "../../explain/parse-call-words.ts";
import { type Inspection, inspectWorkspace } from "../../host/inspect-workspace.ts";
import { type CanQuestion, pluginReach } from "../../workbench/can/plugin-reach.ts";
import { renderCan } from "../../workbench/can/render-can.ts";
import type { PluginState } from "../../workspace/plugin-state.ts";
import { type Command, type CommandContext, exit } from "../command.ts";
import { warnUntrusted } from "../warn-untrusted.ts";

/** `yoi policy can`: everything that one plugin may do, as a list; nothing of it runs. */
export const policyCan: Command = {
  usage: "PLUGIN [--tool NAME] [--agent NAME]",
  summary: "everything that a plugin may do: each row holds for every call in it, or says what it hangs on",
  options: { tool: { type: "string" }, agent: { type: "string" } },
  arity: [1, 1],
  async run(context) {
    await using inspection = await inspectWorkspace(context.places(), context.nowMs);
    if (inspection.problem !== undefined) throw inspection.problem;
    const state = knownState(inspection, context.positionals[0] ?? "");
    const reach = await pluginReach(state, inspection, questionOf(context, state), context.nowMs());
    const { trust } = inspection.survey;
    context.say(renderCan(reach, context.paint));
    warnUntrusted(context, inspection);
    context.result({ ...reach, trusted: trust.trusted });
    return exit.done;
  },
};

function knownState({ survey }: Inspection, named: string): PluginState {
  const ref = qualifyPlugin(named, [...survey.plugins.keys()]);
  const state = survey.plugins.get(ref);
  if (state?.package !== undefined) return state;
  const why = state === undefined ? `no plugin \`${ref}\` here` : `\`${ref}\` has no sound package here`;
  throw new YoiError("YOI_USAGE", `${why}; \`yoi plugin list\` shows what is installed`, {});
}

function questionOf({ options }: CommandContext, { ref, tools }: PluginState): CanQuestion {
  const { tool, agent } = options;
  const names = tools.map(({ name }) => name);
  if (typeof tool === "string" && !names.includes(tool)) {
    const meant = suggestName(tool, names);
    const hint = meant === undefined ? `it has: ${names.join(", ")}` : `did you mean \`${meant}\`?`;
    throw new YoiError("YOI_USAGE", `\`${ref}\` has no tool \`${tool}\`; ${hint}`, {});
  }
  if (typeof agent === "string" && !isAgentId(agent)) {
    throw new YoiError("YOI_USAGE", "an agent's id is 1 to 128 of A-Z a-z 0-9 _ . @ : -", {});
  }
  return {
    ...(typeof tool === "string" && { tool }),
    ...(typeof agent === "string" && { agent }),
  };
}
