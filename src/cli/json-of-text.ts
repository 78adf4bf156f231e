import type { Json } from "../calls/json.ts";
import { escapeText } from "../errors/escape-text.ts";
import { YoiError } from "../errors/yoi-error.ts";
import { parseJson } from "../plugins/parse-json.ts";

/**
 * JSON that a person typed or keeps in a file; `what` is how the error calls it.
 * @throws {YoiError} YOI_USAGE with the place in it
 */
export function jsonOfText(text: string, what: string, bytesMax: number): Json {
  const parsed = parseJson(text, { bytesMax });
  if ("value" in parsed) return parsed.value;
  const { message, path, offset } = parsed.refused;
  const where = path === "$" ? what : `${what} at \`${escapeText(path, 80)}\``;
  throw new YoiError("YOI_USAGE", `${where} ${message}, at character ${offset + 1}`, {});
}
