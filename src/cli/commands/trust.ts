import { readTrust, recordTrust } from "../../config/trust.ts";
import { escapeText } from "../../errors/escape-text.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import { table } from "../../terminal/layout.ts";
import { type Command, exit } from "../command.ts";

/** `yoi trust`: lets what lies in the workspace decide what its plugins may do. */
export const trust: Command = {
  usage: "[--exact | --any]",
  summary:
    "let this workspace's policies and yoi.toml decide; --exact: only as they are now, and so each time until --any",
  options: { exact: { type: "boolean" }, any: { type: "boolean" } },
  arity: [0, 0],
  async run(context) {
    const places = context.places();
    const before = await readTrust(places);
    const { exact: asked = false, any = false } = context.options;
    if (asked === true && any === true) throw new YoiError("YOI_USAGE", "`--exact` and `--any` exclude each other", {});
    // What was once asked for with care is not given up by a command that does not speak of it.
    const exact = asked === true || (before.exact && any !== true);
    if (!before.trusted && before.changes.length > 0) {
      context.say("Changed since it was last trusted:");
      context.say(
        table(
          before.changes.map(({ change, file }) => [change, escapeText(file)]),
          "  ",
        ).join("\n"),
      );
    }
    await recordTrust(places, { exact, at: new Date(context.nowMs()) });
    context.say(
      exact
        ? `Trusted as it is now: a change of yoi.toml or a policy asks again.${asked === true ? "" : " `--any` ends that."}`
        : "Trusted: its policies, grants and enablements count from now on.",
    );
    const changes = before.trusted ? [] : before.changes;
    context.result({ workspace: places.workspace, exact, changes });
    return exit.done;
  },
};
