import { table } from "../../terminal/layout.ts";
import { editorFileStates, writeEditorFiles } from "../../workbench/editor/editor-files.ts";
import { type Command, exit } from "../command.ts";

/** `yoi policy schema`: the files by which editors check policies and yoi.toml, and with `--write`, writes them anew. */
export const policySchema: Command = {
  usage: "[--write]",
  summary: "the files by which editors check policies and yoi.toml; --write makes them those of this version",
  options: { write: { type: "boolean" } },
  arity: [0, 0],
  async run(context) {
    const places = context.places();
    const written = context.options["write"] === true ? await writeEditorFiles(places) : [];
    const states = await editorFileStates(places);
    const isWritten = (path: string) => written.some((file) => file.path === path);
    const rows = states.map(({ file, state }) => [
      isWritten(file.path) ? "written" : state,
      `.yoi/${file.path}`,
      file.purpose,
    ]);
    context.say(table(rows).join("\n"));
    if (states.some(({ state }) => state !== "current")) context.say("Next: yoi policy schema --write");
    context.result({
      files: states.map(({ file, state }) => ({
        path: `.yoi/${file.path}`,
        purpose: file.purpose,
        state,
        written: isWritten(file.path),
      })),
    });
    return exit.done;
  },
};
