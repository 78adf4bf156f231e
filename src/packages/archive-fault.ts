import type { ErrorDetails } from "../errors/error-details.ts";
import { escapeText } from "../errors/escape-text.ts";
import { YoiError } from "../errors/yoi-error.ts";

export type ArchiveFaultKind = ErrorDetails["YOI_ARCHIVE_INVALID"]["kind"];

/** Refuses an archive, naming the entry concerned. @throws {YoiError} YOI_ARCHIVE_INVALID */
export function refuseArchive(kind: ArchiveFaultKind, message: string, path?: string): never {
  if (path === undefined) throw new YoiError("YOI_ARCHIVE_INVALID", message, { kind });
  const entry = escapeText(path, 120);
  throw new YoiError("YOI_ARCHIVE_INVALID", `\`${entry}\` ${message}`, { kind, entry });
}
