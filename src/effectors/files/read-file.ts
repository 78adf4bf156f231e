import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { limits } from "../../calls/limits.ts";
import type { YoiError } from "../../errors/yoi-error.ts";
import type { Warrant } from "../../warrants/warrant.ts";
import { effectFailed } from "../effect-failure.ts";
import { lookAtFile, refuseSecondName } from "./plain-file.ts";
import type { Visit } from "./visit-mount.ts";

/** What to read of a file: from where, how much at most, and how much would be too much. */
interface Extent {
  readonly offset: number;
  readonly length: number;
  readonly bytesMax: number;
}

/**
 * Reads a regular file with one name, whole or the range that was asked for: fewer bytes than that only at the end of
 * the file, and an error and not one byte where there would be more than the bounds allow.
 */
export async function readFile(
  { openPlace, stop }: Visit,
  { target, bounds }: Warrant<"fs.read">,
): Promise<Uint8Array> {
  const { offset = 0, length = Number.POSITIVE_INFINITY } = target;
  const bytesMax = Math.min(limits.fileReadBytesMax, bounds.responseBytesMax ?? Number.POSITIVE_INFINITY);
  using place = openPlace();
  const stats = lookAtFile(place);
  refuseSecondName(stats);
  const bytesExpected = Math.min(length, Math.max(0, stats.size - offset));
  if (bytesExpected > bytesMax) throw tooLarge(bytesMax);
  await using file = await open(place.path, constants.O_RDONLY | constants.O_NONBLOCK);
  return await readExtent(file, { offset, length, bytesMax }, bytesExpected, stop);
}

async function readExtent(
  file: FileHandle,
  { offset, length, bytesMax }: Extent,
  bytesExpected: number,
  stop: AbortSignal,
): Promise<Uint8Array> {
  // One byte more than expected, so that the end, or that the file grew, is seen.
  let buffer = new Uint8Array(Math.min(length, bytesExpected + 1));
  for (let filled = 0; ; ) {
    stop.throwIfAborted();
    if (filled === length) return buffer;
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, offset + filled);
    if (bytesRead === 0) return buffer.subarray(0, filled);
    filled += bytesRead;
    if (filled > bytesMax) throw tooLarge(bytesMax);
    if (filled === buffer.length) buffer = enlarge(buffer, Math.min(length, bytesMax + 1));
  }
}

function enlarge(buffer: Uint8Array, bytesMax: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.min(Math.max(buffer.length * 2, 4_096), bytesMax));
  larger.set(buffer);
  return larger;
}

function tooLarge(bytesMax: number): YoiError {
  return effectFailed("too-large", `there is more to read than ${bytesMax} bytes`);
}
