import { crc32, inflateRawSync } from "node:zlib";
import { limits } from "../calls/limits.ts";
import { archivePathFault } from "../plugins/archive-path.ts";
import { refuseArchive } from "./archive-fault.ts";
import { type CentralEntry, checkExtraFields, readCentralDirectory } from "./read-central-directory.ts";
import { unixMode, zip } from "./zip-format.ts";

/** One file of a package: a safe relative path, and what is in it. */
export interface ArchiveEntry {
  readonly path: string;
  readonly content: Uint8Array;
}

/**
 * Reads a ZIP archive in the one way in which it can be read, and refuses any that two readers could read differently:
 * both headers of an entry agree, entries fill the file without a gap, sizes and checksums are true, names are safe on
 * every system and collide on none. Files are answered in the order of their paths; folders are accepted and left out.
 *
 * @throws {YoiError} YOI_ARCHIVE_INVALID
 */
export function readArchive(bytes: Uint8Array): readonly ArchiveEntry[] {
  if (bytes.byteLength > limits.packageBytesMax) {
    refuseArchive("bounds", `the package is larger than ${limits.packageBytesMax} bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { entries, start } = readCentralDirectory(view);
  for (const entry of entries) checkEntry(entry);
  checkNames(entries);
  checkExpansion(entries);
  const contents = locateContents(view, entries, start);
  return entries
    .filter((entry) => !isFolder(entry))
    .map((entry) => ({ path: entry.path, content: expand(entry, contents.get(entry) ?? new Uint8Array()) }))
    .toSorted((a, b) => comparePaths(a.path, b.path));
}

/** The order of paths in digests and archives: by their bytes. */
export function comparePaths(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function isFolder({ path }: CentralEntry): boolean {
  return path.endsWith("/");
}

function checkEntry(entry: CentralEntry): void {
  const { path, externalAttributes, compressedBytes, expandedBytes, crc } = entry;
  const folder = isFolder(entry);
  const fault = archivePathFault(folder ? path.slice(0, -1) : path);
  if (fault !== undefined) refuseArchive("traversal", `is not a safe path: it ${fault}`, path);
  const mode = externalAttributes >>> 16;
  const type = mode & unixMode.typeMask;
  if (type === unixMode.link) refuseArchive("traversal", "is a symbolic link", path);
  if (type !== 0 && type !== (folder ? unixMode.folder : unixMode.file)) {
    refuseArchive("malformed", "is neither a plain file nor a folder", path);
  }
  if ((mode & unixMode.specialBits) !== 0) refuseArchive("malformed", "has special permission bits", path);
  const dosFolderOrLabel = externalAttributes & 0x18;
  if (dosFolderOrLabel !== 0 && !(folder && dosFolderOrLabel === 0x10)) {
    refuseArchive("malformed", "is neither a plain file nor a folder", path);
  }
  if (folder && (compressedBytes !== 0 || expandedBytes !== 0 || crc !== 0)) {
    refuseArchive("malformed", "is a folder with content", path);
  }
  if (entry.method === zip.stored && compressedBytes !== expandedBytes) {
    refuseArchive("malformed", "is stored, but has two sizes", path);
  }
}

function checkNames(entries: readonly CentralEntry[]): void {
  const files = new Set<string>();
  const folders = new Set<string>();
  for (const entry of entries) {
    const folded = foldName(isFolder(entry) ? entry.path.slice(0, -1) : entry.path);
    const known = isFolder(entry) ? folders : files;
    // ATTACK: where case or composition does not count, the second file would overwrite the first (threats 26, 29).
    if (known.has(folded)) refuseArchive("duplicate", "has the name of another entry", entry.path);
    known.add(folded);
  }
  for (const { path } of entries) {
    const segments = foldName(path).split("/");
    for (let depth = 1; depth < segments.length; depth++) {
      if (files.has(segments.slice(0, depth).join("/")))
        refuseArchive("duplicate", "lies in what is a file as well", path);
    }
  }
}

/** What systems that compare names loosely take for the same name. */
function foldName(path: string): string {
  return path.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
}

function checkExpansion(entries: readonly CentralEntry[]): void {
  let total = 0;
  for (const { path, expandedBytes, compressedBytes } of entries) {
    if (expandedBytes > limits.packageEntryBytesMax) {
      refuseArchive("bounds", `is larger than ${limits.packageEntryBytesMax} bytes`, path);
    }
    if (expandedBytes > compressedBytes * limits.packageRatioMax) {
      refuseArchive("bounds", `expands more than ${limits.packageRatioMax} times`, path);
    }
    total += expandedBytes;
  }
  if (total > limits.packageExpandedBytesMax) {
    refuseArchive("bounds", `the archive expands to more than ${limits.packageExpandedBytesMax} bytes`);
  }
}

/** Finds each entry's bytes: from the first byte of the file to the directory, entries follow each other exactly. */
function locateContents(
  view: DataView,
  entries: readonly CentralEntry[],
  directoryStart: number,
): ReadonlyMap<CentralEntry, Uint8Array> {
  const contents = new Map<CentralEntry, Uint8Array>();
  let at = 0;
  for (const entry of entries.toSorted((a, b) => a.offset - b.offset)) {
    // ATTACK: entries that overlap make bombs, and bytes between them make a second file of the first (threats 29).
    if (entry.offset !== at) refuseArchive("malformed", "does not begin where the entry before it ends", entry.path);
    const content = readLocalHeader(view, entry, directoryStart);
    contents.set(entry, content);
    at = content.byteOffset - view.byteOffset + content.byteLength;
  }
  if (at !== directoryStart) refuseArchive("malformed", "the archive has bytes that belong to no entry");
  return contents;
}

function readLocalHeader(view: DataView, entry: CentralEntry, directoryStart: number): Uint8Array {
  const { offset, path, nameBytes } = entry;
  const nameStart = offset + zip.localBytes;
  if (nameStart + nameBytes.byteLength > directoryStart || view.getUint32(offset, true) !== zip.localSignature) {
    refuseArchive("malformed", "has no header of its own", path);
  }
  const name = new Uint8Array(view.buffer, view.byteOffset + nameStart, nameBytes.byteLength);
  const extraLength = view.getUint16(offset + 28, true);
  // ATTACK: a reader that goes by the other header would see another file (threats 29).
  const agrees =
    (view.getUint16(offset + 4, true) & 0xff) <= zip.versionNeeded &&
    view.getUint16(offset + 6, true) === entry.flags &&
    view.getUint16(offset + 8, true) === entry.method &&
    view.getUint16(offset + 10, true) === entry.time &&
    view.getUint16(offset + 12, true) === entry.date &&
    view.getUint32(offset + 14, true) === entry.crc &&
    view.getUint32(offset + 18, true) === entry.compressedBytes &&
    view.getUint32(offset + 22, true) === entry.expandedBytes &&
    view.getUint16(offset + 26, true) === nameBytes.byteLength &&
    Buffer.compare(name, nameBytes) === 0;
  if (!agrees) refuseArchive("malformed", "has two headers that do not agree", path);
  const contentStart = nameStart + nameBytes.byteLength + extraLength;
  if (contentStart + entry.compressedBytes > directoryStart) refuseArchive("malformed", "is cut short", path);
  checkExtraFields(view, nameStart + nameBytes.byteLength, extraLength, path);
  return new Uint8Array(view.buffer, view.byteOffset + contentStart, entry.compressedBytes);
}

function expand(entry: CentralEntry, compressed: Uint8Array): Uint8Array {
  const content = entry.method === zip.stored ? compressed.slice() : inflate(entry, compressed);
  if (content.byteLength !== entry.expandedBytes) refuseArchive("malformed", "is not as large as it says", entry.path);
  if (crc32(content) !== entry.crc) refuseArchive("malformed", "does not have the checksum that it says", entry.path);
  return content;
}

/** What zlib answers with `info`, which Node's types leave out. */
interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

function inflate(entry: CentralEntry, compressed: Uint8Array): Uint8Array {
  let inflated: Inflated;
  try {
    // One byte more than promised is room enough to see that a promise was not kept.
    const answer: unknown = inflateRawSync(compressed, { maxOutputLength: entry.expandedBytes + 1, info: true });
    inflated = answer as Inflated;
  } catch {
    return refuseArchive("malformed", "cannot be expanded to the size that it says", entry.path);
  }
  if (inflated.engine.bytesWritten !== compressed.byteLength) {
    refuseArchive("malformed", "has bytes after its compressed content", entry.path);
  }
  return new Uint8Array(inflated.buffer);
}
