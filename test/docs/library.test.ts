import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import test from "ava";
import { codeOf, plain, readPage, repository, tableOf, tablesOf } from "../support/pages.ts";
import { notesWorkspace } from "../support/workspaces.ts";

const page = readPage("library.md");
const example = join(repository, "docs/examples/agent.ts");

test("the example of `docs/library.md` runs, and prints what the page says", async (t) => {
  t.deepEqual(codeOf(page, "ts"), [readFileSync(example, "utf8")]);
  const { folder, environment, write } = await notesWorkspace(t);
  write(
    ".yoi/policies/diary.cedar",
    '@id("no-diary")\nforbid (principal, action, resource in Yoi::Path::"notes/private");\n',
  );
  write("notes/private/diary.md", "a secret");
  const hook = join(repository, "test/support/programs/yoi-from-source.ts");
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "--import", hook, example, folder],
    { env: environment },
  );
  const withoutIds = stdout.replace(/[0-9A-Z]{26}/g, "01M82B1XZWRSRE6PYFVWTYKX0V");
  t.deepEqual([withoutIds], codeOf(page, ""));
});

test("`docs/library.md` explains every export of the library, and no other", (t) => {
  const source = readFileSync(join(repository, "src/index.ts"), "utf8");
  const exported = [...source.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, names = ""]) =>
    names.split(",").map((name) => name.replace(/^\s*type\s/, "").trim()),
  );
  const explained = tableOf(page, "export").rows.flatMap(([names = ""]) => plain(names).split(", "));
  t.true(exported.length > 10);
  t.deepEqual(explained.toSorted(), exported.toSorted());
});

test("`docs/library.md` has every option and every member of an open workspace", (t) => {
  const source = readFileSync(join(repository, "src/open-yoi.ts"), "utf8");
  const membersOf = (name: string, indent: string) => {
    const [, body = ""] = new RegExp(`export interface ${name} \\{([\\s\\S]*?)\\n\\}`).exec(source) ?? [];
    return [...body.matchAll(new RegExp(`^${indent}(?:readonly )?(\\w+)\\??[:(]`, "gm"))].map(([, key = ""]) => key);
  };
  t.deepEqual(
    tableOf(page, "option").rows.map(([option]) => plain(option)),
    membersOf("YoiOptions", "  "),
  );
  const members = tablesOf(page)
    .find((table) => table.head[0] === "member")
    ?.rows.map(([member]) => plain(member).replace(/\(.*/, ""));
  const tools = membersOf("Yoi", "    ").map((name) => `tools.${name}`);
  const own = membersOf("Yoi", "  ").filter((name) => name !== "tools");
  t.deepEqual(members, [...tools, ...own]);
});
