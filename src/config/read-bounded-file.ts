import { constants } from "node:fs";
import { open } from "node:fs/promises";

/** What reading a file that a person wrote came to; `absent` is no error. */
export type FileText = { readonly text: string } | { readonly absent: true } | { readonly problem: string };

/**
 * Reads a regular file of at most `bytesMax` bytes as UTF-8, or in base64. A FIFO never blocks it, and no problem
 * repeats the system's own words.
 */
export async function readBoundedFile(
  path: string,
  bytesMax: number,
  encoding: "utf8" | "base64" = "utf8",
): Promise<FileText> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = await file.stat();
    if (!stat.isFile()) return { problem: "not a regular file" };
    // As large as the file says it is and a byte more, which shows that it has grown: only then as large as it may be.
    let buffer = Buffer.alloc(Math.min(stat.size, bytesMax) + 1);
    let length = 0;
    while (length <= bytesMax) {
      if (length === buffer.length) buffer = Buffer.concat([buffer], bytesMax + 1);
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    if (length > bytesMax) return { problem: `longer than ${bytesMax} bytes` };
    const bytes = buffer.subarray(0, length);
    if (encoding === "base64") return { text: bytes.toString("base64") };
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch (error) {
    if (isErrno(error, "ENOENT") || isErrno(error, "ENOTDIR")) return { absent: true };
    return { problem: error instanceof TypeError ? "not UTF-8 text" : "not readable" };
  }
}

/** Whether `error` is the system's error of this name. */
function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
