import { YoiError } from "../errors/yoi-error.ts";

/** The size of a memory in pages or of a table in elements, as a core module declares it. */
export interface Extent {
  readonly min: number;
  readonly max: number | undefined;
}

/** A declaration of a memory or a table: its extent, and the bytes before and after it in its entry. */
export interface Declaration {
  readonly extent: Extent;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

export interface CoreModule {
  readonly bytes: Uint8Array;
  readonly sections: readonly {
    readonly id: number;
    readonly start: number;
    readonly payload: number;
    readonly end: number;
  }[];
  readonly tables: readonly Declaration[];
  readonly memories: readonly Declaration[];
}

export const tableSection = 4;
export const memorySection = 5;
const headerBytes = 8;

/**
 * The sections of a core module, and the memories and tables that it defines itself. Refuses what the bounds could not
 * hold: shared memories, 64-bit ones, and pages of another size.
 * @throws {YoiError} YOI_COMPONENT_INVALID
 */
export function readCoreModule(bytes: Uint8Array): CoreModule {
  const reader = new ByteReader(bytes, headerBytes);
  const sections: { id: number; start: number; payload: number; end: number }[] = [];
  let tables: readonly Declaration[] = [];
  let memories: readonly Declaration[] = [];
  while (!reader.atEnd()) {
    const start = reader.at;
    const id = reader.byte();
    const length = reader.u32();
    const payload = reader.at;
    reader.skip(length);
    sections.push({ id, start, payload, end: reader.at });
    if (id === tableSection) tables = readDeclarations(bytes.subarray(payload, reader.at), readTable);
    if (id === memorySection) memories = readDeclarations(bytes.subarray(payload, reader.at), readMemory);
  }
  return { bytes, sections, tables, memories };
}

function readDeclarations(payload: Uint8Array, readOne: (reader: ByteReader) => Declaration): readonly Declaration[] {
  const reader = new ByteReader(payload, 0);
  const length = reader.u32();
  const declarations: Declaration[] = [];
  // The count is bounded by the payload: every declaration takes at least two bytes.
  for (let index = 0; index < length; index++) declarations.push(readOne(reader));
  return declarations;
}

function readMemory(reader: ByteReader): Declaration {
  return { before: reader.none(), extent: readExtent(reader), after: reader.none() };
}

function readTable(reader: ByteReader): Declaration {
  const start = reader.at;
  const initialised = reader.peek() === 0x40;
  if (initialised) reader.skip(2);
  skipReferenceType(reader);
  const before = reader.since(start);
  const extent = readExtent(reader);
  const afterExtent = reader.at;
  if (initialised) skipConstantExpression(reader);
  return { before, extent, after: reader.since(afterExtent) };
}

function readExtent(reader: ByteReader): Extent {
  const flags = reader.byte();
  if (flags > 1) throw refusal("a core module has a shared or a 64-bit memory or table, or pages of another size");
  const min = reader.u32();
  return { min, max: flags === 1 ? reader.u32() : undefined };
}

function skipReferenceType(reader: ByteReader): void {
  const type = reader.byte();
  if (type === 0x63 || type === 0x64) reader.skipLeb();
}

function skipConstantExpression(reader: ByteReader): void {
  for (;;) {
    const opcode = reader.byte();
    if (opcode === 0x0b) return;
    // ref.null, ref.func and global.get: each has one immediate.
    if (opcode !== 0xd0 && opcode !== 0xd2 && opcode !== 0x23)
      throw refusal("a core module's table has an unusual initialiser");
    reader.skipLeb();
  }
}

class ByteReader {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  atEnd(): boolean {
    return this.at >= this.#bytes.length;
  }

  peek(): number {
    const byte = this.#bytes[this.at];
    if (byte === undefined) throw refusal("a core module ends in the middle");
    return byte;
  }

  byte(): number {
    const byte = this.peek();
    this.at++;
    return byte;
  }

  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw refusal("a core module has a number that is too long");
  }

  skipLeb(): void {
    while (this.byte() >= 0x80);
  }

  skip(length: number): void {
    if (length > this.#bytes.length - this.at) throw refusal("a core module ends in the middle");
    this.at += length;
  }

  since(start: number): Uint8Array {
    return this.#bytes.subarray(start, this.at);
  }

  none(): Uint8Array {
    return this.since(this.at);
  }
}

function refusal(message: string): YoiError<"YOI_COMPONENT_INVALID"> {
  return new YoiError("YOI_COMPONENT_INVALID", message, { findings: [{ message }] });
}
