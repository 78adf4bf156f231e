import { resolve } from "node:path";
import { type Places, placesOf } from "../../config/places.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import { table } from "../../terminal/layout.ts";
import { writeEditorFiles } from "../../workbench/editor/editor-files.ts";
import { initWorkspace, workspaceFiles } from "../../workspace/init-workspace.ts";
import { type Command, type CommandContext, exit } from "../command.ts";

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
    const files = [...workspaceFiles, ...(await filesForEditors(context, places))];
    const rows = files.map(({ path, purpose }) => [path, purpose]);
    context.say(["Created .yoi/", ...table([...rows, ["plugins/", "put packages here"]], "  ")].join("\n"));
    context.say("This workspace is trusted: you made it. Next: yoi plugin list");
    context.result({
      workspace: places.workspace,
      created: files.map(({ path }) => `.yoi/${path}`),
      trusted: true,
    });
    return exit.done;
  },
};

// What helps an editor is no part of a workspace: without it, there is one all the same.
async function filesForEditors(context: CommandContext, places: Places): ReturnType<typeof writeEditorFiles> {
  try {
    return await writeEditorFiles(places);
  } catch (error) {
    if (!YoiError.is(error, "YOI_WORKSPACE_INVALID")) throw error;
    context.warn(`! ${error.message}: editors do without it, until \`yoi policy schema --write\``);
    return [];
  }
}
