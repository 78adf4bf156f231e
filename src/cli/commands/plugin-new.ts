import { basename, resolve } from "node:path";
import { newPlugin } from "../../authoring/new-plugin.ts";
import { limits } from "../../calls/limits.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { packageRoot } from "../../package-root.ts";
import { table } from "../../terminal/layout.ts";
import { type Command, exit } from "../command.ts";

/** `yoi plugin new`: a TypeScript plugin that builds, checks, packs and runs as it is. */
export const pluginNew: Command = {
  usage: "FOLDER",
  summary: "begin a plugin in TypeScript, with a policy and a test",
  arity: [1, 1],
  async run(context) {
    const named = context.positionals[0] ?? "";
    const folder = resolve(context.folder, named);
    await newPlugin({ folder, name: basename(folder), yoiRoot: packageRoot });
    const rows = [
      ["plugin.toml", "what it is called, what it offers, what it asks for"],
      ["src/plugin.ts", "one tool, typed from its schema"],
      ["policies/", "a policy that would let it work, for an operator to read"],
      ["test/", "a test that runs it behind a real broker"],
    ];
    const shown = escapeText(named, limits.pathBytesMax);
    context.say([`Created ${shown}/`, ...table(rows, "  "), `Next: cd ${shown} && npx yoi plugin build`].join("\n"));
    context.result({ folder });
    return exit.done;
  },
};
