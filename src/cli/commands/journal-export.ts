import { exportJournal } from "../../journal/export-journal.ts";
import { readJournal } from "../../journal/read-journal.ts";
import { type Command, exit } from "../command.ts";

/** `yoi journal export`: the whole chain as JSON lines on stdout. */
export const journalExport: Command = {
  usage: "",
  summary: "the whole journal as JSON lines, in the spelling that was hashed",
  arity: [0, 0],
  async run(context) {
    for (const line of exportJournal(readJournal(context.places().journal))) context.write(line);
    return exit.done;
  },
};
