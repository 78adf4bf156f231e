// Tries to create `new-0`, `new-1`, … in a mount, each holding its own letter; prints how many it made.
import { performFileEffect, wordOf } from "../file-effects.ts";

const [folder = "", count = "0", letter = ""] = process.argv.slice(2);
console.log("ready");
await new Promise((resolve) => process.stdin.once("data", resolve));
let made = 0;
for (let index = 0; index < Number(count); index++) {
  const answer = await wordOf(async () => {
    const bytes = Buffer.alloc(10_000, letter);
    await performFileEffect("fs.write", { folder, path: `new-${index}` }, { mode: "create", bytes });
    return "made";
  });
  if (answer === "made") made++;
  else if (answer !== "exists") console.log(answer);
}
console.log(made);
process.exit();
