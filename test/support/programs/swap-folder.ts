// Swaps `place` for a link to `outside` and back, for ever; both may be folders or files. What somebody else puts in its
// way meanwhile does not stop it.
import { renameSync, symlinkSync, unlinkSync } from "node:fs";

const [place = "", outside = ""] = process.argv.slice(2);
console.log("swapping");
for (;;) {
  attempt(() => renameSync(place, `${place}.parked`));
  attempt(() => symlinkSync(outside, place));
  attempt(() => unlinkSync(place));
  attempt(() => renameSync(`${place}.parked`, place));
}

function attempt(step: () => void): void {
  try {
    step();
  } catch {
    // The next round finds it as it is.
  }
}
