/** A change of text line by line: what both begin and end with, and what lies between in each. */
export interface ChangedLines {
  readonly head: readonly string[];
  readonly old: readonly string[];
  readonly fresh: readonly string[];
  readonly tail: readonly string[];
}

/** Takes apart which lines a change leaves as they are. */
export function changedLines(before: string, after: string): ChangedLines {
  const [one, other] = [linesOf(before), linesOf(after)];
  const least = Math.min(one.length, other.length);
  let start = 0;
  while (start < least && one[start] === other[start]) start++;
  let end = 0;
  while (end < least - start && one.at(-1 - end) === other.at(-1 - end)) end++;
  return {
    head: one.slice(0, start),
    old: one.slice(start, one.length - end),
    fresh: other.slice(start, other.length - end),
    tail: one.slice(one.length - end),
  };
}

function linesOf(text: string): readonly string[] {
  return text.replace(/\r?\n$/, "").split(/\r?\n/);
}
