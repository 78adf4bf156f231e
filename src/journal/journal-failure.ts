import { YoiError } from "../errors/yoi-error.ts";

// SQLite's primary result codes; the upper bits of `errcode` only refine them.
const busy = 5;
const locked = 6;
const notADatabase = 26;
const reasons: { readonly [code: number]: string } = {
  [busy]: "another process holds it",
  [locked]: "another connection holds it",
  8: "it is read-only",
  10: "the disk refused",
  11: "the file is damaged",
  13: "the disk is full",
  14: "the file cannot be opened",
  [notADatabase]: "the file is not a database",
};

/** Whether another process holds what was asked for, so that it is worth asking again. */
export function isBusy(error: unknown): boolean {
  const code = primaryCode(error);
  return code === busy || code === locked;
}

/** What a failed write is to the caller. A YoiError stays itself; the system's words are kept as its cause only. */
export function unwritable(path: string, error: unknown): YoiError {
  if (error instanceof YoiError) return error;
  const reason = reasons[primaryCode(error) ?? -1] ?? "the system refused";
  return new YoiError("YOI_JOURNAL_UNWRITABLE", `the journal cannot be written: ${reason}`, { path }, { cause: error });
}

/** What a failed read is to the caller. */
export function unreadable(path: string, error: unknown): YoiError {
  if (error instanceof YoiError) return error;
  const reason = reasons[primaryCode(error) ?? -1] ?? "the system refused";
  return new YoiError("YOI_JOURNAL_UNREADABLE", `the journal cannot be read: ${reason}`, { path }, { cause: error });
}

/** Whether the file is none of SQLite's. */
export function isNoDatabase(error: unknown): boolean {
  return primaryCode(error) === notADatabase;
}

function primaryCode(error: unknown): number | undefined {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number"
    ? error.errcode & 0xff
    : undefined;
}
