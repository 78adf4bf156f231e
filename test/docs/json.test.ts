import { cpSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { commandTable } from "../../src/cli/command-table.ts";
import { departures, shapesOf } from "../support/json-shapes.ts";
import { weatherFiles } from "../support/packages.ts";
import { readPage, repository } from "../support/pages.ts";
import { enable, jsonOf, newWorkspace, notesWorkspace, type TestWorkspace } from "../support/workspaces.ts";

const page = readPage("json.md");
const shapes = shapesOf(page);

/** Runs a command and holds what it prints against the section of its name. */
async function check(t: ExecutionContext, { yoi }: TestWorkspace, command: string, ...words: readonly string[]) {
  const ran = await yoi(...command.split(" "), ...words, "--json");
  const { version, command: named, ...rest } = jsonOf(ran);
  t.is(version, 1, `${command}: \`version\` is that of the shape`);
  t.is(named, command, ran.stdout);
  t.deepEqual(departures(shapes, command, rest), [], command);
  return rest;
}

test("`docs/json.md` has a section for each command", (t) => {
  const sections = [...page.matchAll(/^## (.*)$/gm)].map(([, section]) => section);
  t.deepEqual(
    commandTable.map(({ words }) => words).filter((words) => !sections.includes(words)),
    [],
  );
});

test("an error is one object on stdout, with its findings", async (t) => {
  const workspace = await newWorkspace(t);
  workspace.write(".yoi/yoi.toml", "colour = 1\n");
  for (const words of [
    ["plugin", "lits"],
    ["plugin", "enable", "x"],
    ["journal", "show", "ABCDEF"],
  ]) {
    const ran = await workspace.yoi(...words, "--json");
    t.deepEqual(departures(shapes, "error", jsonOf(ran)), [], ran.stdout);
    t.is(ran.stderr, "");
  }
});

test("what inspection prints is what `docs/json.md` says", async (t) => {
  const workspace = await notesWorkspace(t);
  await workspace.install("throws");
  workspace.write(".yoi/plugins/broken.yoi-plugin", "no archive");
  await check(t, workspace, "trust", "--exact");
  workspace.write(".yoi/policies/more.cedar", "");
  const { changes } = await check(t, workspace, "trust");
  t.deepEqual(changes, [{ file: ".yoi/policies/more.cedar", change: "added" }]);
  await check(t, workspace, "plugin list");
  await check(t, workspace, "tool list");
  await check(t, workspace, "policy check");
  await check(t, workspace, "policy show");
  await check(t, workspace, "plugin check", ".yoi/plugins/broken.yoi-plugin");
  await check(t, workspace, "plugin check", ".yoi/plugins/example.notes-0.1.0.yoi-plugin");
});

test("what `plugin show` prints is what `docs/json.md` says", async (t) => {
  const workspace = await notesWorkspace(t);
  await check(t, workspace, "plugin show", "example.notes");
});

test("what `plugin enable` and `disable` print is what `docs/json.md` says", async (t) => {
  const workspace = await newWorkspace(t);
  await workspace.install("notes");
  await check(t, workspace, "plugin enable", "example.notes");
  await check(t, workspace, "plugin enable", "example.notes", "--yes");
  await check(t, workspace, "plugin disable", "example.notes");
});

test("what a call leaves behind is what `docs/json.md` says", async (t) => {
  const workspace = await notesWorkspace(t);
  await workspace.install("throws");
  await enable(t, workspace, "example.throws");
  await check(t, workspace, "tool call", "read_note", '{"path":"notes/today.md"}');
  await check(t, workspace, "tool call", "read_note", "{}");
  await check(t, workspace, "tool call", "throw_error");
  await check(t, workspace, "plugin logs");
  await check(t, workspace, "journal tail");
  await check(t, workspace, "journal verify");
  const call = await check(t, workspace, "tool call", "read_note", '{"path":"notes/none.md"}');
  const { decision = "" } = call["result"] as { readonly decision?: string };
  await check(t, workspace, "journal show", decision);
  await check(t, workspace, "plugin explain", decision);
  await check(t, workspace, "plugin explain", "example.notes", "fs.read", "notes/today.md", "read_note");
  await check(t, workspace, "plugin explain", "example.notes", "fs.read", "elsewhere/x", "read_note");
  const lines = (await workspace.yoi("journal", "export", "--json")).stdout.trimEnd().split("\n");
  for (const line of lines) t.deepEqual(departures(shapes, "Entry", JSON.parse(line)), []);
});

test("what making a package prints is what `docs/json.md` says", async (t) => {
  const workspace = await newWorkspace(t);
  for (const [path, content] of weatherFiles()) workspace.write(join("weather", path), content);
  await check(t, workspace, "plugin pack", "weather");
  cpSync(join(repository, "fixtures/plugins/greeter"), join(workspace.folder, "greeter"), { recursive: true });
  await check(t, workspace, "plugin build", "greeter");
});

test("what `init` prints is what `docs/json.md` says", async (t) => {
  const workspace = await newWorkspace(t);
  workspace.write("inner/empty", "");
  await check(
    t,
    { ...workspace, yoi: (...words) => workspace.yoi(...words, "--workspace", join(workspace.folder, "inner")) },
    "init",
  );
});
