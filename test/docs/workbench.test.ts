import test from "ava";
import { commandTable } from "../../src/cli/command-table.ts";
import { readPage } from "../support/pages.ts";

const page = readPage("workbench.md");

test("each command that `docs/workbench.md` has a section for exists", (t) => {
  const sections = [...page.matchAll(/^## .*`yoi ([a-z ]+)`$/gm)].map(([, words = ""]) => words);
  t.true(sections.length > 0);
  const known = commandTable.map(({ words }) => words);
  t.deepEqual(
    sections.filter((words) => !known.includes(words)),
    [],
  );
});

test("each option that `docs/workbench.md` speaks of is one of some command", async (t) => {
  const commands = await Promise.all(commandTable.map((row) => row.load()));
  const known = new Set([...commands.flatMap(({ options }) => Object.keys(options ?? {})), "json", "workspace"]);
  const said = [...page.matchAll(/`(?:yoi [^`]*)?--([a-z-]+)/g)].map(([, option = ""]) => option);
  t.true(said.length > 0);
  t.deepEqual(
    said.filter((option) => !known.has(option)),
    [],
  );
});
