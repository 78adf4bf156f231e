import { escapeText } from "../errors/escape-text.ts";
import type { ChainedEntry, DecidedEntry, EndedEntry, JournalEntry } from "../journal/journal-entry.ts";
import { columnsOf, pad, wrap } from "../terminal/layout.ts";
import type { Paint } from "../terminal/paint.ts";

/** One entry in a line or two, with the id that `explain` and `journal show` take. */
export function renderEntry({ entry }: ChainedEntry, paint: Paint): string {
  const { word, tone, text, below } = linesOf(entry, paint);
  const head = `${paint.dim(entry.at.slice(0, 19).replace("T", " "))}  ${tone(pad(word, 9))}  `;
  const [first = "", ...rest] = wrap(text, " ".repeat(columnsOf(head)));
  return [head + first.trimStart(), ...rest, ...(below === undefined ? [] : [`    ${below}`])].join("\n");
}

interface EntryLines {
  readonly word: string;
  readonly tone: (text: string) => string;
  readonly text: string;
  readonly below?: string;
}

function linesOf(entry: JournalEntry, paint: Paint): EntryLines {
  const asIs = (text: string) => text;
  switch (entry.stage) {
    case "decided":
    case "rehearsed":
      return {
        word: wordOf(entry),
        tone: entry.answer === "allow" ? paint.good : paint.bad,
        text: subjectOf(entry),
        below: `${paint.dim(entry.decision)}${entry.cause === undefined ? "" : `  ${entry.cause}`}`,
      };
    case "performed": {
      return { word: "done", tone: asIs, text: endingOf(entry), below: paint.dim(entry.decision) };
    }
    case "failed": {
      const text = `${entry.action}: ${escapeText(entry.failure ?? "")}`;
      return { word: "failed", tone: paint.warn, text, below: paint.dim(entry.decision) };
    }
    case "lifecycle":
      return { word: "host", tone: asIs, text: `${entry.what}: ${escapeText(entry.message)}` };
  }
}

function endingOf({ action, status, bytes, truncated, redactions }: EndedEntry): string {
  const parts = [
    action,
    ...(status === undefined ? [] : [`status ${status}`]),
    ...(bytes === undefined ? [] : [`${bytes} bytes${truncated === true ? ", cut short" : ""}`]),
    ...(redactions === undefined ? [] : [`a secret taken out ${redactions}×`]),
  ];
  return parts.join(", ");
}

function wordOf({ answer, stage }: DecidedEntry): string {
  const word = answer === "allow" ? "allowed" : "denied";
  return stage === "rehearsed" ? `(${word})` : word;
}

/** Who asked what of what, on one line. */
export function subjectOf(entry: DecidedEntry): string {
  const at = entry.address === undefined ? "" : ` at ${entry.address} (${entry.addressClass})`;
  return escapeText(`${idOf(entry.principal)} → ${entry.action} ${idOf(entry.resource)}${at}`);
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
