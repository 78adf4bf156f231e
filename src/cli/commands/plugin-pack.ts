import { join, resolve } from "node:path";
import { limits } from "../../calls/limits.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { packageFileName, packPackage } from "../../packages/pack-package.ts";
import { writeWholeFile } from "../../packages/write-whole-file.ts";
import { type Command, exit } from "../command.ts";

/** `yoi plugin pack`: a deterministic package of `plugin.toml`, the component and what `files` names. */
export const pluginPack: Command = {
  usage: "FOLDER [--output FILE]",
  summary: "make a package of a folder that has its component, the same bytes each time",
  options: { output: { type: "string" } },
  arity: [1, 1],
  async run(context) {
    const folder = resolve(context.folder, context.positionals[0] ?? "");
    const packed = await packPackage(folder);
    const named = context.options["output"];
    const path = resolve(
      context.folder,
      typeof named === "string" ? named : join(folder, packageFileName(packed.manifest)),
    );
    await writeWholeFile(path, packed.bytes);
    context.say(`${context.paint.good("✓")} ${escapeText(path, limits.pathBytesMax)}\n  ${packed.digest}`);
    context.result({ package: path, digest: packed.digest, entries: packed.entries });
    return exit.done;
  },
};
