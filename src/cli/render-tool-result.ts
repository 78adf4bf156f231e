import { limits } from "../calls/limits.ts";
import { escapeLines, escapeText } from "../errors/escape-text.ts";
import { wrap } from "../terminal/layout.ts";
import type { Paint } from "../terminal/paint.ts";
import type { ToolResult } from "../tools/tool-desk.ts";

/** A result for a person: its content, or its one line; what a guest wrote is escaped. */
export function renderToolResult(result: ToolResult, paint: Paint): string {
  // The line break at a text's end is the one that ends its last line.
  const whole = result.content?.replace(/\n$/, "");
  const content = whole === undefined ? undefined : escapeLines(whole, limits.toolContentBytesMax);
  if (!result.isError) return content ?? escapeText(result.summary, 1_000);
  const [first = "", ...rest] = wrap(escapeText(result.summary, 1_000), "        ");
  const lines = [`${paint.bad("failed:")} ${first.trimStart()}`, ...rest];
  if (content !== undefined && content !== "") lines.push(`  ${content.replaceAll("\n", "\n  ")}`);
  if (result.decision !== undefined) lines.push(paint.dim(`  logs    yoi plugin logs --call ${result.callId}`));
  return lines.join("\n");
}
