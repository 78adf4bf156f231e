import { limits } from "../calls/limits.ts";
import { type DecidedEntry, type EndedEntry, isDecided, type JournalEntry } from "../journal/journal-entry.ts";
import type { CallTree } from "./explanation.ts";

/** How a call on record is put into words: with what its evidence adds, where that is still known. */
export type WordsOfEntry = (entry: DecidedEntry) => string;

/**
 * The call of `root` with every call below it, in the order in which they were decided, from what is on record under
 * it. Of more calls than a person reads, and of calls deeper than any can be, the rest is only counted.
 */
export function callTree(root: DecidedEntry, entries: readonly JournalEntry[], words: WordsOfEntry): CallTree {
  const decided = entries.filter(isDecided);
  const under = Map.groupBy(decided, ({ parent = "" }) => parent);
  const ends = new Map(entries.flatMap((entry) => (isEnd(entry) ? [[entry.decision, entry] as const] : [])));
  const shown = new Set([root.call]);
  const treeOf = (entry: DecidedEntry, depth: number): CallTree => {
    const below = (depth < limits.callDepthMax ? (under.get(entry.call) ?? []) : []).flatMap((one) => {
      // A record that somebody altered may name a call as its own caller: each call is shown once.
      if (shown.has(one.call) || shown.size > limits.callTreeCallsMax) return [];
      shown.add(one.call);
      return [treeOf(one, depth + 1)];
    });
    return { ...nodeOf(entry, ends.get(entry.decision), words), below };
  };
  const tree = treeOf(root, 0);
  const leftOut = decided.filter(({ call }) => !shown.has(call)).length;
  return { ...tree, ...(leftOut > 0 && { leftOut }) };
}

function nodeOf(entry: DecidedEntry, end: EndedEntry | undefined, words: WordsOfEntry): Omit<CallTree, "below"> {
  const spent = { ...entry.spent, ...end?.spent };
  return {
    decision: entry.decision,
    words: words(entry),
    answer: entry.answer,
    ...(entry.cause !== undefined && { cause: entry.cause }),
    ...(end !== undefined && { ending: endingOf(end) }),
    tookUs: Object.values(spent).reduce((sum, us) => sum + us, 0),
    spent,
  };
}

/** What became of a call: `performed`, or `failed: ` and the word of its failure. */
export function endingOf({ stage, failure }: Pick<EndedEntry, "stage" | "failure">): string {
  return stage === "failed" ? `failed: ${failure ?? "unknown"}` : stage;
}

function isEnd(entry: JournalEntry): entry is EndedEntry {
  return entry.stage === "performed" || entry.stage === "failed";
}
