import { fstatSync } from "node:fs";
import type { FileStatus } from "../../calls/powers.ts";
import type { Visit } from "./visit-mount.ts";

/**
 * Says what lies at a path without opening it. Of what is neither a folder nor a file that could be read, it says that
 * it is there and nothing else.
 */
export async function statPlace({ openPlace }: Visit): Promise<FileStatus> {
  using place = openPlace();
  const stats = fstatSync(place.fd);
  const modifiedMs = Math.max(0, Math.floor(stats.mtimeMs));
  if (stats.isDirectory()) return { kind: "folder", bytes: 0, modifiedMs };
  // ATTACK: size and time of a file outside, learned by a second name for it (threats 24, 27).
  if (!stats.isFile() || stats.nlink > 1) return { kind: "other", bytes: 0, modifiedMs: 0 };
  return { kind: "file", bytes: stats.size, modifiedMs };
}
