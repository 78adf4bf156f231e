import test, { type ExecutionContext } from "ava";
import { getsForecasts, networkWorkspace } from "../support/network-workspace.ts";
import { codeOf, readPage } from "../support/pages.ts";
import { enable, newWorkspace, notesWorkspace, type TestWorkspace } from "../support/workspaces.ts";

const sections = readPage("debugging.md").split(/^## /m).slice(1);

/** Ids, times and places in generated code are others each time. */
function normal(text: string): string {
  return text
    .replace(/\b01[0-9A-Z]{24}\b/g, "ID")
    .replace(/^\d\d:\d\d:\d\d\.\d{3}/gm, "TIME")
    .replace(/plugin\.js:\d+:\d+/g, "plugin.js:LINE");
}

/** The words of a command line: JSON holds no blanks here. */
function wordsOf(line: string): readonly string[] {
  return line.slice("$ yoi ".length).split(" ");
}

async function runsAsTold(t: ExecutionContext, { yoi }: TestWorkspace, title: string): Promise<void> {
  const section = sections.find((one) => one.startsWith(`${title}\n`)) ?? "";
  const blocks = codeOf(section, "console");
  t.true(blocks.length > 0);
  let told = "";
  for (const block of blocks) {
    const [line = "", ...output] = block.trimEnd().split("\n");
    // A command that takes an id takes the one that the command before it printed.
    const id = /\(decision\s+(\w+)\)/.exec(told)?.[1] ?? "";
    const ran = await yoi(...wordsOf(line).map((word) => (/^01[0-9A-Z]{24}$/.test(word) ? id : word)));
    told = ran.stdout + ran.stderr;
    const isCut = output.at(-1) === "…";
    const expected = normal(output.slice(0, isCut ? -1 : undefined).join("\n"));
    const actual = normal(told.trimEnd());
    t.is(isCut ? actual.slice(0, expected.length) : actual, expected, line);
  }
}

test("a plugin that is not listed as it should be is found out about as `docs/debugging.md` tells", async (t) => {
  const workspace = await newWorkspace(t);
  await workspace.install("notes");
  await enable(t, workspace, "example.notes");
  workspace.write(".yoi/plugins/broken.yoi-plugin", "no archive");
  workspace.configure('[plugins."project:example.gone"]\nversion = "1.0.0"\n');
  await runsAsTold(t, workspace, "Not listed");
});

test("a tool that is not registered is found out about as `docs/debugging.md` tells", async (t) => {
  const workspace = await notesWorkspace(t);
  await workspace.install("outliner");
  await enable(t, workspace, "example.outliner");
  await runsAsTold(t, workspace, "Not registered");
});

test("a denial is found out about as `docs/debugging.md` tells", async (t) => {
  const workspace = await notesWorkspace(t);
  workspace.remove(".yoi/policies/notes.cedar");
  await runsAsTold(t, workspace, "Denied");
});

test("a request that gets nowhere is found out about as `docs/debugging.md` tells", async (t) => {
  const workspace = await networkWorkspace(t);
  workspace.write(".yoi/policies/test.cedar", getsForecasts);
  await runsAsTold(t, workspace, "Not reached");
});

test("a timeout is found out about as `docs/debugging.md` tells", async (t) => {
  const workspace = await newWorkspace(t);
  await workspace.install("loops-forever");
  await enable(t, workspace, "example.loops-forever");
  const entry = workspace.read(".yoi/yoi.toml").trimEnd();
  workspace.write(".yoi/yoi.toml", `${entry}\nlimits = { guest_cpu = "300ms" }\n`);
  await runsAsTold(t, workspace, "Timed out");
});

test("a crash is found out about as `docs/debugging.md` tells", async (t) => {
  const workspace = await newWorkspace(t);
  await workspace.install("throws");
  await enable(t, workspace, "example.throws");
  await runsAsTold(t, workspace, "Crashed");
});
