import { lstatSync, readFileSync, readlinkSync } from "node:fs";
import { mountedOver } from "./mounted-over.ts";
import { identityOf, identityOfPlace, mountIdOf, type Place, type Walls } from "./open-place.ts";

/**
 * Tells which names of a folder are not there for any guest: what a wall stands around, and what something else is
 * mounted over, as `openPlace` would answer. Names come with a character for each byte.
 */
export function screenNames(folder: Place, walls: Walls): (bytes: string) => boolean {
  // One table says it of all names at once; to open each would cost many times what the listing does.
  const table = readFileSync("/proc/self/mountinfo", "latin1");
  const covered = mountedOver(table, { path: readlinkSync(folder.path, "latin1"), mountId: mountIdOf(folder) });
  const identity = identityOfPlace(folder);
  return (bytes) => {
    if (covered.has(bytes)) return true;
    const name = Buffer.from(bytes, "latin1");
    if (walls.has(`${identity}/${name}`)) return true;
    const path = Buffer.concat([Buffer.from(`${folder.path}/`), name]);
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    return stats !== undefined && walls.has(identityOf(stats));
  };
}
