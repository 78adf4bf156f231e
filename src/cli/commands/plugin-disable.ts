import { YoiError } from "../../errors/yoi-error.ts";
import { qualifyPlugin } from "../../explain/parse-call-words.ts";
import { disablePlugin } from "../../workspace/enable-plugin.ts";
import { surveyWorkspace } from "../../workspace/survey-workspace.ts";
import { type Command, exit } from "../command.ts";

/** `yoi plugin disable`: takes the entry out, grants included; a running host ends what it was doing. */
export const pluginDisable: Command = {
  usage: "PLUGIN",
  summary: "take a plugin's entry out of yoi.toml, its grants included",
  arity: [1, 1],
  async run(context) {
    const places = context.places();
    const survey = await surveyWorkspace(places);
    if (survey.configFindings.length > 0)
      throw new YoiError("YOI_CONFIG_INVALID", "the configuration is not valid", { findings: survey.configFindings });
    const ref = qualifyPlugin(context.positionals[0] ?? "", [...survey.plugins.keys()]);
    const state = survey.plugins.get(ref);
    const wasEnabled = state?.entry !== undefined;
    if (state !== undefined && wasEnabled) await disablePlugin(places, state);
    context.say(
      wasEnabled
        ? `${context.paint.good("✓")} disabled ${ref}; its package stays, and does nothing`
        : `${ref} was not enabled`,
    );
    context.result({ plugin: ref, wasEnabled });
    return exit.done;
  },
};
