import { limits } from "../calls/limits.ts";
import type { PluginFailure } from "../errors/error-details.ts";
import { escapeLines, escapeText } from "../errors/escape-text.ts";
import { YoiError } from "../errors/yoi-error.ts";

/** A plugin's failure; `guestText` is untrusted: its first line joins the message, the whole becomes the stack. */
export function pluginFailed(why: PluginFailure, message: string, guestText?: string): YoiError<"YOI_PLUGIN_FAILED"> {
  if (guestText === undefined) return new YoiError("YOI_PLUGIN_FAILED", message, { why });
  const [first = ""] = guestText.split("\n", 1);
  const stack = escapeLines(guestText, limits.guestStackTextBytesMax);
  return new YoiError("YOI_PLUGIN_FAILED", `${message}: \`${escapeText(first)}\``, { why, stack });
}
