import { limits } from "../calls/limits.ts";
import { refuseArchive } from "./archive-fault.ts";
import { harmlessExtraFields, zip } from "./zip-format.ts";

/** One entry as the central directory tells it. */
export interface CentralEntry {
  readonly path: string;
  readonly nameBytes: Uint8Array;
  readonly flags: number;
  readonly method: number;
  readonly time: number;
  readonly date: number;
  readonly crc: number;
  readonly compressedBytes: number;
  readonly expandedBytes: number;
  readonly externalAttributes: number;
  readonly offset: number;
}

export interface CentralDirectory {
  readonly entries: readonly CentralEntry[];
  /** Where the directory begins, which is where the last entry ends. */
  readonly start: number;
}

/**
 * Reads the end record and the central directory, which must fill the end of the file to the byte.
 *
 * @throws {YoiError} YOI_ARCHIVE_INVALID
 */
export function readCentralDirectory(view: DataView): CentralDirectory {
  const end = readEnd(view);
  const entries: CentralEntry[] = [];
  let at = end.directoryStart;
  for (let n = 0; n < end.count; n++) {
    const { entry, next } = readEntry(view, at, end.at);
    entries.push(entry);
    at = next;
  }
  if (at !== end.at) refuseArchive("malformed", "the archive has bytes between its directory and its end");
  return { entries, start: end.directoryStart };
}

function readEnd(view: DataView): { readonly at: number; readonly count: number; readonly directoryStart: number } {
  // ATTACK: readers that search for this record can be shown another one than the last; here it is at the end, with
  // nothing after it, or there is none (threats 29).
  const at = view.byteLength - zip.endBytes;
  if (at < 0 || view.getUint32(at, true) !== zip.endSignature) {
    refuseArchive("malformed", "the file is not a ZIP archive, or has bytes after its end");
  }
  const [disk, directoryDisk] = [view.getUint16(at + 4, true), view.getUint16(at + 6, true)];
  const [here, count] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
  const [directoryBytes, directoryStart] = [view.getUint32(at + 12, true), view.getUint32(at + 16, true)];
  if (count === 0xffff || directoryBytes === 0xffffffff || directoryStart === 0xffffffff) {
    refuseArchive("api", "the archive is in the ZIP64 format, which packages do not use");
  }
  if (disk !== 0 || directoryDisk !== 0 || here !== count)
    refuseArchive("malformed", "the archive is one part of several");
  if (view.getUint16(at + 20, true) !== 0) refuseArchive("malformed", "the archive has a comment");
  if (count > limits.packageEntriesMax)
    refuseArchive("bounds", `the archive has more than ${limits.packageEntriesMax} entries`);
  if (directoryStart + directoryBytes !== at)
    refuseArchive("malformed", "the directory is not where the end record says");
  return { at, count, directoryStart };
}

function readEntry(view: DataView, at: number, end: number): { readonly entry: CentralEntry; readonly next: number } {
  if (at + zip.centralBytes > end || view.getUint32(at, true) !== zip.centralSignature) {
    refuseArchive("malformed", "the directory is cut short");
  }
  const [nameLength, extraLength] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true)];
  const commentLength = view.getUint16(at + 32, true);
  const nameStart = at + zip.centralBytes;
  const next = nameStart + nameLength + extraLength + commentLength;
  if (next > end) refuseArchive("malformed", "the directory is cut short");
  const nameBytes = new Uint8Array(view.buffer, view.byteOffset + nameStart, nameLength);
  const flags = view.getUint16(at + 8, true);
  const path = decodeName(nameBytes, flags);
  const entry: CentralEntry = {
    path,
    nameBytes,
    flags,
    method: view.getUint16(at + 10, true),
    time: view.getUint16(at + 12, true),
    date: view.getUint16(at + 14, true),
    crc: view.getUint32(at + 16, true),
    compressedBytes: view.getUint32(at + 20, true),
    expandedBytes: view.getUint32(at + 24, true),
    externalAttributes: view.getUint32(at + 38, true),
    offset: view.getUint32(at + 42, true),
  };
  if (entry.compressedBytes === 0xffffffff || entry.expandedBytes === 0xffffffff || entry.offset === 0xffffffff) {
    refuseArchive("api", "is in the ZIP64 format, which packages do not use", path);
  }
  if (view.getUint16(at + 34, true) !== 0) refuseArchive("malformed", "lies in another part of the archive", path);
  if (commentLength !== 0) refuseArchive("malformed", "has a comment", path);
  checkFeatures(entry, view.getUint16(at + 6, true));
  checkExtraFields(view, nameStart + nameLength, extraLength, path);
  return { entry, next };
}

function decodeName(bytes: Uint8Array, flags: number): string {
  const plain = bytes.every((byte) => byte < 0x80);
  // ATTACK: without the flag, systems read other bytes than ASCII each in their own way (threats 29).
  if (!plain && (flags & zip.utf8Flag) === 0) refuseArchive("malformed", "an entry's name is not marked as UTF-8");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refuseArchive("malformed", "an entry's name is not UTF-8");
  }
}

function checkFeatures({ path, flags, method }: CentralEntry, versionNeeded: number): void {
  if ((flags & zip.encryptedFlag) !== 0) refuseArchive("api", "is encrypted", path);
  if ((flags & zip.descriptorFlag) !== 0) refuseArchive("api", "has its sizes after its content", path);
  if ((flags & ~(zip.utf8Flag | zip.deflateFlags)) !== 0)
    refuseArchive("api", "uses a feature that packages do not use", path);
  if (method !== zip.stored && method !== zip.deflated) refuseArchive("api", "is neither stored nor deflated", path);
  if ((versionNeeded & 0xff) > zip.versionNeeded) refuseArchive("api", "needs a later version of the ZIP format", path);
}

/** Extra fields must be whole, and none that changes what the entry is. */
export function checkExtraFields(view: DataView, start: number, length: number, path: string): void {
  const end = start + length;
  let at = start;
  while (at < end) {
    if (at + 4 > end) refuseArchive("malformed", "has an extra field that is cut short", path);
    if (!harmlessExtraFields.has(view.getUint16(at, true))) {
      refuseArchive("malformed", "has an extra field that packages do not use", path);
    }
    at += 4 + view.getUint16(at + 2, true);
  }
  if (at !== end) refuseArchive("malformed", "has an extra field that is cut short", path);
}
