import { createHash } from "node:crypto";
import { type ArchiveEntry, comparePaths } from "./read-archive.ts";

const tag = "yoi-plugin-package-digest-v1\0";
const digestPattern = /^sha256:[0-9a-f]{64}$/;

/**
 * The identity of what is in a package: SHA-256 over a tag and, for each file in the order of its path's bytes, the
 * path, a zero byte, the length as 64 bits big-endian, and the SHA-256 of the content. How the archive was made does
 * not count.
 */
export function packageDigest(entries: readonly ArchiveEntry[]): string {
  const hash = createHash("sha256").update(tag);
  for (const { path, content } of entries.toSorted((a, b) => comparePaths(a.path, b.path))) {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(content.byteLength));
    hash.update(path).update("\0").update(length).update(createHash("sha256").update(content).digest());
  }
  return `sha256:${hash.digest("hex")}`;
}

/** Whether text is a whole digest: `sha256:` and 64 lower-case hexadecimal digits. */
export function isDigest(text: string): boolean {
  return digestPattern.test(text);
}
