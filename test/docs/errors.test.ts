import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { exit } from "../../src/cli/command.ts";
import { plain, readPage, repository, tableOf, tablesOf } from "../support/pages.ts";

const page = readPage("errors.md");
const source = readFileSync(join(repository, "src/errors/error-details.ts"), "utf8");

test("`docs/errors.md` has every code, and no other", (t) => {
  const [, body = ""] = /export interface ErrorDetails \{([\s\S]*?)\n\}/.exec(source) ?? [];
  const codes = [...body.matchAll(/^ {2}(YOI_[A-Z_]+):/gm)].map(([, code]) => code);
  t.true(codes.length > 10);
  t.deepEqual(firstColumn(tableOf(page, "code").rows), codes.toSorted());
});

for (const [type, section] of [
  ["EffectFailure", "When an effect fails"],
  ["PluginFailure", "When a plugin fails"],
] as const) {
  test(`\`docs/errors.md\` has every word of ${type}, and no other`, (t) => {
    const [, body = ""] = new RegExp(`export type ${type} =([^;]*);`).exec(source) ?? [];
    const words = [...body.matchAll(/"([a-z-]+)"/g)].map(([, word]) => word);
    const table = tablesOf(page).find((one) => one.section === section);
    t.true(words.length > 5);
    t.deepEqual(firstColumn(table?.rows ?? []), words.toSorted());
  });
}

test("`docs/errors.md` has every exit code", (t) => {
  const table = tablesOf(page).find((one) => one.section === "Exit codes");
  t.deepEqual(
    table?.rows.map(([code]) => Number(code)),
    Object.values(exit).toSorted(),
  );
});

function firstColumn(rows: readonly (readonly string[])[]): readonly string[] {
  return rows.map(([cell]) => plain(cell)).toSorted();
}
