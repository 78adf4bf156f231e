import { constants } from "node:fs";
import { open } from "node:fs/promises";

/** Why a file was not read: in our own closed words, never the system's. */
export interface FileFault {
  readonly why: "absent" | "link" | "not-a-file" | "too-large" | "unreadable";
}

/**
 * Reads a plain file whole. It follows no link at the path's end, waits for no pipe or device, and goes by the
 * opened file alone: what was measured is what is read.
 */
export async function readPlainFile(
  path: string,
  bytesMax: number,
): Promise<{ readonly bytes: Uint8Array } | FileFault> {
  try {
    // ATTACK: a pipe would keep an ordinary open waiting, a link would lead elsewhere (threats 24, 28).
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { size } = await file.stat().then((stat) => ({ size: stat.isFile() ? stat.size : -1 }));
    if (size < 0) return { why: "not-a-file" };
    if (size > bytesMax) return { why: "too-large" };
    const bytes = new Uint8Array(size + 1);
    let length = 0;
    while (length < bytes.byteLength) {
      const { bytesRead } = await file.read(bytes, length, bytes.byteLength - length, length);
      if (bytesRead === 0) return { bytes: bytes.subarray(0, length) };
      length += bytesRead;
    }
    // It grew while it was read: what was measured is not what is there.
    return { why: "unreadable" };
  } catch (error) {
    return { why: faultOf(error) };
  }
}

/** The closed word for an error of the file system. */
export function faultOf(error: unknown): FileFault["why"] {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR") return "absent";
  if (code === "ELOOP" || code === "EMLINK") return "link";
  return code === "ENXIO" || code === "EISDIR" ? "not-a-file" : "unreadable";
}
