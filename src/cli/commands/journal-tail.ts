import { isPluginRef } from "../../calls/identifiers.ts";
import { actions, isAction } from "../../calls/powers.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { suggestName } from "../../errors/suggest-name.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import { type JournalFilter, readJournal } from "../../journal/read-journal.ts";
import { type Command, type CommandContext, exit } from "../command.ts";
import { knownPlugin } from "../known-plugin.ts";
import { renderEntry } from "../render-entry.ts";

/** `yoi journal tail`: the newest entries, the newest last. */
export const journalTail: Command = {
  usage: "[--limit N] [--plugin ID] [--action ACTION] [--denied]",
  summary: "the latest entries, the newest last",
  options: {
    limit: { type: "string" },
    plugin: { type: "string" },
    action: { type: "string" },
    denied: { type: "boolean" },
  },
  arity: [0, 0],
  async run(context) {
    const places = context.places();
    const { plugin: named } = context.options;
    // An id with its source needs no package: what is gone by now has its history all the same.
    const plugin = typeof named === "string" && !isPluginRef(named) ? await knownPlugin(places, named) : named;
    const entries = readJournal(places.journal).list({
      ...filterOf(context),
      ...(typeof plugin === "string" && { plugin }),
    });
    for (const entry of entries) context.say(renderEntry(entry, context.paint));
    if (entries.length === 0) context.say("Nothing on record yet.");
    context.result({ entries });
    return exit.done;
  },
};

function filterOf({ options }: CommandContext): JournalFilter {
  const limit = Number(options["limit"] ?? 20);
  if (!Number.isInteger(limit) || limit < 1 || limit > 10_000)
    throw new YoiError("YOI_USAGE", "--limit takes a number from 1 to 10000", {});
  const { action, denied } = options;
  if (typeof action === "string" && !isAction(action)) {
    const meant = suggestName(action, actions);
    const hint = meant === undefined ? `known: ${actions.join(", ")}` : `did you mean \`${meant}\`?`;
    throw new YoiError("YOI_USAGE", `no action \`${escapeText(action, 80)}\`; ${hint}`, {});
  }
  return {
    limit,
    ...(typeof action === "string" && isAction(action) && { action }),
    ...(denied === true && { answer: "deny" }),
  };
}
