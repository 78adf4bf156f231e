import { resolve } from "node:path";
import { placesOf } from "../../config/places.ts";
import { table } from "../../terminal/layout.ts";
import { initWorkspace, workspaceFiles } from "../../workspace/init-workspace.ts";
import { type Command, exit } from "../command.ts";

/** `yoi init`: makes the present folder, or the one that `--workspace` names, a workspace. */
export const init: Command = {
  usage: "",
  summary: "make this folder a workspace that you trust",
  arity: [0, 0],
  async run(context) {
    const named = context.options["workspace"];
    const folder = resolve(context.folder, typeof named === "string" ? named : ".");
    const places = placesOf(folder, context.environment);
    await initWorkspace(places, new Date(context.nowMs()));
    const rows = workspaceFiles.map(({ path, purpose }) => [path, purpose]);
    context.say(["Created .yoi/", ...table([...rows, ["plugins/", "put packages here"]], "  ")].join("\n"));
    context.say("This workspace is trusted: you made it. Next: yoi plugin list");
    context.result({
      workspace: places.workspace,
      created: workspaceFiles.map(({ path }) => `.yoi/${path}`),
      trusted: true,
    });
    return exit.done;
  },
};
