// The bytes of a response with one kind of escapes undone, by hand rather than by expressions: a server can send a
// million escapes, and whoever looks for secrets among them holds up the whole host meanwhile (threats 21).

/** Bytes with escapes undone, and where in the bytes as they came each of them begins; one more entry for the end. */
export interface View {
  readonly bytes: Buffer;
  readonly starts: (index: number) => number;
}

/** The longest escape that is undone: `&#x0001F600;`. */
export const escapeBytesMax = 12;

const code = (character: string) => character.charCodeAt(0);
const [percent, plus, space] = [code("%"), code("+"), code(" ")];
const [backslash, quote, slash, letterU] = [code("\\"), code('"'), code("/"), code("u")];
const [ampersand, hash, semicolon, letterX] = [code("&"), code("#"), code(";"), code("x")];
const names = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const htmlNames = Object.entries(names).map(([name, character]) => ({
  name: [...name].map(code),
  byte: code(character),
}));

/** The bytes as they are, and with each kind of escapes undone of which there are any; `+` only where spaces matter. */
export function viewsOf(bytes: Buffer, hasSpaces: boolean): readonly View[] {
  const views: View[] = [{ bytes, starts: (index) => index }];
  if (bytes.includes("%")) views.push(undo(bytes, [percent, percent], fromPercent));
  if (hasSpaces && bytes.includes("+")) views.push(undo(bytes, [percent, plus], fromForm));
  if (bytes.includes("\\")) views.push(undo(bytes, [backslash, backslash], fromJson));
  if (bytes.includes("&")) views.push(undo(bytes, [ampersand, ampersand], fromHtml));
  return views;
}

/** Writes what the escape at a place stands for, and answers its length; 0 where there is none. */
type Escape = (raw: Buffer, at: number, writer: ViewWriter) => number;

function undo(raw: Buffer, leads: readonly [number, number], escapeAt: Escape): View {
  const writer = new ViewWriter(raw);
  for (let at = writer.copyRun(0, leads); at < raw.length; at = writer.copyRun(at, leads)) {
    writer.from = at;
    const used = escapeAt(raw, at, writer);
    if (used === 0) writer.putByte(raw[at] ?? 0);
    at += used === 0 ? 1 : used;
  }
  return writer.finish();
}

class ViewWriter {
  /** Where in the bytes as they came stands what is written next. */
  from = 0;
  readonly #raw: Buffer;
  readonly #bytes: Buffer;
  readonly #starts: Uint32Array;
  #length = 0;

  constructor(raw: Buffer) {
    this.#raw = raw;
    // INVARIANT: no escape stands for more bytes than it is made of.
    this.#bytes = Buffer.allocUnsafe(raw.length);
    this.#starts = new Uint32Array(raw.length + 1);
  }

  /** Copies what is no beginning of an escape, and answers where it ends. */
  copyRun(from: number, [lead, otherLead]: readonly [number, number]): number {
    const [raw, bytes, starts] = [this.#raw, this.#bytes, this.#starts];
    let [at, length] = [from, this.#length];
    for (; at < raw.length; at++) {
      const byte = raw[at] ?? 0;
      if (byte === lead || byte === otherLead) break;
      starts[length] = at;
      bytes[length++] = byte;
    }
    this.#length = length;
    return at;
  }

  putByte(byte: number): void {
    this.#starts[this.#length] = this.from;
    this.#bytes[this.#length++] = byte;
  }

  putCharacter(value: number): void {
    if (value < 0x80) this.putByte(value);
    else if (value <= 0x10ffff) for (const byte of Buffer.from(String.fromCodePoint(value))) this.putByte(byte);
  }

  finish(): View {
    const [starts, end] = [this.#starts, this.#raw.length];
    starts[this.#length] = end;
    return { bytes: this.#bytes.subarray(0, this.#length), starts: (index) => starts[index] ?? end };
  }
}

function fromPercent(raw: Buffer, at: number, writer: ViewWriter): number {
  const byte = raw[at] === percent ? hexAt(raw, at + 1, 2) : -1;
  if (byte === -1) return 0;
  writer.putByte(byte);
  return 3;
}

function fromForm(raw: Buffer, at: number, writer: ViewWriter): number {
  if (raw[at] !== plus) return fromPercent(raw, at, writer);
  writer.putByte(space);
  return 1;
}

function fromJson(raw: Buffer, at: number, writer: ViewWriter): number {
  const next = raw[at + 1];
  if (next === quote || next === backslash || next === slash) {
    writer.putByte(next);
    return 2;
  }
  const unit = unitAt(raw, at);
  if (unit === -1) return 0;
  const low = unit >= 0xd800 && unit < 0xdc00 ? unitAt(raw, at + 6) : -1;
  const isPair = low >= 0xdc00 && low < 0xe000;
  writer.putCharacter(isPair ? 0x10000 + (unit - 0xd800) * 0x400 + low - 0xdc00 : unit);
  return isPair ? 12 : 6;
}

/** The UTF-16 unit that a `\uXXXX` stands for; -1 where there is none. */
function unitAt(raw: Buffer, at: number): number {
  return raw[at] === backslash && raw[at + 1] === letterU ? hexAt(raw, at + 2, 4) : -1;
}

function fromHtml(raw: Buffer, at: number, writer: ViewWriter): number {
  const end = raw[at + 1] === hash ? endOfNumber(raw, at + 2, writer) : endOfName(raw, at + 1, writer);
  if (end === -1) return 0;
  return end - at + (raw[end] === semicolon ? 1 : 0);
}

function endOfNumber(raw: Buffer, at: number, writer: ViewWriter): number {
  const isHex = inLowerCase(raw[at]) === letterX;
  const [from, base, digitsMax] = isHex ? [at + 1, 16, 8] : [at, 10, 9];
  let [end, value] = [from, 0];
  for (let digit = digitAt(raw, end); digit < base && end < from + digitsMax; digit = digitAt(raw, end)) {
    value = value * base + digit;
    end += 1;
  }
  if (end === from) return -1;
  writer.putCharacter(value);
  return end;
}

function endOfName(raw: Buffer, at: number, writer: ViewWriter): number {
  for (const { name, byte } of htmlNames) {
    if (!name.every((letter, index) => inLowerCase(raw[at + index]) === letter)) continue;
    writer.putByte(byte);
    return at + name.length;
  }
  return -1;
}

function hexAt(raw: Buffer, at: number, digits: number): number {
  let value = 0;
  for (let index = at; index < at + digits; index++) {
    const digit = digitAt(raw, index);
    if (digit === notADigit) return -1;
    value = value * 16 + digit;
  }
  return value;
}

const notADigit = 16;

function digitAt(raw: Buffer, at: number): number {
  const byte = raw[at] ?? 0;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : notADigit;
}

function inLowerCase(byte: number | undefined): number {
  return (byte ?? 0) | 0x20;
}
