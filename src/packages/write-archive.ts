import { crc32, deflateRawSync } from "node:zlib";
import { limits } from "../calls/limits.ts";
import { type ArchiveEntry, comparePaths } from "./read-archive.ts";
import { unixMode, zip } from "./zip-format.ts";

// The first day that the format can say: the same archive comes of the same files, whenever.
const firstDay = 0x0021;
const madeByUnix = (3 << 8) | zip.versionNeeded;

/**
 * Writes files as a ZIP archive that `readArchive` and any other tool reads. The same files give the same bytes,
 * in whatever order they come. It judges nothing: what it wrote is to be read back.
 */
export function writeArchive(entries: readonly ArchiveEntry[]): Uint8Array {
  const locals: Uint8Array[] = [];
  const centrals: Uint8Array[] = [];
  let offset = 0;
  for (const entry of entries.toSorted((a, b) => comparePaths(a.path, b.path))) {
    const name = Buffer.from(entry.path);
    const packed = compress(entry.content);
    const fields = commonFields(entry.content, packed, name.byteLength);
    const local = Buffer.concat([Buffer.alloc(4), fields, name, packed.bytes]);
    local.writeUInt32LE(zip.localSignature, 0);
    locals.push(local);
    centrals.push(centralHeader(fields, name, offset));
    offset += local.byteLength;
  }
  const directory = Buffer.concat(centrals);
  return new Uint8Array(
    Buffer.concat([...locals, directory, endRecord(centrals.length, directory.byteLength, offset)]),
  );
}

interface Packed {
  readonly method: number;
  readonly bytes: Uint8Array;
}

/** Deflates where that helps; what would expand more than the reader allows is stored. */
function compress(content: Uint8Array): Packed {
  const deflated = deflateRawSync(content, { level: 9 });
  const worthwhile = deflated.byteLength < content.byteLength;
  const withinRatio = content.byteLength <= deflated.byteLength * limits.packageRatioMax;
  return worthwhile && withinRatio ? { method: zip.deflated, bytes: deflated } : { method: zip.stored, bytes: content };
}

/** The 26 bytes that both headers of an entry have in common. */
function commonFields(content: Uint8Array, packed: Packed, nameLength: number): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(zip.versionNeeded, 0);
  fields.writeUInt16LE(zip.utf8Flag, 2);
  fields.writeUInt16LE(packed.method, 4);
  fields.writeUInt16LE(firstDay, 8);
  fields.writeUInt32LE(crc32(content), 10);
  fields.writeUInt32LE(packed.bytes.byteLength, 14);
  fields.writeUInt32LE(content.byteLength, 18);
  fields.writeUInt16LE(nameLength, 22);
  return fields;
}

function centralHeader(fields: Buffer, name: Buffer, offset: number): Uint8Array {
  const header = Buffer.alloc(zip.centralBytes);
  header.writeUInt32LE(zip.centralSignature, 0);
  header.writeUInt16LE(madeByUnix, 4);
  fields.copy(header, 6);
  header.writeUInt32LE(((unixMode.file | 0o644) << 16) >>> 0, 38);
  header.writeUInt32LE(offset, 42);
  return Buffer.concat([header, name]);
}

function endRecord(count: number, directoryBytes: number, directoryStart: number): Uint8Array {
  const end = Buffer.alloc(zip.endBytes);
  end.writeUInt32LE(zip.endSignature, 0);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(directoryBytes, 12);
  end.writeUInt32LE(directoryStart, 16);
  return end;
}
