import { fstatSync, rmdirSync, unlinkSync } from "node:fs";
import { effectFailed } from "../effect-failure.ts";
import { lookAtFile } from "./plain-file.ts";
import { sweepTemporaries } from "./temporary-files.ts";
import type { Visit } from "./visit-mount.ts";

/** Removes the name of a regular file, or a folder that is empty; links and special files stay, as `not-a-file`. */
export async function removePlace({ openSlot, stop, commit }: Visit): Promise<undefined> {
  using slot = openSlot();
  using place = slot.look();
  if (place === undefined) throw effectFailed("not-found");
  if (fstatSync(place.fd).isDirectory()) {
    // What no guest is shown must not keep a folder from being empty.
    await sweepTemporaries(place, stop);
    commit();
    rmdirSync(slot.path);
  } else {
    lookAtFile(place);
    commit();
    unlinkSync(slot.path);
  }
}
