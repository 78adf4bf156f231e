import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { limits } from "../../calls/limits.ts";
import type { Warrant } from "../../warrants/warrant.ts";
import { effectFailed, systemCode } from "../effect-failure.ts";
import { inTurn } from "./in-turn.ts";
import { identityOf, type Slot } from "./open-place.ts";
import { lookAtFile, refuseSecondName } from "./plain-file.ts";
import type { Visit } from "./visit-mount.ts";

const appending = constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK;
const making = appending | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * Puts bytes at the end of a regular file with one name, which is made where there is none: all of them in one write,
 * or none. What did not fit is taken back.
 */
export async function appendFile(
  { openSlot, stop, commit }: Visit,
  { target }: Warrant<"fs.append">,
): Promise<undefined> {
  if (target.bytes.length > limits.fileWriteBytesMax) throw effectFailed("too-large");
  using slot = openSlot();
  await using file = await openToAppend(slot);
  const identity = identityOf(await file.stat({ bigint: true }));
  // One after the other, so that what is taken back is one's own, and the bound on the file holds.
  await inTurn(identity, () => appendTo(file, target.bytes, stop, commit));
}

async function openToAppend(slot: Slot): Promise<FileHandle> {
  const there = await openThere(slot);
  if (there !== undefined) return there;
  try {
    return await open(slot.path, making, 0o644);
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
    // Somebody else made it meanwhile. Where it is gone again, the name is fought over, and this effect gives way.
    const made = await openThere(slot);
    if (made !== undefined) return made;
    throw error;
  }
}

async function openThere(slot: Slot): Promise<FileHandle | undefined> {
  using place = slot.look();
  if (place === undefined) return undefined;
  // Before it is opened: closing a second name for the journal would drop the locks that this process has on it.
  refuseSecondName(lookAtFile(place));
  return await open(place.path, appending);
}

async function appendTo(file: FileHandle, bytes: Uint8Array, stop: AbortSignal, commit: () => void): Promise<void> {
  stop.throwIfAborted();
  const before = await file.stat();
  refuseSecondName(before);
  if (before.size + bytes.length > limits.fileAppendedBytesMax) {
    throw effectFailed("too-large", `the file would be longer than ${limits.fileAppendedBytesMax} bytes`);
  }
  commit();
  const { bytesWritten } = await file.write(bytes, 0, bytes.length, null);
  if (bytesWritten === bytes.length) return;
  // Only while it is still the end: what another program appended after it is not this effect's to cut.
  const { size } = await file.stat();
  if (size === before.size + bytesWritten) await file.truncate(before.size);
  throw effectFailed("no-space");
}
