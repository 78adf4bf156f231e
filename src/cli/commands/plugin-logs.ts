import { limits } from "../../calls/limits.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import { readJournal } from "../../journal/read-journal.ts";
import { pad, widthDefault, wrap } from "../../terminal/layout.ts";
import { type Command, exit } from "../command.ts";
import { findRecord } from "../find-record.ts";
import { knownPlugin } from "../known-plugin.ts";

/** `yoi plugin logs`: what guests wrote, the newest last; a panic's message and stack are in here too. */
export const pluginLogs: Command = {
  usage: "[PLUGIN] [--call ID] [--limit N]",
  summary: "what plugins wrote to their log, panics with their stack included",
  options: { call: { type: "string" }, limit: { type: "string" } },
  arity: [0, 1],
  async run(context) {
    const places = context.places();
    const reader = readJournal(places.journal);
    const limit = Number(context.options["limit"] ?? 50);
    if (!Number.isInteger(limit) || limit < 1 || limit > 10_000)
      throw new YoiError("YOI_USAGE", "--limit takes a number from 1 to 10000", {});
    const [named] = context.positionals;
    const plugin = named === undefined ? undefined : await knownPlugin(places, named);
    const id = context.options["call"];
    const entry =
      typeof id === "string"
        ? findRecord(reader, id)
            .entries.map((one) => one.entry)
            .find((one) => "call" in one)
        : undefined;
    const lines = reader.guestLog({
      limit,
      ...(plugin !== undefined && { plugin }),
      ...(entry !== undefined && { call: entry.call }),
    });
    for (const { at, plugin: by, level, text } of lines) {
      const tone = level === "error" ? context.paint.bad : level === "warn" ? context.paint.warn : context.paint.dim;
      for (const line of text.split("\n")) {
        const whose = plugin === undefined ? `${escapeText(by)}  ` : "";
        const [first = "", ...rest] = wrap(whose + escapeText(line, limits.logLineBytesMax), "    ", widthDefault - 17);
        context.say(
          [`${context.paint.dim(at.slice(11, 23))}  ${tone(pad(level, 5))}  ${first.slice(4)}`, ...rest].join("\n"),
        );
      }
    }
    if (lines.length === 0) context.say("No lines.");
    context.result({ lines });
    return exit.done;
  },
};
