import { openYoi } from "../../src/open-yoi.ts";

// What an agent's program would do: one host, two plugins, one of which never answers.
const yoi = await openYoi({ workspace: "." });
const beganAt = performance.now();
const caller = { agent: "cli" };
let spinning = true;
const report = (tool: string, text: string) => {
  console.log(`${tool.padEnd(9)} ${text}`, `(${Math.round(performance.now() - beganAt)} ms)`);
};

const spin = yoi.tools.call("spin", {}, caller).then((result) => {
  spinning = false;
  report("spin", `failed: ${result.summary}`);
});
report("spin", "called: it loops, and asks for nothing");
for (const when of ["while", "after"]) {
  if (when === "after") await spin;
  const { summary } = await yoi.tools.call("outline", { path: "docs/README.md" }, caller);
  report("outline", `answered ${spinning ? "while spin loops" : "after spin's end"}: ${summary}`);
}
await yoi.close();
