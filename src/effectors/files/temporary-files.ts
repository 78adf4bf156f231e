import { randomBytes } from "node:crypto";
import { fstatSync, lstatSync, rmSync } from "node:fs";
import { opendir } from "node:fs/promises";
import { temporaryPrefix } from "../../calls/guest-path.ts";
import { limits } from "../../calls/limits.ts";
import { identityOf, type Place } from "./open-place.ts";

const temporaryName = /^\.yoi-[0-9a-f]{32}$/;

// When this host last swept a folder, by its identity: writing into a long folder must not mean reading it each time.
const sweptAtMs = new Map<string, number>();

/** A new path in a folder for a file that is not whole yet. */
export function temporaryPath(folder: Place): string {
  return `${folder.path}/${temporaryPrefix}${randomBytes(16).toString("hex")}`;
}

/**
 * Removes what writes that were killed left in a folder: temporaries that are too old to belong to a write that runs,
 * and those whose content has got its name already, which would be a second name for it. Best effort: it never fails.
 */
export async function sweepTemporaries(folder: Place, stop: AbortSignal): Promise<void> {
  const identity = identityOf(fstatSync(folder.fd, { bigint: true }));
  const nowMs = Date.now();
  if (nowMs - (sweptAtMs.get(identity) ?? 0) < limits.temporaryFileMs) return;
  if (sweptAtMs.size >= limits.sweptFoldersMax) sweptAtMs.clear();
  sweptAtMs.set(identity, nowMs);
  try {
    let seen = 0;
    for await (const { name } of await opendir(folder.path, { bufferSize: limits.namesPerTurnMax })) {
      if (stop.aborted || ++seen > limits.folderEntriesMax) return;
      if (temporaryName.test(name)) sweepTemporary(`${folder.path}/${name}`, nowMs);
    }
  } catch {
    // A folder that cannot be swept can perhaps be written to, and that is what was asked for.
  }
}

function sweepTemporary(path: string, nowMs: number): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined || !stats.isFile()) return;
  if (stats.nlink > 1 || nowMs - stats.mtimeMs > limits.temporaryFileMs) rmSync(path, { force: true });
}
