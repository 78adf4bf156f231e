import { parse } from "smol-toml";

/** Keys and element numbers from the top of a file. */
export type TomlPath = readonly (string | number)[];

/** 1-based line and column, in UTF-16 units as editors count them. */
export interface TomlPlace {
  readonly line: number;
  readonly column: number;
}

/** Where everything stands in one TOML text. */
export interface TomlIndex {
  /** The place of exactly this key or element. */
  find(path: TomlPath): TomlPlace | undefined;
  /** The place of the longest part of the path that exists, of its value if asked and if it has one of its own. */
  nearest(path: TomlPath, at: "key" | "value"): TomlPlace | undefined;
}

/** The place of a key, of a table's header, or of an array's element; nothing where the text has no such thing. */
export function locateKey(text: string, path: TomlPath): TomlPlace | undefined {
  return indexToml(text).find(path);
}

/** Indexes a text that was parsed without error; of any other text it indexes what it understands. */
export function indexToml(text: string): TomlIndex {
  const root = new TomlScanner(text).scan();
  const starts = lineStarts(text);
  const toPlace = (offset: number): TomlPlace => {
    const line = lastAtMost(starts, offset) + 1;
    const begin = starts[line - 1] ?? 0;
    return { line, column: offset - begin + 1 - (line === 1 && offset > 0 && text.startsWith("\ufeff") ? 1 : 0) };
  };
  return {
    find(path) {
      const node = walk(root, path);
      return node === undefined || path.length === 0 ? undefined : toPlace(node.key);
    },
    nearest(path, at) {
      for (let length = path.length; length > 0; length--) {
        const node = walk(root, path.slice(0, length));
        if (node !== undefined)
          return toPlace(at === "value" && length === path.length ? (node.value ?? node.key) : node.key);
      }
      return undefined;
    },
  };
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** The position of the last number that is not greater, in a rising list. */
function lastAtMost(rising: readonly number[], limit: number): number {
  let [low, high] = [0, rising.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((rising[middle] ?? 0) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}

interface Node {
  readonly key: number;
  value?: number;
  readonly inner: Map<string | number, Node>;
  /** Set on arrays of tables: a later header speaks of the last element. */
  elements: number;
}

const newNode = (key: number, value?: number): Node => ({
  key,
  ...(value !== undefined && { value }),
  inner: new Map(),
  elements: 0,
});

function walk(root: Node, path: TomlPath): Node | undefined {
  let node: Node | undefined = root;
  for (const part of path) node = node?.inner.get(part);
  return node;
}

/** Reads just enough of TOML to know where keys and values begin. Every loop moves forward. */
class TomlScanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): Node {
    const root = newNode(0);
    let table = root;
    for (this.#skipTrivia(); this.#at < this.#text.length; this.#skipTrivia()) {
      const before = this.#at;
      if (this.#peek() === "[") table = this.#readHeader(root);
      else this.#readPair(table);
      if (this.#at === before) this.#at += 1;
    }
    return root;
  }

  #readHeader(root: Node): Node {
    const start = this.#at;
    const many = this.#text.startsWith("[[", start);
    this.#at += many ? 2 : 1;
    const keys = this.#readKeys();
    while (this.#peek() === "]") this.#at += 1;
    let node = root;
    for (const [depth, key] of keys.entries()) {
      node = this.#child(node, key.name, key.at);
      const last = depth === keys.length - 1;
      if (last && many) {
        const element = newNode(start);
        node.inner.set(node.elements, element);
        node.elements += 1;
        return element;
      }
      node = node.inner.get(node.elements - 1) ?? node;
    }
    return node;
  }

  #readPair(table: Node): void {
    const keys = this.#readKeys();
    let node = table;
    for (const key of keys) node = this.#child(node, key.name, key.at);
    this.#skipBlanks();
    if (this.#peek() !== "=" || keys.length === 0) return;
    this.#at += 1;
    this.#skipBlanks();
    node.value ??= this.#at;
    this.#readValue(node);
  }

  #child(node: Node, name: string, at: number): Node {
    const known = node.inner.get(name);
    if (known !== undefined) return known;
    const child = newNode(at);
    node.inner.set(name, child);
    return child;
  }

  #readKeys(): { readonly name: string; readonly at: number }[] {
    const keys: { name: string; at: number }[] = [];
    for (;;) {
      this.#skipBlanks();
      const at = this.#at;
      const quote = this.#peek();
      if (quote === '"' || quote === "'") {
        this.#skipString();
        keys.push({ name: readQuotedKey(this.#text.slice(at, this.#at)), at });
      } else {
        while (/[A-Za-z0-9_-]/.test(this.#peek())) this.#at += 1;
        if (this.#at === at) return keys;
        keys.push({ name: this.#text.slice(at, this.#at), at });
      }
      this.#skipBlanks();
      if (this.#peek() !== ".") return keys;
      this.#at += 1;
    }
  }

  #readValue(node: Node): void {
    const first = this.#peek();
    if (first === '"' || first === "'") this.#skipString();
    else if (first === "[") this.#readArray(node);
    else if (first === "{") this.#readInlineTable(node);
    else while (this.#at < this.#text.length && !/[,\]}\n#]/.test(this.#peek())) this.#at += 1;
  }

  #readArray(node: Node): void {
    this.#at += 1;
    for (let element = 0; ; element++) {
      this.#skipTrivia();
      if (this.#ends("]")) return;
      const child = newNode(this.#at, this.#at);
      node.inner.set(element, child);
      this.#readValue(child);
      this.#skipTrivia();
      if (this.#peek() === ",") this.#at += 1;
      else if (this.#at === child.key) return;
    }
  }

  #readInlineTable(node: Node): void {
    this.#at += 1;
    for (;;) {
      this.#skipTrivia();
      if (this.#ends("}")) return;
      const before = this.#at;
      this.#readPair(node);
      this.#skipTrivia();
      if (this.#peek() === ",") this.#at += 1;
      else if (this.#at === before) return;
    }
  }

  #ends(bracket: string): boolean {
    if (this.#at >= this.#text.length) return true;
    if (this.#peek() !== bracket) return false;
    this.#at += 1;
    return true;
  }

  #skipString(): void {
    const quote = this.#peek();
    const end = this.#text.startsWith(quote.repeat(3), this.#at) ? quote.repeat(3) : quote;
    this.#at += end.length;
    while (this.#at < this.#text.length && !this.#text.startsWith(end, this.#at)) {
      this.#at += quote === '"' && this.#peek() === "\\" ? 2 : 1;
    }
    this.#at += end.length;
    // A multi-line string may end in up to two quotes of its own before the three that close it.
    while (end.length === 3 && this.#peek() === quote) this.#at += 1;
  }

  #skipBlanks(): void {
    while (this.#peek() === " " || this.#peek() === "\t") this.#at += 1;
  }

  #skipTrivia(): void {
    for (;;) {
      while (this.#at < this.#text.length && /[\s\ufeff]/.test(this.#peek())) this.#at += 1;
      if (this.#peek() !== "#") return;
      const end = this.#text.indexOf("\n", this.#at);
      this.#at = end === -1 ? this.#text.length : end;
    }
  }

  #peek(): string {
    return this.#text.charAt(this.#at);
  }
}

/** A quoted key as the parser reads it, so that the two never differ about escapes. */
function readQuotedKey(raw: string): string {
  if (!raw.includes("\\")) return raw.slice(1, -1);
  try {
    const value = parse(`key = ${raw}`)["key"];
    return typeof value === "string" ? value : raw;
  } catch {
    return raw;
  }
}
