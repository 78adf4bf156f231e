import { closeSync, constants, fstatSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { limits } from "../../calls/limits.ts";
import { YoiError } from "../../errors/yoi-error.ts";
import { spendWarrant } from "../../warrants/spend-warrant.ts";
import type { Warrant } from "../../warrants/warrant.ts";
import { effectFailed, fromSystemError } from "../effect-failure.ts";
import type { Effector } from "../effector.ts";
import { withinTime } from "../within-time.ts";
import { canOpenPlaces, identifyFolders, openPlace, pathOf } from "./open-place.ts";

// What looks like files there is the state of processes and of the kernel, the host's environment included.
const pseudoFolders = ["/proc", "/sys"];

/**
 * Makes the effector of `fs.read`: one whole regular file of a mount, or an error and not one byte. `refuses` are the
 * folders that no mount may reach, whatever path, link, parent or bind mount leads there.
 * @throws {YoiError} YOI_EFFECT_FAILED where the system cannot open files by descriptor: all but Linux with /proc
 */
export function createFileReader(parts: {
  readonly refuses: readonly string[];
  readonly bytesMax?: number;
}): Effector<"fs.read"> {
  if (!canOpenPlaces()) {
    throw effectFailed("unavailable", "reading files needs Linux with /proc, to reach them without a race");
  }
  const folders = [...parts.refuses, ...pseudoFolders];

  return async (warrant) => {
    try {
      spendWarrant(warrant, "fs.read");
      const { folder, segments } = warrant.target;
      if (folder === undefined) throw effectFailed("unavailable", "nothing is bound to the mount");
      const bytesMax = Math.min(
        parts.bytesMax ?? limits.fileReadBytesMax,
        warrant.bounds.responseBytesMax ?? Number.POSITIVE_INFINITY,
      );
      const timeoutMs = Math.min(limits.hostCallMs, warrant.bounds.timeoutMs ?? Number.POSITIVE_INFINITY);
      return await withinTime({ signal: warrant.signal, timeoutMs }, async (stop) => {
        // Looked up anew each time: a store or a state folder may have come into being since the last read.
        const place = openPlace(folder, segments, identifyFolders(folders));
        return readPlace(place, bytesMax, stop);
      });
    } catch (error) {
      throw asFailure(error, warrant);
    }
  };
}

/** Reads the file that `place` stands for, and closes `place`. */
async function readPlace(place: number, bytesMax: number, stop: AbortSignal): Promise<Uint8Array> {
  let file: FileHandle;
  let bytesExpected: number;
  try {
    bytesExpected = checkFile(place, bytesMax);
    file = await open(pathOf(place), constants.O_RDONLY | constants.O_NONBLOCK);
  } finally {
    closeSync(place);
  }
  try {
    return await readWhole(file, bytesExpected, bytesMax, stop);
  } finally {
    await file.close();
  }
}

/** Answers the size of a file that may be read; nothing else was opened for reading yet. */
function checkFile(place: number, bytesMax: number): number {
  const stats = fstatSync(place);
  // ATTACK: a link, a FIFO that blocks, a device that acts when it is opened (threats 24, 28).
  if (!stats.isFile()) throw effectFailed("not-a-file", "it is not a regular file");
  // ATTACK: a second name for a file that lies in a refused folder or outside of the mount (threats 24, 45). A file does
  // not say where its other names are, and searching the refused folders at each read would cost more than the read
  // and miss the rest of the disk. So a file that has another name is not a file of this mount.
  if (stats.nlink > 1) throw effectFailed("not-a-file", "it is a file with more than one name");
  if (stats.size > bytesMax) throw tooLarge(bytesMax);
  return stats.size;
}

async function readWhole(
  file: FileHandle,
  bytesExpected: number,
  bytesMax: number,
  stop: AbortSignal,
): Promise<Uint8Array> {
  // One byte more than expected, so that the end, or that the file grew, is seen.
  let buffer = new Uint8Array(bytesExpected + 1);
  for (let filled = 0; ; ) {
    stop.throwIfAborted();
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, filled);
    if (bytesRead === 0) return buffer.subarray(0, filled);
    filled += bytesRead;
    if (filled > bytesMax) throw tooLarge(bytesMax);
    if (filled === buffer.length) buffer = enlarge(buffer, bytesMax + 1);
  }
}

function enlarge(buffer: Uint8Array, bytesMax: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.min(Math.max(buffer.length * 2, 4_096), bytesMax));
  larger.set(buffer);
  return larger;
}

function tooLarge(bytesMax: number): YoiError {
  return effectFailed("too-large", `the file is longer than ${bytesMax} bytes`);
}

function asFailure(error: unknown, warrant: Warrant<"fs.read">): YoiError {
  const wasCalledOff = warrant.signal.aborted && !(error instanceof YoiError);
  return wasCalledOff ? effectFailed("cancelled", "it was called off") : fromSystemError(error);
}
