import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import { isSegment } from "../../calls/guest-path.ts";
import { effectFailed, systemCode } from "../effect-failure.ts";

// Reaching things by descriptors, one name at a time: what was looked at is held open, so that nobody can swap it
// before it is used. Comes in: a mount's folder, and names below it; goes out: exactly that thing, or that name in
// exactly that folder. Lookups are synchronous (some 50 µs a file, and many times that on the thread pool); contents
// are neither read nor written here.
// What it cannot see: a mount whose own folder somebody bound from *inside* of a refused folder. That takes the right to
// mount, and an operator's entry that names it.

// Linux's O_PATH, which node:fs does not name: a place in the tree, neither opened nor blocked on. Closing such a
// descriptor leaves the process's locks on the file alone, too: SQLite needs them for the journal.
const placeOnly = 0o10000000 | constants.O_NOFOLLOW;

/**
 * What nothing may reach or make: by device and inode, which no path, link or bind mount can disguise; what does not
 * exist yet, by the folder that it would be made in and its name there.
 */
export type Walls = ReadonlySet<string>;

/** One thing in a mount, held by a descriptor that gives no right to read or write it. */
export interface Place extends Disposable {
  readonly fd: number;
  /** By this path, the system opens the very thing that is held. */
  readonly path: string;
}

/** One name in a folder of a mount, taken or free; the folder is held. */
export interface Slot extends Disposable {
  readonly folder: Place;
  /** By this path, the system acts on that name in that folder. */
  readonly path: string;
  /** What has the name; nothing where it is free. */
  look(): Place | undefined;
}

/** Whether this system has what `openPlace` needs. */
export function canOpenPlaces(): boolean {
  return process.platform === "linux" && statSync("/proc/self/fd", { throwIfNoEntry: false }) !== undefined;
}

/** Walls around files and folders, as they are now; around what does not exist, so that it cannot be made. */
export function buildWalls(paths: readonly string[]): Walls {
  return new Set(paths.map(wallOf));
}

function wallOf(path: string): string {
  const identity = identityAt(path);
  if (identity !== undefined) return identity;
  const above = dirname(path);
  const wall = wallOf(above);
  // ATTACK: a store or a configuration that its owner has not made yet, made by a guest (threats 45).
  return wall.includes("/") ? wall : `${wall}/${basename(path)}`;
}

function identityAt(path: string): string | undefined {
  try {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
    return stats && identityOf(stats);
  } catch (error) {
    // FAIL-CLOSED: what cannot be looked at is walled by its name in what can; without that, nothing is reached.
    if (path === "/") throw error;
    return undefined;
  }
}

/** Who a thing is, whatever path leads to it. */
export function identityOf(stats: { readonly dev: bigint; readonly ino: bigint }): string {
  return `${stats.dev}:${stats.ino}`;
}

/**
 * Opens what `names` lead to below `folder` (absolute, without links), or the folder itself. No link is followed and no
 * wall passed, above the folder or below it; what lies on another mount than the folder is refused. The answer is then
 * the same as for what does not exist.
 * @throws {YoiError} YOI_EFFECT_FAILED, or the system's own error
 */
export function openPlace(folder: string, names: readonly string[], walls: Walls): Place {
  if (names.length === 0) return openMount(folder, walls);
  using slot = openSlot(folder, names, walls);
  const place = slot.look();
  if (place === undefined) throw effectFailed("not-found");
  return place;
}

/**
 * Opens the folder that the last of `names` lies in, or would lie in, as `openPlace` does. The mount itself has no name
 * in a folder, and is refused.
 * @throws {YoiError} YOI_EFFECT_FAILED, or the system's own error
 */
export function openSlot(folder: string, names: readonly string[], walls: Walls): Slot {
  const name = names.at(-1);
  if (name === undefined) throw effectFailed("not-a-file", "it is the mount itself");
  // ATTACK: `..` would climb where no link is needed. Descriptions never hold one; this does not lean on that.
  if (!names.every(isSegment)) throw effectFailed("not-found");
  const mount = openMount(folder, walls);
  const mountId = keptOpen(mount, () => mountIdOf(mount));
  const parent = descend(mount, names.slice(0, -1), walls);
  // ATTACK: part of a refused folder, or another file system, bound over a name in the mount (threats 28, 45).
  const check = (place: Place) => {
    if (walls.has(identityOfPlace(place)) || mountIdOf(place) !== mountId) throw effectFailed("not-found");
  };
  keptOpen(parent, () => {
    check(parent);
    if (walls.has(`${identityOfPlace(parent)}/${name}`)) throw effectFailed("not-found");
  });
  const path = `${parent.path}/${name}`;
  const look = () => {
    const place = openIfThere(path);
    if (place !== undefined) keptOpen(place, () => check(place));
    return place;
  };
  return { folder: parent, path, look, [Symbol.dispose]: () => parent[Symbol.dispose]() };
}

function openMount(folder: string, walls: Walls): Place {
  const names = folder.split("/").filter((part) => part !== "");
  return descend(openFolder("/", walls), names, walls);
}

/** Goes down from a folder, which it lets go. */
function descend(from: Place, names: readonly string[], walls: Walls): Place {
  return names.reduce((folder, name) => {
    using above = folder;
    return openFolder(`${above.path}/${name}`, walls);
  }, from);
}

function openFolder(path: string, walls: Walls): Place {
  const folder = hold(openSync(path, placeOnly | constants.O_DIRECTORY));
  if (!walls.has(keptOpen(folder, () => identityOfPlace(folder)))) return folder;
  folder[Symbol.dispose]();
  throw effectFailed("not-found");
}

function openIfThere(path: string): Place | undefined {
  try {
    return hold(openSync(path, placeOnly));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function hold(fd: number): Place {
  return { fd, path: `/proc/self/fd/${fd}`, [Symbol.dispose]: () => closeSync(fd) };
}

function keptOpen<T>(place: Place, look: () => T): T {
  try {
    return look();
  } catch (error) {
    place[Symbol.dispose]();
    throw error;
  }
}

/** Who the thing is that is held. */
export function identityOfPlace({ fd }: Place): string {
  return identityOf(fstatSync(fd, { bigint: true }));
}

/**
 * Which of the system's mounts a place is reached through.
 * @throws {YoiError} YOI_EFFECT_FAILED with `unavailable` where the system does not say
 */
export function mountIdOf({ fd }: Place): string {
  const found = /^mnt_id:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1];
  // FAIL-CLOSED: where the system does not say, two unknown mounts must not look like one.
  if (found === undefined) throw effectFailed("unavailable", "the system does not say what is mounted where");
  return found;
}
