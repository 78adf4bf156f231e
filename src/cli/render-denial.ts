import type { Places } from "../config/places.ts";
import { escapeText } from "../errors/escape-text.ts";
import { remedyOf } from "../explain/remedy-of-cause.ts";
import { isDecided } from "../journal/journal-entry.ts";
import { readJournal } from "../journal/read-journal.ts";
import type { DiagnosticKind } from "../packages/diagnostic-kinds.ts";
import { labelled, wrap } from "../terminal/layout.ts";
import type { Paint } from "../terminal/paint.ts";
import { subjectOf } from "./render-entry.ts";

/** What is wrong with a plugin, for a remedy that helps. */
type TroublesOf = (plugin: string) => readonly { readonly kind: DiagnosticKind }[];

/** A denial in four lines: what, why, what to do, and where the rest is. The operator's own terminal may see the cause. */
export function renderDenial(places: Places, decision: string, paint: Paint, troublesOf: TroublesOf): string {
  const found = readJournal(places.journal).find(decision);
  const entry = found.kind === "found" ? found.entries.map((one) => one.entry).find(isDecided) : undefined;
  if (entry?.cause === undefined) return `${paint.bad("denied")}, decision ${decision}`;
  const { cause, verdicts, plugin = "" } = entry;
  const remedy = remedyOf({
    cause,
    verdicts: verdicts.map(({ engine }) => ({ engine, determining: [] })),
    troubles: troublesOf(plugin),
  });
  const rows = [
    ["why", `${remedy.meaning} (${cause})`],
    ["do", remedy.how.replaceAll("<plugin>", escapeText(plugin))],
    ["", `yoi plugin explain ${decision}`],
  ] as const;
  const because = entry.because === undefined ? [] : wrap(escapeText(entry.because), "         ");
  const [first = "", ...rest] = wrap(subjectOf(entry), "        ");
  return [`${paint.bad("denied:")} ${first.trimStart()}`, ...rest, ...because, ...labelled(rows, "  ")].join("\n");
}
