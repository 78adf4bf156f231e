/** One line that goes or comes; `line` is where in the text that has it. */
export interface LineChange {
  readonly kind: "-" | "+";
  readonly line: number;
  readonly text: string;
}

/** A table of more cells is not worth the wait: then all lines between the first and the last change are told. */
const cellsMax = 1_000_000;

/** The lines that make one text another, in order. */
export function lineChanges(before: string, after: string): readonly LineChange[] {
  const [old, fresh] = [before.split("\n"), after.split("\n")];
  let start = 0;
  while (start < Math.min(old.length, fresh.length) && old[start] === fresh[start]) start++;
  let end = 0;
  const shortest = Math.min(old.length, fresh.length) - start;
  while (end < shortest && old[old.length - 1 - end] === fresh[fresh.length - 1 - end]) end++;
  const gone = old.slice(start, old.length - end);
  const come = fresh.slice(start, fresh.length - end);
  const kept = gone.length * come.length > cellsMax ? [] : longestCommon(gone, come);
  const changes: LineChange[] = [];
  let [at, to] = [0, 0];
  for (const [keptAt, keptTo] of [...kept, [gone.length, come.length] as const]) {
    for (; at < keptAt; at++) changes.push({ kind: "-", line: start + at + 1, text: gone[at] ?? "" });
    for (; to < keptTo; to++) changes.push({ kind: "+", line: start + to + 1, text: come[to] ?? "" });
    at = keptAt + 1;
    to = keptTo + 1;
  }
  return changes;
}

/** The places of the longest run of lines, in order, that both have. */
function longestCommon(one: readonly string[], other: readonly string[]): readonly (readonly [number, number])[] {
  const width = other.length + 1;
  const lengths = new Uint32Array((one.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = one.length - 1; i >= 0; i--) {
    for (let j = other.length - 1; j >= 0; j--) {
      lengths[i * width + j] = one[i] === other[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const common: (readonly [number, number])[] = [];
  for (let i = 0, j = 0; i < one.length && j < other.length; ) {
    if (one[i] === other[j]) common.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return common;
}
