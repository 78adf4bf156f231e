import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { escapeText } from "../../errors/escape-text.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import { checkPackage } from "../../packages/check-package.ts";
import { renderFinding } from "../../terminal/render-finding.ts";
import { type Command, exit } from "../command.ts";
import { renderRequest } from "../render-request-of-plugin.ts";

/** `yoi plugin check`: judges a package, or a plugin's folder, by itself; grants and policies do not matter. */
export const pluginCheck: Command = {
  usage: "FILE.yoi-plugin | FOLDER",
  summary: "judge a package or a plugin's folder by itself; nothing is installed or run",
  arity: [1, 1],
  async run(context) {
    const [named = ""] = context.positionals;
    const path = resolve(context.folder, named);
    if (!existsSync(path)) throw new YoiError("YOI_USAGE", `there is no \`${escapeText(named, 160)}\` here`, {});
    const found = await checkPackage(path);
    if ("package" in found) {
      for (const line of renderRequest(found.package, context.paint)) context.say(line);
      context.say(`\n${context.paint.good("✓")} a sound package; nothing was installed`);
      const { manifest, digest, interfaces } = found.package;
      context.result({ sound: true, manifest, digest, interfaces, diagnostics: [] });
      return exit.done;
    }
    for (const one of found.diagnostics) context.say(renderFinding(one, context.paint).join("\n"));
    context.say(
      `${found.diagnostics.length} ${found.diagnostics.length === 1 ? "problem" : "problems"}; nothing was installed`,
    );
    context.result({ sound: false, diagnostics: found.diagnostics });
    return exit.broken;
  },
};
