import { fstatSync, type Stats } from "node:fs";
import { effectFailed } from "../effect-failure.ts";
import type { Place } from "./open-place.ts";

/**
 * Looks at a file that is about to be opened; nothing was opened for reading or writing yet.
 * @throws {YoiError} YOI_EFFECT_FAILED with `not-a-file` for what is no regular file
 */
export function lookAtFile({ fd }: Place): Stats {
  const stats = fstatSync(fd);
  // ATTACK: a link, a FIFO that blocks, a device that acts when it is opened (threats 24, 28).
  if (!stats.isFile()) throw effectFailed("not-a-file");
  return stats;
}

/**
 * Refuses a file that has another name.
 * @throws {YoiError} YOI_EFFECT_FAILED with `not-a-file`
 */
export function refuseSecondName({ nlink }: Stats): void {
  // ATTACK: a second name for a file that lies in a refused folder or outside of the mount (threats 24, 25, 45). A file
  // does not say where its other names are, and searching the refused folders each time would cost more than the
  // effect and miss the rest of the disk. So the content of a file that has another name is not this mount's.
  if (nlink > 1) throw effectFailed("not-a-file", "it is a file with more than one name");
}
