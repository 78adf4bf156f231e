import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { type BuildStep, buildPlugin } from "../../authoring/build-plugin.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import { manifestName } from "../../plugins/read-plugin-manifest.ts";
import { pad } from "../../terminal/layout.ts";
import { type Command, exit } from "../command.ts";

/** `yoi plugin build`: types, component, manifest, package; each step as it is done. */
export const pluginBuild: Command = {
  usage: "[FOLDER]",
  summary: "make a component and a package of a plugin's folder",
  arity: [0, 1],
  async run(context) {
    const [named = "."] = context.positionals;
    const folder = resolve(context.folder, named);
    if (!existsSync(join(folder, manifestName))) {
      const message = `\`${escapeText(named, 160)}\` is no plugin's folder: it has no \`${manifestName}\``;
      throw new YoiError("YOI_WORKSPACE_INVALID", message, { path: folder });
    }
    const steps: BuildStep[] = [];
    const built = await buildPlugin({
      folder,
      onStep: (step) => {
        steps.push(step);
        const size = step.bytes === undefined ? "" : `   ${sizeOf(step.bytes)}`;
        context.say(
          `${context.paint.good("✓")} ${pad(step.name, 10)}  ${pad(step.file + size, 52)}  ${(step.ms / 1_000).toFixed(1)} s`,
        );
      },
    });
    context.say(`  ${built.digest}`);
    context.result({ package: built.packagePath, component: built.componentPath, digest: built.digest, steps });
    return exit.done;
  },
};

function sizeOf(bytes: number): string {
  return bytes < 1_048_576 ? `${Math.ceil(bytes / 1_024)} KB` : `${(bytes / 1_048_576).toFixed(1)} MB`;
}
