import { crc32 } from "node:zlib";
import type { TarFile } from "../../engines/read-tar.ts";

const blockBytes = 512;
const nameBytesMax = 100;
const prefixBytesMax = 155;
/** Blocks that deflate may leave as they are hold no more. */
const storedBytesMax = 0xff_ff;

/** Whether a tar archive of the plain kind can hold a file of this name. */
export function canHold(path: string): boolean {
  return /^[\x21-\x5b\x5d-\x7e]+$/.test(path) && splitPath(path) !== undefined;
}

/**
 * Writes files as a tar archive, sorted, with one time and one mode for all: the same files give the same bytes.
 * @throws {RangeError} for a path that `canHold` refuses
 */
export function writeTar(files: readonly TarFile[]): Uint8Array {
  const sorted = files.toSorted((one, other) => (one.path < other.path ? -1 : 1));
  const parts = sorted.flatMap(({ path, content }) => [
    headerOf(path, content.byteLength),
    content,
    Buffer.alloc(-content.byteLength & (blockBytes - 1)),
  ]);
  return Buffer.concat([...parts, Buffer.alloc(2 * blockBytes)]);
}

/**
 * Wraps bytes for gunzip without making them smaller. What a deflater makes of the same bytes hangs on its version and
 * on the processor, and an archive is to have one digest wherever it is made.
 */
export function storeGzip(bytes: Uint8Array): Uint8Array {
  // No name, no time, no system.
  const head = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
  const blocks: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < bytes.byteLength; at += storedBytesMax) {
    const block = bytes.subarray(at, at + storedBytesMax);
    const start = Buffer.alloc(5);
    start.writeUInt8(at + storedBytesMax >= bytes.byteLength ? 1 : 0, 0);
    start.writeUInt16LE(block.byteLength, 1);
    start.writeUInt16LE(~block.byteLength & 0xff_ff, 3);
    blocks.push(start, block);
  }
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(crc32(bytes), 0);
  tail.writeUInt32LE(bytes.byteLength, 4);
  return Buffer.concat([head, ...blocks, tail]);
}

function headerOf(path: string, size: number): Uint8Array {
  const split = splitPath(path);
  if (split === undefined) throw new RangeError("a path is too long for the archive");
  const header = Buffer.alloc(blockBytes);
  header.write(split.name, 0, nameBytesMax, "latin1");
  header.write("0000644\0", 100);
  header.write("0000000\0", 108);
  header.write("0000000\0", 116);
  header.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  header.write("00000000000\0", 136);
  header.write("        ", 148);
  header.write("0", 156);
  header.write("ustar\u000000", 257);
  header.write(split.prefix, 345, prefixBytesMax, "latin1");
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}

/** A path as the two fields hold it, cut at the first `/` that leaves a name of the right length. */
function splitPath(path: string): { readonly prefix: string; readonly name: string } | undefined {
  if (path.length <= nameBytesMax) return { prefix: "", name: path };
  const cut = path.indexOf("/", path.length - nameBytesMax - 1);
  return cut <= 0 || cut > prefixBytesMax ? undefined : { prefix: path.slice(0, cut), name: path.slice(cut + 1) };
}
