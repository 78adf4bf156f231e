// Writes or appends so many bytes to a file of a mount, and prints what came of it. As root, it becomes nobody first, so
// that permissions count.
import { performFileEffect, wordOf } from "../file-effects.ts";

const [operation = "", folder = "", path = "", count = "0"] = process.argv.slice(2);
if (process.getuid?.() === 0) process.setuid?.(65_534);
const bytes = Buffer.alloc(Number(count), "n");
console.log(
  await wordOf(async () => {
    if (operation === "append") await performFileEffect("fs.append", { folder, path }, { bytes });
    else await performFileEffect("fs.write", { folder, path }, { mode: "replace", bytes });
    return "done";
  }),
);
