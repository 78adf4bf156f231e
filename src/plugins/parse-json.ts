import type { Json, JsonObject } from "../calls/json.ts";
import { limits } from "../calls/limits.ts";
import { elementPath, memberPath } from "./json-path.ts";

/** Why a text was not taken, and where: the path of the value, and the offset in the text. It quotes no value. */
interface JsonRefusal {
  readonly message: string;
  readonly path: string;
  readonly offset: number;
}

export type JsonResult = { readonly value: Json } | { readonly refused: JsonRefusal };

/**
 * Parses JSON text so that every other parser would agree on what it says. Refuses, besides what is not JSON:
 * duplicate keys, `__proto__`, half characters, numbers that no double holds exactly, and too long or deep a text.
 */
export function parseJson(text: string, bounds: { readonly bytesMax: number; readonly depthMax?: number }): JsonResult {
  const { bytesMax, depthMax = limits.jsonDepthMax } = bounds;
  if (text.length > bytesMax || Buffer.byteLength(text) > bytesMax) {
    return { refused: { message: `is longer than ${bytesMax} bytes`, path: "$", offset: 0 } };
  }
  try {
    return { value: new JsonReader(text, depthMax).readAll() };
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.refusal };
    throw error;
  }
}

class Refusal extends Error {
  readonly refusal: JsonRefusal;
  constructor(refusal: JsonRefusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

const numberPattern = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: raw control characters are what JSON strings cannot have.
const plainText = /[^"\\\u0000-\u001f]*/y;
const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** Reads one value from the start of a text to its end. */
class JsonReader {
  readonly #text: string;
  readonly #depthMax: number;
  #at = 0;

  constructor(text: string, depthMax: number) {
    this.#text = text;
    this.#depthMax = depthMax;
  }

  readAll(): Json {
    const value = this.#readValue("$", 0);
    this.#skipBlanks();
    if (this.#at < this.#text.length) this.#refuse("has text after its end", "$");
    return value;
  }

  #readValue(path: string, depth: number): Json {
    this.#skipBlanks();
    switch (this.#text.charAt(this.#at)) {
      case "{":
        return this.#readObject(path, depth + 1);
      case "[":
        return this.#readArray(path, depth + 1);
      case '"':
        return this.#readString(path);
      case "t":
        return this.#readWord("true", true, path);
      case "f":
        return this.#readWord("false", false, path);
      case "n":
        return this.#readWord("null", null, path);
      default:
        return this.#readNumber(path);
    }
  }

  #readObject(path: string, depth: number): JsonObject {
    if (depth > this.#depthMax) this.#refuse(`is nested deeper than ${this.#depthMax} levels`, path);
    const object: Record<string, Json> = Object.create(null);
    this.#at += 1;
    this.#skipBlanks();
    if (this.#skip("}")) return object;
    do {
      this.#skipBlanks();
      if (this.#text.charAt(this.#at) !== '"') this.#refuse("is not valid JSON", path);
      const keyAt = this.#at;
      const key = this.#readString(path);
      const inner = memberPath(path, key);
      // ATTACK: parsers differ in which of two equal keys they keep, and in what `__proto__` does (threats 37).
      if (Object.hasOwn(object, key)) this.#refuse("appears twice", inner, keyAt);
      if (key === "__proto__") this.#refuse("cannot be a key", inner, keyAt);
      this.#skipBlanks();
      if (!this.#skip(":")) this.#refuse("is not valid JSON", inner);
      object[key] = this.#readValue(inner, depth);
      this.#skipBlanks();
    } while (this.#skip(","));
    if (!this.#skip("}")) this.#refuse("is not valid JSON", path);
    return object;
  }

  #readArray(path: string, depth: number): Json[] {
    if (depth > this.#depthMax) this.#refuse(`is nested deeper than ${this.#depthMax} levels`, path);
    const array: Json[] = [];
    this.#at += 1;
    this.#skipBlanks();
    if (this.#skip("]")) return array;
    do {
      array.push(this.#readValue(elementPath(path, array.length), depth));
      this.#skipBlanks();
    } while (this.#skip(","));
    if (!this.#skip("]")) this.#refuse("is not valid JSON", path);
    return array;
  }

  #readString(path: string): string {
    const start = this.#at;
    let value = "";
    this.#at += 1;
    for (;;) {
      plainText.lastIndex = this.#at;
      const plain = plainText.exec(this.#text)?.[0] ?? "";
      value += plain;
      this.#at += plain.length;
      if (this.#skip('"')) break;
      if (!this.#skip("\\")) this.#refuse("is not valid JSON", path);
      value += this.#readEscape(path);
    }
    // ATTACK: half a character becomes something else in every encoder that it passes (threats 37).
    if (!value.isWellFormed()) this.#refuse("has half a character", path, start);
    return value;
  }

  #readEscape(path: string): string {
    const letter = this.#text.charAt(this.#at);
    if (letter === "u") {
      const digits = this.#text.slice(this.#at + 1, this.#at + 5);
      if (!/^[0-9A-Fa-f]{4}$/.test(digits)) this.#refuse("is not valid JSON", path);
      this.#at += 5;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const plain = Object.hasOwn(escapes, letter) ? escapes[letter] : undefined;
    if (plain === undefined) return this.#refuse("is not valid JSON", path);
    this.#at += 1;
    return plain;
  }

  #readNumber(path: string): number {
    numberPattern.lastIndex = this.#at;
    const digits = numberPattern.exec(this.#text)?.[0];
    if (digits === undefined) return this.#refuse("is not valid JSON", path);
    const value = Number(digits);
    // ATTACK: a number that is rounded here is another number to an engine that does not round (threats 37).
    if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
      this.#refuse("is a number too large to be exact", path);
    }
    this.#at += digits.length;
    return value;
  }

  #readWord<T extends Json>(word: string, value: T, path: string): T {
    if (!this.#text.startsWith(word, this.#at)) this.#refuse("is not valid JSON", path);
    this.#at += word.length;
    return value;
  }

  #skip(character: string): boolean {
    if (this.#text.charAt(this.#at) !== character) return false;
    this.#at += 1;
    return true;
  }

  #skipBlanks(): void {
    while (" \t\n\r".includes(this.#text.charAt(this.#at) || "x")) this.#at += 1;
  }

  #refuse(message: string, path: string, offset = this.#at): never {
    throw new Refusal({ message, path, offset });
  }
}
