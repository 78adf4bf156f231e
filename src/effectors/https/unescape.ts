// The bytes of a response with one kind of escapes undone, by hand rather than by expressions: a server can send a
// million escapes, and whoever looks for secrets among them holds up the whole host meanwhile (threats 21).

/** Bytes with escapes undone, and where in the bytes as they came each of them begins and ends. */
export interface View {
  readonly bytes: Buffer;
  /** Where the byte of this index begins; one more index for the end of all. */
  readonly starts: (index: number) => number;
  /** Where the byte before this index ends. */
  readonly ends: (index: number) => number;
}

/** The longest escape that is undone: `&#x0001F600;`. A digit of base64 with a line break behind it is no longer. */
export const escapeBytesMax = 12;

const code = (character: string) => character.charCodeAt(0);
const [percent, plus, space] = [code("%"), code("+"), code(" ")];
const [backslash, quote, slash, letterU] = [code("\\"), code('"'), code("/"), code("u")];
const [ampersand, hash, semicolon, letterX] = [code("&"), code("#"), code(";"), code("x")];
const [lineFeed, carriageReturn, tab] = [code("\n"), code("\r"), code("\t")];
const controls = new Map(
  ["b\b", "f\f", "n\n", "r\r", "t\t"].map(([letter = "", control = ""]) => [code(letter), code(control)]),
);
const foldBytesMax = 8;
const names = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const htmlNames = Object.entries(names).map(([name, character]) => ({
  name: [...name].map(code),
  byte: code(character),
}));

/**
 * The bytes as they are, and with each kind of escapes undone of which there are any; `%` and `\` also twice, and `+`
 * only where spaces matter. Each of these comes once more without its line breaks, such as long base64 has.
 */
export function* viewsOf(bytes: Buffer, hasSpaces: boolean): Generator<View> {
  const asIs: View = { bytes, starts: (index) => index, ends: (index) => index };
  yield* withoutBreaks(asIs);
  yield* undoTwice(asIs, percent, fromPercent);
  if (hasSpaces && bytes.includes("+")) yield* withoutBreaks(undo(asIs, [percent, plus], fromForm));
  yield* undoTwice(asIs, backslash, fromJson);
  if (bytes.includes("&")) yield* withoutBreaks(undo(asIs, [ampersand, ampersand], fromHtml));
}

// ATTACK: an echo of an echo, such as JSON in a string of JSON, or a URL as the parameter of another (threats 33).
function* undoTwice(view: View, lead: number, escapeAt: Escape): Generator<View> {
  let undone = view;
  for (let times = 0; times < 2 && undone.bytes.includes(lead); times++) {
    undone = undo(undone, [lead, lead], escapeAt);
    yield* withoutBreaks(undone);
  }
}

function* withoutBreaks(view: View): Generator<View> {
  yield view;
  if (!view.bytes.includes(lineFeed) && !view.bytes.includes(carriageReturn)) return;
  const { bytes, starts } = rewrite(view.bytes, [lineFeed, carriageReturn], fromBreak);
  yield {
    bytes,
    starts: (index) => view.starts(starts(index)),
    // A break behind a byte is no part of it.
    ends: (index) => (index === 0 ? 0 : view.ends(starts(index - 1) + 1)),
  };
}

function undo(view: View, leads: readonly [number, number], escapeAt: Escape): View {
  const { bytes, starts } = rewrite(view.bytes, leads, escapeAt);
  return { bytes, starts: (index) => view.starts(starts(index)), ends: (index) => view.ends(starts(index)) };
}

/** Writes what the escape at a place stands for, and answers its length; 0 where there is none. */
type Escape = (raw: Buffer, at: number, writer: ViewWriter) => number;

function rewrite(raw: Buffer, leads: readonly [number, number], escapeAt: Escape): Omit<View, "ends"> {
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

  finish(): Omit<View, "ends"> {
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

/** JSON, and `\xNN` besides. */
function fromJson(raw: Buffer, at: number, writer: ViewWriter): number {
  const next = raw[at + 1];
  const single = next === quote || next === backslash || next === slash ? next : controls.get(next ?? 0);
  if (single !== undefined) {
    writer.putByte(single);
    return 2;
  }
  const byte = next === letterX ? hexAt(raw, at + 2, 2) : -1;
  if (byte !== -1) {
    writer.putByte(byte);
    return 4;
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

// With the blanks that begin the next line, where lines are folded.
function fromBreak(raw: Buffer, at: number): number {
  let end = at + 1;
  while (end <= at + foldBytesMax && (raw[end] === space || raw[end] === tab)) end += 1;
  return end - at;
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
