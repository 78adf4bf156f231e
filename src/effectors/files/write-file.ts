import { accessSync, constants, linkSync, renameSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { limits } from "../../calls/limits.ts";
import type { WriteMode } from "../../calls/powers.ts";
import type { Warrant } from "../../warrants/warrant.ts";
import { effectFailed } from "../effect-failure.ts";
import type { Slot } from "./open-place.ts";
import { lookAtFile } from "./plain-file.ts";
import { sweepTemporaries, temporaryPath } from "./temporary-files.ts";
import type { Visit } from "./visit-mount.ts";

/**
 * Writes a file that is there whole or not at all: into a temporary in the same folder, to the disk, and only then under
 * its name. `create` refuses a name that is taken; `replace` refuses to replace what is no regular file.
 */
export async function writeFile(
  { openSlot, stop, commit }: Visit,
  { target }: Warrant<"fs.write">,
): Promise<undefined> {
  const { bytes, mode } = target;
  if (bytes.length > limits.fileWriteBytesMax) throw effectFailed("too-large");
  using slot = openSlot();
  const permissions = permissionsToKeep(slot, mode);
  // Opened first: a folder that lets itself not be synced must be found out before anything changed.
  await using folder = await open(slot.folder.path, constants.O_RDONLY | constants.O_DIRECTORY);
  await sweepTemporaries(slot.folder, stop);
  const temporary = temporaryPath(slot.folder);
  try {
    await writeTemporary(temporary, bytes, permissions, stop);
    commit();
    // A link is refused where the name is taken, which a rename would not be. It and the removal of the temporary run in
    // one go, so that no other effect of this host sees the file with two names.
    if (mode === "create") linkSync(temporary, slot.path);
    else renameSync(temporary, slot.path);
  } finally {
    rmSync(temporary, { force: true });
  }
  await folder.sync();
}

/** The permission bits of the file that is to be replaced; nothing where the name is free. */
function permissionsToKeep(slot: Slot, mode: WriteMode): number | undefined {
  using place = slot.look();
  if (place === undefined) return undefined;
  if (mode === "create") throw effectFailed("exists");
  const stats = lookAtFile(place);
  // A rename asks for rights to the folder alone, but a file that its owner made read-only is to stay as it is.
  accessSync(place.path, constants.W_OK);
  return stats.mode & 0o777;
}

async function writeTemporary(
  path: string,
  bytes: Uint8Array,
  permissions: number | undefined,
  stop: AbortSignal,
): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  // Until it has the old file's permissions, nobody else may read what could be meant for fewer eyes.
  await using file = await open(path, flags, permissions === undefined ? 0o644 : 0o600);
  stop.throwIfAborted();
  await file.writeFile(bytes);
  if (permissions !== undefined) await file.chmod(permissions);
  stop.throwIfAborted();
  await file.sync();
}
