import { limits } from "../calls/limits.ts";
import type { ToolOutput } from "../calls/powers.ts";
import { YoiError } from "../errors/yoi-error.ts";

/**
 * Holds a tool's output to its bounds: content beyond the limit is cut and says how much is missing.
 * @throws {YoiError} YOI_PLUGIN_FAILED `bad-output` for an empty, over-long or multi-line summary
 */
export function boundOutput(output: ToolOutput): ToolOutput {
  const { summary, content, isError } = output;
  if (summary.trim() === "" || Buffer.byteLength(summary) > limits.toolSummaryBytesMax) {
    const message = `the tool's summary is empty or longer than ${limits.toolSummaryBytesMax} bytes`;
    throw new YoiError("YOI_PLUGIN_FAILED", message, { why: "bad-output" });
  }
  return {
    summary,
    isError,
    ...(content !== undefined && { content: cutContent(content, limits.toolContentBytesMax) }),
  };
}

/** Text of at most `bytesMax` bytes, the marker that says what was dropped included; never half a character. */
export function cutContent(content: string, bytesMax: number): string {
  const bytes = Buffer.from(content);
  if (bytes.length <= bytesMax) return content;
  const room = bytesMax - markerOf(bytes.length).length;
  let end = Math.max(0, room);
  // A byte 10xxxxxx continues a character: step back to where one begins.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end).toString() + markerOf(bytes.length - end);
}

function markerOf(droppedBytes: number): string {
  return `\n[truncated: ${droppedBytes} bytes dropped, refine your query]`;
}
