import type { Needle } from "./secret-needles.ts";

/** Where needles lie in what was looked through so far; `at` and `state` are where the search goes on. */
export interface Search {
  at: number;
  state: number;
  /** In their order, none overlapping another, the neighbours that go with a needle included. */
  readonly spans: Span[];
}

/** Bytes from `start` up to `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Looks for every needle at once. */
export interface NeedleFinder {
  /** Goes on with a search up to `end`; needles that begin before it and end after are found by the next part. */
  search(bytes: Buffer, search: Search, end: number): void;
}

/** Nothing was looked through yet. */
export function beginSearch(): Search {
  return { at: 0, state: 0, spans: [] };
}

/**
 * Makes a finder (Aho and Corasick): one pass over the bytes, whatever the needles are and however often they occur.
 * ATTACK: a body that is dense with secrets, or with what is nearly one, would otherwise hold up the host (threats 21).
 */
export function createNeedleFinder(needles: readonly Needle[]): NeedleFinder {
  const tree = buildTree(needles);
  const { fallbacks, longest, after } = tree;
  return {
    search(bytes, search, end) {
      let { state } = search;
      for (let at = search.at; at < end; at++) {
        const byte = bytes[at] ?? 0;
        let next = childOf(tree, state, byte);
        while (next === 0 && state !== 0) {
          state = fallbacks[state] ?? 0;
          next = childOf(tree, state, byte);
        }
        state = next;
        const length = longest[state] ?? 0;
        if (length === 0) continue;
        const start = Math.max(0, at + 1 - length);
        addSpan(search.spans, start, Math.min(bytes.length, at + 1 + (after[state] ?? 0)));
      }
      search.at = end;
      search.state = state;
    },
  };
}

// INVARIANT: ends come in order, so what overlaps a new span are the last ones.
function addSpan(spans: Span[], start: number, end: number): void {
  let joined = { start, end };
  for (let last = spans.at(-1); last !== undefined && last.end > joined.start; last = spans.at(-1)) {
    spans.pop();
    joined = { start: Math.min(last.start, joined.start), end: Math.max(last.end, joined.end) };
  }
  spans.push(joined);
}

/** Every beginning of a needle is a node, by its number; 0 is the empty one, and no node's child. */
interface Tree {
  readonly bytes: Uint8Array;
  readonly firstChildren: Int32Array;
  readonly siblings: Int32Array;
  /** The longest beginning that a node's own bytes end with. */
  readonly fallbacks: Int32Array;
  /** Of the needles that a node's bytes end with, how far back the farthest goes with its neighbour; 0 for none. */
  readonly longest: Int32Array;
  /** And how many neighbours behind it go with them. */
  readonly after: Uint8Array;
  /** The children of 0, by their byte: most bytes are no beginning. */
  readonly roots: Int32Array;
}

function childOf({ roots, firstChildren, siblings, bytes }: Tree, node: number, byte: number): number {
  if (node === 0) return roots[byte] ?? 0;
  let child = firstChildren[node] ?? 0;
  while (child !== 0 && bytes[child] !== byte) child = siblings[child] ?? 0;
  return child;
}

function buildTree(needles: readonly Needle[]): Tree {
  const size = needles.reduce((sum, { bytes }) => sum + bytes.length, 1);
  const tree: Tree = {
    bytes: new Uint8Array(size),
    firstChildren: new Int32Array(size),
    siblings: new Int32Array(size),
    fallbacks: new Int32Array(size),
    longest: new Int32Array(size),
    after: new Uint8Array(size),
    roots: new Int32Array(256),
  };
  let count = 1;
  for (const needle of needles) {
    let node = 0;
    for (const byte of needle.bytes) {
      const known = childOf(tree, node, byte);
      node = known === 0 ? addChild(tree, node, byte, count++) : known;
    }
    if (node !== 0) endNeedle(tree, node, needle.bytes.length + needle.before, needle.after);
  }
  linkFallbacks(tree, count);
  return tree;
}

function addChild(tree: Tree, node: number, byte: number, child: number): number {
  tree.bytes[child] = byte;
  if (node === 0) tree.roots[byte] = child;
  else {
    tree.siblings[child] = tree.firstChildren[node] ?? 0;
    tree.firstChildren[node] = child;
  }
  return child;
}

function endNeedle({ longest, after }: Tree, node: number, length: number, behind: number): void {
  longest[node] = Math.max(longest[node] ?? 0, length);
  after[node] = Math.max(after[node] ?? 0, behind);
}

// Shorter beginnings first: what a node falls back to is shorter than it, and done by then.
function linkFallbacks(tree: Tree, count: number): void {
  const queue = new Int32Array(count);
  let end = 0;
  for (const child of tree.roots) if (child !== 0) queue[end++] = child;
  for (let at = 0; at < end; at++) {
    const node = queue[at] ?? 0;
    for (let child = tree.firstChildren[node] ?? 0; child !== 0; child = tree.siblings[child] ?? 0) {
      queue[end++] = child;
      const fallback = fallbackOf(tree, tree.fallbacks[node] ?? 0, tree.bytes[child] ?? 0);
      tree.fallbacks[child] = fallback;
      endNeedle(tree, child, tree.longest[fallback] ?? 0, tree.after[fallback] ?? 0);
    }
  }
}

function fallbackOf(tree: Tree, from: number, byte: number): number {
  for (let node = from; ; node = tree.fallbacks[node] ?? 0) {
    const child = childOf(tree, node, byte);
    if (child !== 0 || node === 0) return child;
  }
}
