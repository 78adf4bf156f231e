/** The size of a memory in pages or of a table in elements, as a module declares it. */
export interface Extent {
  readonly min: number;
  readonly max: number | undefined;
}

/** What a module asks of its host, by name and kind. */
export interface ModuleImport {
  readonly name: string;
  readonly kind: "function" | "table" | "memory" | "global" | "tag";
  /** Of a memory. */
  readonly extent?: Extent;
}

/** What of a core module must be known before any of it is run, and what WebAssembly's own reflection leaves out. */
export interface ModuleShape {
  readonly imports: readonly ModuleImport[];
  readonly ownMemories: number;
  readonly ownTables: readonly Extent[];
}

/** Why bytes are not a module that this reader takes. */
export class ModuleFault extends Error {}

const magic = 0x6d736100;
const coreVersion = 1;
const headerBytes = 8;
const section = { imports: 2, tables: 4, memories: 5 } as const;
const declarationsMax = 64;
const nameBytesMax = 256;

/**
 * Reads imports, memories and tables from a module's binary. It runs nothing, moves forward only, and refuses what
 * bounds could not hold: shared and 64-bit memories, pages of another size, declarations without number.
 * @throws {ModuleFault}
 */
export function readModule(bytes: Uint8Array): ModuleShape {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < headerBytes || view.getUint32(0, true) !== magic) throw new ModuleFault("is not WebAssembly");
  if (view.getUint32(4, true) !== coreVersion) throw new ModuleFault("is not a core module of WebAssembly 1");
  const reader = new ModuleReader(bytes, headerBytes);
  const shape = { imports: [] as ModuleImport[], ownMemories: 0, ownTables: [] as Extent[] };
  while (!reader.atEnd()) {
    const id = reader.byte();
    const length = reader.u32();
    const body = reader.take(length);
    if (id === section.imports) shape.imports.push(...body.list(() => body.import()));
    if (id === section.tables) shape.ownTables.push(...body.list(() => body.ownTable()));
    if (id === section.memories) shape.ownMemories += body.u32();
  }
  return shape;
}

class ModuleReader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new ModuleFault("ends in the middle");
    this.#at += 1;
    return byte;
  }

  /** An unsigned number in LEB128, at most five bytes long. */
  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new ModuleFault("has a number that is too long");
  }

  take(length: number): ModuleReader {
    if (length > this.#bytes.length - this.#at) throw new ModuleFault("ends in the middle");
    const start = this.#at;
    this.#at += length;
    return new ModuleReader(this.#bytes.subarray(start, this.#at), 0);
  }

  list<T>(readOne: () => T): readonly T[] {
    const count = this.u32();
    // ATTACK: a module with a million imports would be read here for as long (threats 38).
    if (count > declarationsMax) throw new ModuleFault(`has more than ${declarationsMax} imports or tables`);
    return Array.from({ length: count }, readOne);
  }

  import(): ModuleImport {
    const name = `${this.#name()}.${this.#name()}`;
    switch (this.byte()) {
      case 0:
        this.u32();
        return { name, kind: "function" };
      case 1:
        this.#table();
        return { name, kind: "table" };
      case 2:
        return { name, kind: "memory", extent: this.#extent() };
      case 3:
        this.#valueType();
        this.byte();
        return { name, kind: "global" };
      case 4:
        this.byte();
        this.u32();
        return { name, kind: "tag" };
      default:
        throw new ModuleFault("has an import of an unknown kind");
    }
  }

  ownTable(): Extent {
    // A table that begins with this byte has an initialiser after it, which no compiler of Rego emits.
    if (this.#bytes[this.#at] === 0x40) throw new ModuleFault("has a table with an initialiser");
    return this.#table();
  }

  #table(): Extent {
    this.#valueType();
    return this.#extent();
  }

  #extent(): Extent {
    const flags = this.byte();
    if (flags > 1) throw new ModuleFault("has a shared or 64-bit memory or table, or pages of another size");
    const min = this.u32();
    return { min, max: flags === 1 ? this.u32() : undefined };
  }

  #valueType(): void {
    const type = this.byte();
    if (type === 0x63 || type === 0x64) while (this.byte() >= 0x80);
  }

  #name(): string {
    const length = this.u32();
    if (length > nameBytesMax) throw new ModuleFault(`has a name longer than ${nameBytesMax} bytes`);
    const bytes = this.take(length).#bytes;
    return new TextDecoder().decode(bytes);
  }
}
