import { newId } from "../../calls/identifiers.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { inspectWorkspace } from "../../host/inspect-workspace.ts";
import { labelled } from "../../terminal/layout.ts";
import { toDefinition } from "../../tools/tool-registry.ts";
import { offersOf } from "../../workspace/tool-offers.ts";
import { type Command, exit } from "../command.ts";

/** `yoi tool list`: what an agent would be told of, decided now; nothing is registered or written. */
export const toolList: Command = {
  usage: "",
  summary: "the tools that policy lets be registered now",
  arity: [0, 0],
  async run(context) {
    await using inspection = await inspectWorkspace(context.places(), context.nowMs);
    const { survey, judge, problem } = inspection;
    const enabled = [...survey.plugins.values()].filter((state) => state.enablement !== undefined);
    const taken = new Set<string>();
    const tools = [];
    for (const offer of enabled.flatMap(offersOf)) {
      const id = newId(context.nowMs());
      const { decision } = await judge({
        id,
        root: id,
        action: "tool.register",
        principal: { kind: "plugin", id: offer.plugin },
        via: { command: false, depth: 0 },
        ask: { plugin: offer.plugin, tool: offer.tool },
      });
      const answer = decision.kind === "deny" ? decision.cause : taken.has(offer.name) ? "name-taken" : "registered";
      if (answer === "registered") taken.add(offer.name);
      tools.push({ offer, answer });
    }
    const { paint } = context;
    const rows = tools.map(({ offer, answer }) => {
      const isRegistered = answer === "registered";
      const label = `${isRegistered ? paint.good("✓") : paint.bad("✗")}  ${offer.name}`;
      return [label, isRegistered ? escapeText(offer.description, 160) : `not registered: ${answer}`] as const;
    });
    if (problem !== undefined) context.say(`! ${problem.message}; \`yoi policy check\` says why`);
    const isRefused = survey.configFindings.length > 0;
    const none = isRefused ? "No tools." : "No tools: no plugin is enabled. `yoi plugin list` shows what is installed.";
    context.say(rows.length === 0 ? none : labelled(rows).join("\n"));
    context.result({
      tools: tools.map(({ offer, answer }) => ({
        ...toDefinition(offer),
        id: offer.id,
        effects: offer.effects,
        origin: offer.origin,
        answer,
      })),
    });
    return isRefused ? exit.broken : exit.done;
  },
};
