import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from "node:fs";
import { effectFailed } from "../effect-failure.ts";

// Reaching a file by descriptors, one name at a time: what was looked at is held open, so that nobody can swap it
// before it is used. Comes in: a folder, and names below it; goes out: a descriptor of exactly that file.
// Lookups are synchronous (some 50 µs a file, and many times that on the thread pool); contents are not read here.
// What it cannot see: a mount whose own folder somebody bound from *inside* of a refused folder. That takes the right to
// mount, and an operator's entry that names it.

// Linux's O_PATH, which node:fs does not name: a place in the tree, neither opened nor blocked on. Closing such a
// descriptor leaves the process's locks on the file alone, too: SQLite needs them for the journal.
const placeOnly = 0o10000000 | constants.O_NOFOLLOW;

/** Folders by device and inode, which no path, link or bind mount can disguise. */
export type Identities = ReadonlySet<string>;

/** Whether this system has what `openPlace` needs. */
export function canOpenPlaces(): boolean {
  return process.platform === "linux" && statSync("/proc/self/fd", { throwIfNoEntry: false }) !== undefined;
}

/** The identities of those of the folders that exist now. */
export function identifyFolders(folders: readonly string[]): Identities {
  const found = folders.map((folder) => statSync(folder, { bigint: true, throwIfNoEntry: false }));
  return new Set(found.flatMap((stats) => (stats === undefined ? [] : [identity(stats)])));
}

/**
 * Opens `names` below `folder` (absolute, without links) and answers a descriptor that gives no right to read, which
 * the caller closes. No link is followed and no refused folder entered, above the folder or below it; what lies on
 * another mount than the folder is refused. The answer is then the same as for a file that does not exist.
 * @throws {YoiError} YOI_EFFECT_FAILED, or the system's own error
 */
export function openPlace(folder: string, names: readonly string[], refused: Identities): number {
  const name = names.at(-1);
  if (name === undefined || !names.every(isPlainName)) throw notFound();
  const above = folder.split("/").filter((part) => part !== "");
  const mount = descend(openFolder("/", refused), above, refused);
  const mountId = keptOpen(mount, mountIdOf);
  const parent = descend(mount, names.slice(0, -1), refused);
  const place = andClose(parent, () => openSync(beneath(parent, name), placeOnly));
  // ATTACK: part of a refused folder, or another file system, bound over a name in the mount (threats 28, 45).
  if (keptOpen(place, mountIdOf) === mountId) return place;
  closeSync(place);
  throw notFound();
}

/** The path by which the system opens the very thing that a descriptor stands for. */
export function pathOf(fd: number): string {
  return `/proc/self/fd/${fd}`;
}

/** Goes down from a folder, whose descriptor it closes. */
function descend(from: number, names: readonly string[], refused: Identities): number {
  return names.reduce((folder, name) => andClose(folder, () => openFolder(beneath(folder, name), refused)), from);
}

function openFolder(path: string, refused: Identities): number {
  const folder = openSync(path, placeOnly | constants.O_DIRECTORY);
  if (!refused.has(identity(keptOpen(folder, (fd) => fstatSync(fd, { bigint: true }))))) return folder;
  closeSync(folder);
  throw notFound();
}

function beneath(folder: number, name: string): string {
  return `${pathOf(folder)}/${name}`;
}

// ATTACK: `..` would climb where no link is needed. Descriptions never hold one; this does not lean on that.
function isPlainName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[/\0]/.test(name);
}

function identity(stats: { readonly dev: bigint; readonly ino: bigint }): string {
  return `${stats.dev}:${stats.ino}`;
}

function mountIdOf(fd: number): string {
  const found = /^mnt_id:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1];
  // FAIL-CLOSED: where the system does not say, two unknown mounts must not look like one.
  if (found === undefined) throw effectFailed("unavailable", "the system does not say what is mounted where");
  return found;
}

function keptOpen<T>(fd: number, look: (fd: number) => T): T {
  try {
    return look(fd);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function andClose<T>(fd: number, use: () => T): T {
  try {
    return use();
  } finally {
    closeSync(fd);
  }
}

function notFound(): Error {
  return effectFailed("not-found", "there is no such file");
}
