import type { Places } from "../config/places.ts";
import { escapeText } from "../errors/escape-text.ts";
import { remedies } from "../explain/remedy-of-cause.ts";
import { isDecided } from "../journal/journal-entry.ts";
import { readJournal } from "../journal/read-journal.ts";
import { labelled, wrap } from "../terminal/layout.ts";
import type { Paint } from "../terminal/paint.ts";
import { subjectOf } from "./render-entry.ts";

const deniedAsksShown = 3;

/** What a tool asked for while it ran and did not get, with the way to the whole decision; nothing where it got all. */
export function renderDeniedAsks(places: Places, callId: string, paint: Paint): readonly string[] {
  const asked = readJournal(places.journal).descendants(callId);
  const denied = asked.map((one) => one.entry).filter((entry) => isDecided(entry) && entry.answer === "deny");
  return denied.slice(0, deniedAsksShown).flatMap((entry) => {
    if (!isDecided(entry)) return [];
    const rows = [
      ["denied", subjectOf(entry)],
      ["do", `yoi plugin explain ${entry.decision}`],
    ] as const;
    return labelled(rows, "  ").map(paint.dim);
  });
}

/** A denial in four lines: what, why, what to do, and where the rest is. The operator's own terminal may see the cause. */
export function renderDenial(places: Places, decision: string, paint: Paint): string {
  const found = readJournal(places.journal).find(decision);
  const entry = found.kind === "found" ? found.entries.map((one) => one.entry).find(isDecided) : undefined;
  if (entry?.cause === undefined) return `${paint.bad("denied")}, decision ${decision}`;
  const remedy = remedies[entry.cause];
  const rows = [
    ["why", `${remedy.meaning} (${entry.cause})`],
    ["do", remedy.how.replaceAll("<plugin>", escapeText(entry.plugin ?? ""))],
    ["", `yoi plugin explain ${decision}`],
  ] as const;
  const because = entry.because === undefined ? [] : wrap(escapeText(entry.because), "         ");
  const [first = "", ...rest] = wrap(subjectOf(entry), "        ");
  return [`${paint.bad("denied:")} ${first.trimStart()}`, ...rest, ...because, ...labelled(rows, "  ")].join("\n");
}
