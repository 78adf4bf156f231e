import { escapeText } from "../../errors/escape-text.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import { qualifyPlugin } from "../../explain/parse-call-words.ts";
import { inspectWorkspace } from "../../host/inspect-workspace.ts";
import { type Coverage, type CoverageRow, judgePlugin } from "../../host/judge-plugin.ts";
import { labelled, pad, spread } from "../../terminal/layout.ts";
import type { Paint } from "../../terminal/paint.ts";
import { renderFinding } from "../../terminal/render-finding.ts";
import type { PluginState } from "../../workspace/plugin-state.ts";
import { type Command, exit } from "../command.ts";
import { renderRequest } from "../render-request-of-plugin.ts";
import { renderWaiting } from "../render-waiting.ts";
import { toStateJson } from "../to-state-json.ts";

/** `yoi plugin show`: what a plugin asks for and what it would get, by which policy; nothing of it runs. */
export const pluginShow: Command = {
  usage: "PLUGIN",
  summary: "one plugin: what it asks for, what it would get, and by which policy",
  arity: [1, 1],
  async run(context) {
    await using inspection = await inspectWorkspace(context.places(), context.nowMs);
    const { survey } = inspection;
    const ref = qualifyPlugin(context.positionals[0] ?? "", [...survey.plugins.keys()]);
    const state = survey.plugins.get(ref);
    if (state === undefined)
      throw new YoiError("YOI_USAGE", `no plugin \`${ref}\` here; \`yoi plugin list\` shows what is installed`, {});
    const { paint } = context;
    context.say(`${paint.bold(ref)}  ${state.status}`);
    if (state.package !== undefined) for (const line of renderRequest(state.package, paint)) context.say(line);
    const rows = await judgePlugin(inspection, state, context.nowMs());
    if (rows.length > 0) context.say(`\n${paint.bold("By the policies in force")}`);
    for (const row of rows) context.say(renderRow(row, paint));
    context.say(`\n${paint.bold("Pins")}\n${labelled(pinRows(state), "  ").join("\n")}`);
    if (inspection.problem !== undefined)
      context.say(
        `! ${inspection.problem.message}: everything is denied until it is mended.\n  \`yoi policy check\` says why`,
      );
    for (const line of renderWaiting(state, paint)) context.say(line);
    for (const one of state.diagnostics) context.say(renderFinding(one, paint).join("\n"));
    context.result({ plugin: toStateJson(state), coverage: rows });
    return exit.done;
  },
};

const words: { readonly [C in Coverage]: string } = {
  allowed: "allowed",
  denied: "denied",
  conditional: "on conditions",
  partial: "in part",
};

function renderRow(row: CoverageRow, paint: Paint): string {
  const tone = row.coverage === "allowed" ? paint.good : row.coverage === "denied" ? paint.bad : paint.warn;
  const undeclared = row.declared ? "" : "   bound, but never declared";
  const what = `${escapeText(row.what)}${row.cause === undefined ? "" : `   (${row.cause})`}${undeclared}`;
  const by = row.by.map(({ effect, name, place: { file, line, column } }) =>
    paint.dim(spread(`                 by ${effect} ${escapeText(name, 60)}`, `${file}:${line}:${column}`)),
  );
  return [...labelled([[tone(pad(words[row.coverage], 13)), what]], "  "), ...by].join("\n");
}

function pinRows({ enablement, package: used, from, pinned }: PluginState): readonly (readonly [string, string])[] {
  if (enablement === undefined) return [["none", "it is not enabled"]];
  return [
    ["version", escapeText(enablement.version ?? "not pinned", 128)],
    ["digest", enablement.digest ?? "not pinned"],
    ["holds", pinned ? `yes, from the ${from ?? "store"}` : "no: every call is denied"],
    ["agents", enablement.agents?.join(", ") ?? "policies alone decide"],
    ...(used === undefined ? [] : [["effects", enablement.effects?.join(", ") ?? "none granted"] as const]),
  ];
}
