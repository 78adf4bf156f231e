// Appends lines to one file of a mount, each a letter many times over.
import { performFileEffect } from "../file-effects.ts";

const [folder = "", path = "", count = "0", letter = ""] = process.argv.slice(2);
console.log("ready");
await new Promise((resolve) => process.stdin.once("data", resolve));
for (let index = 0; index < Number(count); index++) {
  await performFileEffect("fs.append", { folder, path }, { bytes: Buffer.from(`${letter.repeat(9_999)}\n`) });
}
process.exit();
