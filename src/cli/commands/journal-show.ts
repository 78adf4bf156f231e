import { escapeText } from "../../errors/escape-text.ts";
import { readJournal } from "../../journal/read-journal.ts";
import { labelled, showJson } from "../../terminal/layout.ts";
import { type Command, exit } from "../command.ts";
import { findRecord } from "../find-record.ts";
import { renderEntry } from "../render-entry.ts";

/** `yoi journal show ID`: everything on record about one call or decision, and about the calls it made. */
export const journalShow: Command = {
  usage: "ID",
  summary: "one call or decision, whole, by its id or the last six or more characters of it",
  arity: [1, 1],
  async run(context) {
    const reader = readJournal(context.places().journal);
    const { entries } = findRecord(reader, context.positionals[0] ?? "");
    const call = entries.map(({ entry }) => entry).find((entry) => "call" in entry)?.call;
    const children = call === undefined ? [] : reader.descendants(call);
    for (const { seq, hash, entry } of entries) {
      context.say(context.paint.bold(`entry ${seq}  ${hash}`));
      const rows = Object.entries(entry).map(
        ([name, value]) => [name, escapeText(typeof value === "string" ? value : showJson(value), 2_000)] as const,
      );
      context.say(labelled(rows, "  ").join("\n"));
    }
    if (children.length > 0) context.say("It made these calls:");
    for (const child of children) context.say(renderEntry(child, context.paint));
    context.result({ entries, children });
    return exit.done;
  },
};
