import { escapeText } from "../errors/escape-text.ts";
import type { ChainedEntry, DecidedEntry, JournalEntry } from "../journal/journal-entry.ts";
import { pad } from "../terminal/layout.ts";
import type { Paint } from "../terminal/paint.ts";

/** One entry on one line, with the id that `explain` and `journal show` take. */
export function renderEntry({ entry }: ChainedEntry, paint: Paint): string {
  return `${paint.dim(entry.at.slice(0, 19).replace("T", " "))}  ${lineOf(entry, paint)}`;
}

function lineOf(entry: JournalEntry, paint: Paint): string {
  switch (entry.stage) {
    case "decided":
    case "rehearsed":
      return `${answerOf(entry, paint)}  ${subjectOf(entry)}\n    ${paint.dim(entry.decision)}${entry.cause === undefined ? "" : `  ${entry.cause}`}`;
    case "performed":
      return `${pad("done", 8)}  ${entry.action}${entry.bytes === undefined ? "" : `, ${entry.bytes} bytes`}\n    ${paint.dim(entry.decision)}`;
    case "failed":
      return `${paint.warn(pad("failed", 8))}  ${entry.action}: ${escapeText(entry.failure ?? "")}\n    ${paint.dim(entry.decision)}`;
    case "lifecycle":
      return `${pad("host", 8)}  ${entry.what}: ${escapeText(entry.message)}`;
  }
}

function answerOf(entry: DecidedEntry, paint: Paint): string {
  const word = entry.answer === "allow" ? "allowed" : "denied";
  const text = pad(entry.stage === "rehearsed" ? `(${word})` : word, 8);
  return entry.answer === "allow" ? paint.good(text) : paint.bad(text);
}

/** Who asked what of what, on one line. */
export function subjectOf(entry: DecidedEntry): string {
  return escapeText(`${idOf(entry.principal)} → ${entry.action} ${idOf(entry.resource)}`);
}

/** `Yoi::Path::"notes/x"` as `notes/x`. */
function idOf(entity: string): string {
  const quoted = entity.slice(entity.indexOf('"'));
  try {
    return String(JSON.parse(quoted));
  } catch {
    return entity;
  }
}
