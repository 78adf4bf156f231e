import type { JournalEntry } from "./journal-entry.ts";

type Fields = { readonly [name: string]: unknown };

const ofEveryCall = ["at", "call", "root", "decision", "action"];
const required = {
  decided: {
    texts: [...ofEveryCall, "principal", "resource", "answer", "policies"],
    lists: ["causes", "verdicts", "obligations"],
  },
  rehearsed: {
    texts: [...ofEveryCall, "principal", "resource", "answer", "policies"],
    lists: ["causes", "verdicts", "obligations"],
  },
  performed: { texts: ofEveryCall, lists: [] },
  failed: { texts: ofEveryCall, lists: [] },
  lifecycle: { texts: ["at", "what", "message"], lists: [] },
} as const satisfies { [Stage in JournalEntry["stage"]]: { texts: readonly string[]; lists: readonly string[] } };

/**
 * Reads a stored entry, or answers `undefined` for what cannot be one. What it lets through was written by this
 * layout's own types; whether it was changed since is the hash's business.
 */
export function parseEntry(text: string): JournalEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isEntry(value) ? value : undefined;
}

function isEntry(value: unknown): value is JournalEntry {
  if (typeof value !== "object" || value === null) return false;
  const fields: Fields = { ...value };
  const stage = fields["stage"];
  if (typeof stage !== "string" || !isStage(stage)) return false;
  const { texts, lists } = required[stage];
  return texts.every((name) => typeof fields[name] === "string") && lists.every((name) => Array.isArray(fields[name]));
}

function isStage(text: string): text is JournalEntry["stage"] {
  return Object.hasOwn(required, text);
}
