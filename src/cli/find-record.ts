import { escapeText } from "../errors/escape-text.ts";
import { YoiError } from "../errors/yoi-error.ts";
import type { Found, JournalReader } from "../journal/read-journal.ts";

/**
 * The entries of the one call or decision whose id ends as given.
 * @throws {YoiError} YOI_USAGE when there is none, or more than one
 */
export function findRecord(reader: JournalReader, suffix: string): Extract<Found, { kind: "found" }> {
  const found = reader.find(suffix);
  switch (found.kind) {
    case "found":
      return found;
    case "missing":
      throw new YoiError(
        "YOI_USAGE",
        `nothing on record ends in \`${escapeText(suffix, 40)}\`; \`yoi journal tail\` lists the latest`,
        {},
      );
    case "ambiguous":
      throw new YoiError(
        "YOI_USAGE",
        `several ids end in \`${escapeText(suffix, 40)}\`: ${found.candidates.join(", ")}`,
        {},
      );
  }
}
