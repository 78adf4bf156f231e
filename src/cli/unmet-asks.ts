import { escapeText } from "../errors/escape-text.ts";
import { type DecidedEntry, isDecided } from "../journal/journal-entry.ts";
import type { JournalReader } from "../journal/read-journal.ts";
import { labelled } from "../terminal/layout.ts";
import type { Paint } from "../terminal/paint.ts";
import { subjectOf } from "./render-entry.ts";

/** What a tool asked for while it ran and did not get: denied, or allowed and failed. */
export interface UnmetAsk {
  readonly decision: string;
  readonly action: string;
  /** Who asked what of what, on one line. */
  readonly subject: string;
  /** Of a denial. */
  readonly cause?: string;
  /** Of a failure: its word, and its one line. */
  readonly failure?: string;
  readonly message?: string;
}

const asksMax = 3;

/** The first things that a call asked for and did not get, a denial before what failed for it. */
export function unmetAsks(reader: Pick<JournalReader, "descendants">, callId: string): readonly UnmetAsk[] {
  const below = reader.descendants(callId).map(({ entry }) => entry);
  const decided = below.filter(isDecided);
  const failed = below.flatMap((entry) => {
    // A request whose step was denied has failed for that, and the step is here itself.
    if (entry.stage !== "failed" || entry.failure === "denied") return [];
    const asked = decided.find(({ decision }) => decision === entry.decision);
    return asked === undefined ? [] : [{ ...told(asked), failure: entry.failure ?? "", message: entry.message ?? "" }];
  });
  const denied = decided
    .filter(({ answer }) => answer === "deny")
    .map((entry) => ({ ...told(entry), ...(entry.cause !== undefined && { cause: entry.cause }) }));
  return [...denied, ...failed].slice(0, asksMax);
}

function told(entry: DecidedEntry): UnmetAsk {
  return { decision: entry.decision, action: entry.action, subject: subjectOf(entry) };
}

/** Each with the command that tells the rest: a denial is explained, and of a failure the journal has all there is. */
export function renderUnmetAsks(asks: readonly UnmetAsk[], paint: Paint): readonly string[] {
  return asks.flatMap(({ decision, subject, failure, message }) => {
    const rows =
      failure === undefined
        ? [["denied", subject] as const, ["do", `yoi plugin explain ${decision}`] as const]
        : [
            ["failed", subject] as const,
            ["why", escapeText(message === "" ? failure : `${message} (${failure})`, 400)] as const,
            ["do", `yoi journal show ${decision}`] as const,
          ];
    return labelled(rows, "  ").map(paint.dim);
  });
}
