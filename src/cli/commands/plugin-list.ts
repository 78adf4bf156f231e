import { isBroad } from "../../calls/url-pattern.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { pad, table, wrap } from "../../terminal/layout.ts";
import type { Paint } from "../../terminal/paint.ts";
import { renderFinding } from "../../terminal/render-finding.ts";
import type { PluginState, PluginStatus } from "../../workspace/plugin-state.ts";
import { surveyWorkspace } from "../../workspace/survey-workspace.ts";
import { type Command, exit } from "../command.ts";
import { renderWaiting } from "../render-waiting.ts";
import { toStateJson } from "../to-state-json.ts";

const diagnosticsShown = 3;

/** `yoi plugin list`: what is installed and how it stands; nothing of it runs. */
export const pluginList: Command = {
  usage: "",
  summary: "what is installed, and how it stands",
  arity: [0, 0],
  async run(context) {
    const survey = await surveyWorkspace(context.places());
    const { paint } = context;
    const { trust, configFindings } = survey;
    if (!trust.trusted) context.say(marked(`not trusted: ${trust.because}. Nothing runs until \`yoi trust\`.`, paint));
    const isRefused = configFindings.length > 0;
    if (isRefused) context.say(marked("the configuration is refused, so what it enables is not known:", paint));
    for (const finding of configFindings) context.say(renderFinding(finding, paint, "  ").join("\n"));
    const states = [...survey.plugins.values()];
    const rows = states.map((state) => [
      tone(paint)[state.status](pad(isRefused && state.status === "disabled" ? "?" : state.status, 8)),
      state.ref,
      versionOf(state),
      toolsOf(state),
    ]);
    const lines = table(rows);
    for (const [index, state] of states.entries()) {
      context.say(lines[index] ?? "");
      for (const one of state.diagnostics.slice(0, diagnosticsShown))
        context.say(renderFinding(one, paint, "          ").join("\n"));
      const more = state.diagnostics.length - diagnosticsShown;
      for (const line of renderWaiting(state, paint, "          ")) context.say(line);
      if (more > 0) context.say(`          … ${more} more: yoi plugin show ${state.ref}`);
    }
    if (!isRefused && states.some(({ status }) => status === "disabled"))
      context.say("To see what one asks for, and to enable it: yoi plugin enable ID");
    for (const one of survey.diagnostics) context.say(renderFinding(one, paint).join("\n"));
    if (states.length === 0 && survey.diagnostics.length === 0)
      context.say("No packages. Put one into .yoi/plugins, or begin one: yoi plugin new NAME");
    context.result({
      trusted: trust.trusted,
      plugins: states.map(toStateJson),
      diagnostics: survey.diagnostics,
      findings: configFindings,
    });
    return isRefused ? exit.broken : exit.done;
  },
};

function marked(text: string, paint: Paint): string {
  const [first = "", ...rest] = wrap(text, "  ");
  return [`${paint.warn("!")} ${first.trimStart()}`, ...rest].join("\n");
}

function tone(paint: Paint): { readonly [S in PluginStatus]: (text: string) => string } {
  return { active: paint.good, partial: paint.warn, disabled: paint.dim, missing: paint.bad, rejected: paint.bad };
}

function versionOf({ package: used }: PluginState): string {
  return used === undefined ? "-" : escapeText(used.manifest.version, 30);
}

function toolsOf({ package: used }: PluginState): string {
  if (used === undefined) return "";
  const { tools, capabilities } = used.manifest;
  const isWide = capabilities.https.some(({ pattern }) => isBroad(pattern));
  return `${tools.length} ${tools.length === 1 ? "tool" : "tools"}${isWide ? ", broad" : ""}`;
}
