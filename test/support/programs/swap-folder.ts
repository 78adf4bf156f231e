// Swaps `place` for a link to `outside` and back, for ever; both may be folders or files.
import { renameSync, symlinkSync, unlinkSync } from "node:fs";

const [place = "", outside = ""] = process.argv.slice(2);
console.log("swapping");
for (;;) {
  renameSync(place, `${place}.parked`);
  symlinkSync(outside, place);
  unlinkSync(place);
  renameSync(`${place}.parked`, place);
}
