import { escapeText } from "../errors/escape-text.ts";
import { suggestName } from "../errors/suggest-name.ts";
import { YoiError } from "../errors/yoi-error.ts";
import type { Survey } from "../workspace/survey-workspace.ts";
import { offersOf } from "../workspace/tool-offers.ts";

/** The error for a tool that no package here has, with the one that was probably meant. */
export function noSuchTool(name: string, survey: Survey): YoiError<"YOI_USAGE"> {
  const names = [...survey.plugins.values()].flatMap(offersOf).map((offer) => offer.name);
  const meant = suggestName(name, names);
  const hint = meant === undefined ? "`yoi tool list` shows the tools" : `did you mean \`${meant}\`?`;
  return new YoiError("YOI_USAGE", `no tool \`${escapeText(name, 80)}\` here; ${hint}`, {});
}
