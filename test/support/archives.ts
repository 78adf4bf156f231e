import { crc32, deflateRawSync } from "node:zlib";

/** One entry of an archive as a forger would write it: whatever is given overrides what is true. */
export interface ForgedEntry {
  readonly path: string | Uint8Array;
  readonly content?: string | Uint8Array;
  readonly method?: number;
  readonly flags?: number;
  readonly crc?: number;
  readonly compressedBytes?: number;
  readonly expandedBytes?: number;
  readonly externalAttributes?: number;
  readonly extra?: Uint8Array;
  readonly comment?: string;
  readonly versionNeeded?: number;
  readonly offset?: number;
  readonly disk?: number;
  /** Written after the content, inside the entry. */
  readonly padding?: Uint8Array;
  /** What the local header says instead. */
  readonly local?: Partial<
    Pick<ForgedEntry, "path" | "method" | "flags" | "crc" | "compressedBytes" | "expandedBytes" | "extra">
  > & {
    readonly signature?: number;
    readonly time?: number;
  };
}

export interface ForgedArchive {
  readonly entries: readonly ForgedEntry[];
  readonly before?: Uint8Array;
  readonly beforeDirectory?: Uint8Array;
  readonly beforeEnd?: Uint8Array;
  readonly after?: Uint8Array;
  readonly end?: Partial<
    Record<"disk" | "directoryDisk" | "here" | "count" | "bytes" | "start" | "commentLength", number>
  >;
}

/** A ZIP archive that says what it is told to say. */
export function forgeArchive(forged: ForgedArchive): Uint8Array {
  const parts: Uint8Array[] = [forged.before ?? new Uint8Array()];
  const centrals: Uint8Array[] = [];
  for (const entry of forged.entries) {
    const offset = Buffer.concat(parts).byteLength;
    const { local, central, packed } = forgeHeaders(entry, offset);
    parts.push(local, packed, entry.padding ?? new Uint8Array());
    centrals.push(central);
  }
  parts.push(forged.beforeDirectory ?? new Uint8Array());
  const start = Buffer.concat(parts).byteLength;
  const directory = Buffer.concat(centrals);
  const { end = {} } = forged;
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(end.disk ?? 0, 4);
  record.writeUInt16LE(end.directoryDisk ?? 0, 6);
  record.writeUInt16LE(end.here ?? end.count ?? centrals.length, 8);
  record.writeUInt16LE(end.count ?? centrals.length, 10);
  record.writeUInt32LE(end.bytes ?? directory.byteLength, 12);
  record.writeUInt32LE(end.start ?? start, 16);
  record.writeUInt16LE(end.commentLength ?? 0, 20);
  return new Uint8Array(
    Buffer.concat([...parts, directory, forged.beforeEnd ?? Buffer.alloc(0), record, forged.after ?? Buffer.alloc(0)]),
  );
}

function forgeHeaders(entry: ForgedEntry, offset: number) {
  const content = Buffer.from(entry.content ?? "");
  const method = entry.method ?? 0;
  const packed = method === 8 ? deflateRawSync(content) : content;
  const { local: differing = {}, ...rest } = entry;
  const values = {
    compressedBytes: packed.byteLength,
    expandedBytes: content.byteLength,
    crc: crc32(content),
    ...rest,
  };
  const local = Buffer.concat([
    u32(differing.signature ?? 0x04034b50),
    shared({ ...values, ...differing }, differing.time),
  ]);
  const attributes = Buffer.concat([u16(values.comment?.length ?? 0), u16(values.disk ?? 0), u16(0)]);
  const name = Buffer.from(values.path);
  const fields = shared(values);
  const central = Buffer.concat([
    u32(0x02014b50),
    u16(0x0314),
    fields.subarray(0, 26),
    attributes,
    u32(values.externalAttributes ?? (0o100644 << 16) >>> 0),
    u32(values.offset ?? offset),
    name,
    values.extra ?? Buffer.alloc(0),
    Buffer.from(values.comment ?? ""),
  ]);
  return { local, central, packed };
}

/** The 26 bytes that both headers have, with name and extra fields after them as the local one has them. */
function shared(values: ForgedEntry, time = 0): Buffer {
  const name = Buffer.from(values.path);
  const extra = values.extra ?? Buffer.alloc(0);
  return Buffer.concat([
    u16(values.versionNeeded ?? 20),
    u16(values.flags ?? 0x0800),
    u16(values.method ?? 0),
    u16(time),
    u16(0x21),
    u32(values.crc ?? 0),
    u32(values.compressedBytes ?? 0),
    u32(values.expandedBytes ?? 0),
    u16(name.byteLength),
    u16(extra.byteLength),
    name,
    extra,
  ]);
}

export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
