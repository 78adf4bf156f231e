// An agent's half of a conversation: what it tells its model, and what it does when the model asks for tools.
import { openYoi } from "yoi";

const [, , workspace = "."] = process.argv;

const yoi = await openYoi({
  workspace,
  tools: [
    {
      name: "add",
      description: "Adds two numbers.",
      inputSchema: {
        type: "object",
        properties: { one: { type: "number" }, other: { type: "number" } },
        required: ["one", "other"],
        additionalProperties: false,
      },
      run: async ({ one, other }) => `${Number(one) + Number(other)}`,
    },
  ],
});

const told = yoi.tools.list().map(({ name }) => name);
console.log("the model is told of:", told.join(", "));

for (const [tool, input] of [
  ["add", { one: 2, other: 3 }],
  ["read_note", { path: "notes/today.md" }],
  ["read_note", { path: "notes/private/diary.md" }],
  ["read_note", { note: "today" }],
] as const) {
  const { outcome, summary, isError, decision } = await yoi.tools.call(tool, input, { agent: "cli" });
  console.log(`${tool}: ${outcome}${isError ? ", an error" : ""}: ${summary}`);
  // Only an operator can see why: `yoi plugin explain <decision>`.
  if (outcome === "denied") console.log(`  ask an operator about ${decision}`);
}

console.log("the history has", yoi.tools.history("cli").items().length, "items");
await yoi.close();
