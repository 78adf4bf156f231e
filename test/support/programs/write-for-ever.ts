// Replaces one file of a mount again and again, each time by a mebibyte of another of the letters; prints each write.
import { performFileEffect } from "../file-effects.ts";

const [folder = "", path = "", letters = ""] = process.argv.slice(2);
console.log("writing");
for (let written = 0; ; written++) {
  const letter = letters.charAt(written % letters.length);
  await performFileEffect("fs.write", { folder, path }, { mode: "replace", bytes: Buffer.alloc(1_048_576, letter) });
  console.log(letter);
}
