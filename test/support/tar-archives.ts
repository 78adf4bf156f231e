import { gzipSync } from "node:zlib";

/** An entry of a tar archive as a forger would write it: whatever is given overrides what is true. */
export interface ForgedTarEntry {
  readonly name: string;
  readonly content?: string | Uint8Array;
  readonly type?: string;
  readonly prefix?: string;
  readonly magic?: string;
  /** As the digits in the header. */
  readonly size?: string;
  readonly checksum?: number;
  readonly link?: string;
  /** What fills the last block instead of zeros. */
  readonly padding?: number;
}

/** A tar archive that says what it is told to say. */
export function forgeTar(entries: readonly ForgedTarEntry[], end: Uint8Array = Buffer.alloc(1_024)): Uint8Array {
  return Buffer.concat([...entries.flatMap(forgeEntry), end]);
}

/** The same, compressed: what a bundle is. */
export function forgeBundle(entries: readonly ForgedTarEntry[], end?: Uint8Array): Uint8Array {
  return gzipSync(forgeTar(entries, end));
}

function forgeEntry(entry: ForgedTarEntry): readonly Uint8Array[] {
  const content = Buffer.from(entry.content ?? "");
  const header = Buffer.alloc(512);
  header.write(entry.name, 0, 100, "latin1");
  header.write("0000600\0", 100);
  header.write("0000000\0", 108);
  header.write("0000000\0", 116);
  header.write(entry.size ?? `${content.byteLength.toString(8).padStart(11, "0")}\0`, 124, 12, "latin1");
  header.write("00000000000\0", 136);
  header.write("        ", 148);
  header.write(entry.type ?? "0", 156, 1, "latin1");
  header.write(entry.link ?? "", 157);
  header.write(entry.magic ?? "ustar\u000000", 257, 8, "latin1");
  header.write(entry.prefix ?? "", 345, 155, "latin1");
  const sum = entry.checksum ?? header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return [header, content, Buffer.alloc(-content.byteLength & 511, entry.padding ?? 0)];
}
