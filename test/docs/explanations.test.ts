import test from "ava";
import { pluginExplain } from "../../src/cli/commands/plugin-explain.ts";
import { marks } from "../../src/explain/report/report.ts";
import { reportExplanation } from "../../src/explain/report-explanation.ts";
import { denialSaying } from "../support/explanations.ts";
import { plain, readPage, tableOf } from "../support/pages.ts";

const page = readPage("explanations.md");

test("`docs/explanations.md` names every part of an explanation, in their order", (t) => {
  const { sections } = reportExplanation(denialSaying("x"));
  const parts = tableOf(page, "part").rows.map(([part]) => part);
  t.deepEqual(
    parts.slice(1),
    sections.map(({ title }) => title),
  );
});

test("`docs/explanations.md` has every mark with each of its names", (t) => {
  const rows = tableOf(page, "mark").rows.map(([mark, means = ""]) => [plain(mark), means] as const);
  t.deepEqual(rows.map(([mark]) => mark).sort(), [...new Set(Object.values(marks).map(({ sign }) => sign))].sort());
  for (const name of ["true", "false", "error", "unreached", "allow", "deny", "depends", "attention"] as const) {
    const means = rows.find(([mark]) => mark === marks[name].sign)?.[1] ?? "";
    t.true(means.includes(marks[name].name), `${name}: ${means}`);
  }
});

test("`docs/explanations.md` has every option that chooses a form", (t) => {
  const told = tableOf(page, "option").rows.map(([option]) => plain(option).split(" ")[0]);
  const forms = Object.keys(pluginExplain.options ?? {}).filter((name) => !["address", "exit-code"].includes(name));
  t.deepEqual([...told].sort(), ["--json", ...forms.map((name) => `--${name}`), "none"].sort());
});
