import { createInterface } from "node:readline/promises";
import type { PluginRef } from "../../calls/identifiers.ts";
import { isBroad } from "../../calls/url-pattern.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import { qualifyPlugin } from "../../explain/parse-call-words.ts";
import { inspectWorkspace } from "../../host/inspect-workspace.ts";
import { judgePlugin } from "../../host/judge-plugin.ts";
import type { PluginPackage } from "../../packages/plugin-package.ts";
import { wrap } from "../../terminal/layout.ts";
import { enablePlugin, readForEnabling } from "../../workspace/enable-plugin.ts";
import type { PluginState } from "../../workspace/plugin-state.ts";
import { type Survey, surveyWorkspace } from "../../workspace/survey-workspace.ts";
import { type Command, type CommandContext, exit } from "../command.ts";
import { renderRequest } from "../render-request-of-plugin.ts";

/** `yoi plugin enable`: shows what a package asks for, asks whether that is meant, and pins it. */
export const pluginEnable: Command = {
  usage: "PLUGIN [--yes] [--agent NAME]… [--mount NAME=WORKSPACE-MOUNT]…",
  summary: "show what a package asks for, and pin exactly this version and content",
  options: {
    yes: { type: "boolean" },
    agent: { type: "string", multiple: true },
    mount: { type: "string", multiple: true },
  },
  arity: [1, 1],
  async run(context) {
    const places = context.places();
    const survey = await surveyWorkspace(places);
    if (survey.configFindings.length > 0)
      throw new YoiError("YOI_CONFIG_INVALID", "the configuration is not valid", { findings: survey.configFindings });
    const ref = qualifyPlugin(context.positionals[0] ?? "", [...survey.plugins.keys()]);
    const state = survey.plugins.get(ref);
    if (state === undefined) throw new YoiError("YOI_USAGE", `no plugin \`${ref}\` here`, {});
    if (state.entry !== undefined && "findings" in state.entry) {
      const { findings } = state.entry;
      throw new YoiError("YOI_CONFIG_INVALID", `the entry of \`${ref}\` is not valid: mend it first`, { findings });
    }
    const found = await readForEnabling(state);
    const mounts = chosenMounts(
      context,
      survey,
      found.manifest.capabilities.fs.map(({ mount }) => mount),
    );
    const agents = listOption(context, "agent") ?? ["cli"];
    for (const line of renderRequest(found, context.paint)) context.say(line);
    context.say("");
    const meant = await isMeant(context);
    if (meant !== true) {
      context.warn(
        meant === false ? "Nothing was changed." : "Nothing was changed. To pin it without being asked: --yes",
      );
      context.result({ plugin: ref, enabled: state.enablement !== undefined });
      return exit.broken;
    }
    await enablePlugin(places, state, found, { agents, mounts });
    context.say(`${context.paint.good("✓")} enabled ${ref}, pinned to ${found.manifest.version} and this digest`);
    for (const hint of leftToSettle(found, state, mounts)) context.say(wrap(`! ${hint}`, "  ").join("\n").trimStart());
    for (const hint of await leftToPermit(context, ref)) context.say(wrap(`! ${hint}`, "  ").join("\n").trimStart());
    context.say(`Next: yoi plugin show ${ref}`);
    const pins = { version: found.manifest.version, digest: found.digest };
    context.result({ plugin: ref, enabled: true, pins, agents, mounts });
    return exit.done;
  },
};

/** What the package asks for and the entry does not give: an operator gives it on purpose, or not at all. */
function leftToSettle(
  { manifest }: PluginPackage,
  { ref, enablement }: PluginState,
  mounts: { readonly [name: string]: string },
): readonly string[] {
  const hints: string[] = [];
  for (const { mount } of manifest.capabilities.fs) {
    if (mounts[mount] !== undefined || enablement?.mounts?.[mount] !== undefined) continue;
    const how = `add \`[mounts.NAME]\` to .yoi/yoi.toml and enable with --mount ${mount}=NAME`;
    hints.push(`nothing is bound to its mount \`${mount}\`: ${how}`);
  }
  const kept = manifest.capabilities.secret.filter(({ name }) => enablement?.secrets?.includes(name) !== true);
  if (kept.length > 0) {
    const list = kept.map(({ name }) => JSON.stringify(name)).join(", ");
    hints.push(`it gets no secret by being enabled: define it in your own yoi.toml, and add \`secrets = [${list}]\``);
  }
  if (manifest.capabilities.https.some(({ pattern }) => isBroad(pattern)))
    hints.push(`what is broad in what it asks for takes a policy that permits it to \`${ref}\`: no grant does`);
  return hints;
}

function listOption(context: CommandContext, name: string): readonly string[] | undefined {
  const value = context.options[name];
  return Array.isArray(value) ? value.map(String) : undefined;
}

/** Mounts as named, and where the workspace has a mount of the very name, that one. */
function chosenMounts(context: CommandContext, survey: Survey, declared: readonly string[]): Record<string, string> {
  const mounts: Record<string, string> = {};
  for (const name of declared) if (survey.config.mounts.has(name)) mounts[name] = name;
  for (const pair of listOption(context, "mount") ?? []) {
    const [name = "", target = ""] = pair.split("=");
    if (!declared.includes(name))
      throw new YoiError(
        "YOI_USAGE",
        `the plugin declares no mount \`${name}\`; it has: ${declared.join(", ") || "none"}`,
        {},
      );
    if (!survey.config.mounts.has(target)) {
      throw new YoiError(
        "YOI_USAGE",
        `the workspace has no mount \`${target}\`; add \`[mounts.${target || "NAME"}]\` with its path to .yoi/yoi.toml`,
        {},
      );
    }
    mounts[name] = target;
  }
  return mounts;
}

/** What it asks for and no policy permits as things are now, in one line. */
async function leftToPermit(context: CommandContext, ref: PluginRef): Promise<readonly string[]> {
  await using inspection = await inspectWorkspace(context.places(), context.nowMs);
  const state = inspection.survey.plugins.get(ref);
  const rows = state === undefined ? [] : await judgePlugin(inspection, state, context.nowMs());
  const unpermitted = rows.filter(({ cause }) => cause === "no-permit").map(({ what }) => escapeText(what, 80));
  if (unpermitted.length === 0) return [];
  const more = unpermitted.length - asksShown;
  const list = `${unpermitted.slice(0, asksShown).join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
  return [`no policy permits yet: ${list}`];
}

const asksShown = 3;

/** Yes or no; `undefined` where nobody could be asked. */
async function isMeant(context: CommandContext): Promise<boolean | undefined> {
  if (context.options["yes"] === true) return true;
  if (!context.isTerminal || !process.stdin.isTTY) return undefined;
  const asking = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test(await asking.question("Enable it? [y/N] "));
  } finally {
    asking.close();
  }
}
