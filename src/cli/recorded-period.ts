import { isPluginRef } from "../calls/identifiers.ts";
import { limits } from "../calls/limits.ts";
import { actions, isAction } from "../calls/powers.ts";
import { escapeText } from "../errors/escape-text.ts";
import { suggestName } from "../errors/suggest-name.ts";
import { YoiError } from "../errors/yoi-error.ts";
import type { DecisionFilter } from "../journal/read-journal.ts";
import type { CommandContext } from "./command.ts";
import { knownPlugin } from "./known-plugin.ts";

/** The options by which a command is told which recorded decisions to look at. */
export const periodOptions = {
  since: { type: "string" },
  last: { type: "string" },
  plugin: { type: "string" },
  action: { type: "string" },
} as const;

/** How the usage line shows them. */
export const periodUsage = "[--since TIME|DURATION] [--last N] [--plugin ID] [--action ACTION]";

/**
 * Which recorded decisions the options name: all that can be evaluated again, where they name none.
 * @throws {YoiError} YOI_USAGE
 */
export async function recordedPeriod(context: CommandContext): Promise<DecisionFilter> {
  const { since, plugin: named, action } = context.options;
  const last = Number(context.options["last"] ?? limits.evidenceRowsMax);
  if (!Number.isInteger(last) || last < 1 || last > limits.evidenceRowsMax) {
    throw new YoiError("YOI_USAGE", `--last takes a number from 1 to ${limits.evidenceRowsMax}`, {});
  }
  if (typeof action === "string" && !isAction(action)) {
    const meant = suggestName(action, actions);
    const hint = meant === undefined ? `known: ${actions.join(", ")}` : `did you mean \`${meant}\`?`;
    throw new YoiError("YOI_USAGE", `no action \`${escapeText(action, 80)}\`; ${hint}`, {});
  }
  // An id with its source needs no package: what is gone by now has its history all the same.
  const plugin = typeof named === "string" && !isPluginRef(named) ? await knownPlugin(context.places(), named) : named;
  return {
    last,
    ...(typeof since === "string" && { since: momentOf(since, context.nowMs()) }),
    ...(typeof plugin === "string" && { plugin }),
    ...(typeof action === "string" && isAction(action) && { action }),
  };
}

const unitsMs = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const moment = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/;

function momentOf(text: string, nowMs: number): string {
  const [, count, unit] = /^([1-9]\d{0,4})([mhdw])$/.exec(text) ?? [];
  const atMs =
    count === undefined
      ? Date.parse(moment.test(text) ? text : "")
      : nowMs - Number(count) * unitsMs[unit as keyof typeof unitsMs];
  if (Number.isNaN(atMs)) {
    const message = `--since takes a duration such as \`7d\`, \`12h\` or \`30m\`, or a time such as \`2026-11-20\` or \`2026-11-20T09:00Z\`, not \`${escapeText(text, 40)}\``;
    throw new YoiError("YOI_USAGE", message, {});
  }
  return new Date(atMs).toISOString();
}
