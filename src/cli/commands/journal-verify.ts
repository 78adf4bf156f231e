import { YoiError } from "../../errors/yoi-error.ts";
import { readJournal } from "../../journal/read-journal.ts";
import { verifyJournal } from "../../journal/verify-journal.ts";
import { type Command, exit } from "../command.ts";

/** `yoi journal verify`: recomputes the chain; 1 when something does not hold. */
export const journalVerify: Command = {
  usage: "[--head HASH]",
  summary: "hold the journal against its own hashes, and against a head that was kept outside",
  options: { head: { type: "string" } },
  arity: [0, 0],
  async run(context) {
    const head = context.options["head"];
    if (typeof head === "string" && !/^[0-9a-f]{64}$/.test(head))
      throw new YoiError("YOI_USAGE", "--head takes a hash as `journal verify` prints it: 64 hexadecimal digits", {});
    const found = verifyJournal(readJournal(context.places().journal), typeof head === "string" ? { head } : {});
    const { paint } = context;
    for (const { seq, message } of found.problems)
      context.say(`${paint.bad("✗")} ${seq === undefined ? "" : `entry ${seq}: `}${message}`);
    for (const { at, action, decision } of found.unfinished) {
      context.say(
        `${paint.warn("!")} allowed and without an end: ${action} of ${at.slice(0, 19)}\n  decision ${decision}`,
      );
    }
    const verdict =
      found.problems.length === 0
        ? `${paint.good("✓")} ${found.entries} entries, each in its place`
        : `${found.problems.length} ${found.problems.length === 1 ? "problem" : "problems"} in ${found.entries} entries`;
    context.say(verdict);
    context.say(`  head ${found.head ?? "none: the journal is empty"}`);
    if (head === undefined)
      context.say(paint.dim("  Keep the head outside, and hand it in with --head: else no cut tail is seen."));
    context.result({ ...found, holds: found.problems.length === 0 });
    return found.problems.length === 0 ? exit.done : exit.broken;
  },
};
