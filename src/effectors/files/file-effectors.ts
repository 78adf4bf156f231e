// Station: what a plugin does to files. In comes the warrant of one action on a path that was decided, whose mount led to
// a folder of the host; out goes what was read, or a closed word of how it failed. It never learns what policy said,
// what the guest wrote, or where a link leads: it goes down from the mount's folder, one name at a time.
import type { FsAction } from "../../calls/powers.ts";
import { effectFailed } from "../effect-failure.ts";
import type { Effector } from "../effector.ts";
import { appendFile } from "./append-file.ts";
import { listFolder } from "./list-folder.ts";
import { makeDirectory } from "./make-directory.ts";
import { canOpenPlaces } from "./open-place.ts";
import { readFile } from "./read-file.ts";
import { removePlace } from "./remove-place.ts";
import { statPlace } from "./stat-place.ts";
import { visitMount } from "./visit-mount.ts";
import { writeFile } from "./write-file.ts";

// What looks like files there is the state of processes and of the kernel, the host's environment included.
const pseudoFolders = ["/proc", "/sys"];

/**
 * Makes the effectors of every action on files. `refuses` names, anew for each effect, the files and folders that no
 * mount may reach, whatever path, link, parent or bind mount leads there, nor any guest make where they do not exist yet.
 * @throws {YoiError} YOI_EFFECT_FAILED where the system cannot open files by descriptor: all but Linux with /proc
 */
export function createFileEffectors(parts: { readonly refuses: () => readonly string[] }): {
  readonly [A in FsAction]: Effector<A>;
} {
  if (!canOpenPlaces()) {
    throw effectFailed("unavailable", "reaching files needs Linux with /proc, to do it without a race");
  }
  const refuses = () => [...parts.refuses(), ...pseudoFolders];
  return {
    "fs.read": visitMount("fs.read", refuses, readFile),
    "fs.list": visitMount("fs.list", refuses, listFolder),
    "fs.stat": visitMount("fs.stat", refuses, statPlace),
    "fs.write": visitMount("fs.write", refuses, writeFile),
    "fs.append": visitMount("fs.append", refuses, appendFile),
    "fs.make-directory": visitMount("fs.make-directory", refuses, makeDirectory),
    "fs.remove": visitMount("fs.remove", refuses, removePlace),
  };
}
