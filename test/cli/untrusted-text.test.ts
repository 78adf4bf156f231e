import { readdirSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { forgeArchive } from "../support/archives.ts";
import { weatherManifestWith } from "../support/manifests.ts";
import { weatherFiles, weatherPackage } from "../support/packages.ts";
import { enable, newWorkspace, notesWorkspace, type Ran, type TestWorkspace } from "../support/workspaces.ts";

// ATTACK: threats 34: everything in here is written by strangers and shown to an operator.

const repaint = "\u001b[2J\u001b[31mALLOWED\u009b1A\u202eneerg\u2066\u0007";
const inToml = repaint
  .replace(/[^ -~]/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)
  .concat("\\nline two\\u2028line three");

/** Nothing that a terminal obeys, and no line that a stranger began. */
function assertHarmless(t: ExecutionContext, { stdout, stderr }: Ran): void {
  const text = stdout + stderr;
  t.notRegex(text, /[^\P{Cc}\n]|[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u);
  t.notRegex(text, /^(line two|line three|ALLOWED|allowed: everything)/m);
}

async function everywhere(workspace: TestWorkspace, words: readonly string[]): Promise<readonly Ran[]> {
  return [await workspace.yoi(...words), await workspace.yoi(...words, "--json")];
}

test("a manifest's words are shown and never obeyed", async (t) => {
  const workspace = await newWorkspace(t);
  const described = weatherManifestWith("The forecast for a city.", inToml).replace("Looks up the forecast", inToml);
  workspace.write(".yoi/plugins/weather.yoi-plugin", weatherPackage({ "plugin.toml": described }));
  for (const words of [
    ["plugin", "check", ".yoi/plugins/weather.yoi-plugin"],
    ["plugin", "list"],
    ["plugin", "show", "example.weather"],
    ["plugin", "enable", "example.weather", "--yes"],
    ["tool", "list"],
    ["tool", "call", "get_weather", '{"city":"Oslo"}'],
    ["plugin", "logs"],
  ]) {
    for (const ran of await everywhere(workspace, words)) assertHarmless(t, ran);
  }
  t.regex((await workspace.yoi("plugin", "show", "example.weather")).stdout, /\\u\{1b\}\[2J/);
});

const badManifests: readonly (readonly [title: string, from: string, to: string])[] = [
  ["a name of several lines", 'name = "Weather"', `name = "${inToml}"`],
  ["a reason of several lines", "Keeps the last forecast.", inToml],
  ["a key that repaints", 'name = "Weather"', `"${inToml}" = 1\nname = "Weather"`],
  ["a version that repaints", '"0.1.0"', `"${inToml}"`],
  ["an id that repaints", "example.weather", inToml],
  ["a world that repaints", "yoi:plugin/tool-plugin@2.0.0", inToml],
];
for (const [title, from, to] of badManifests) {
  test(`${title} is refused in words that do not repeat it raw`, async (t) => {
    const workspace = await newWorkspace(t);
    workspace.write(".yoi/plugins/bad.yoi-plugin", weatherPackage({ "plugin.toml": weatherManifestWith(from, to) }));
    for (const words of [
      ["plugin", "check", ".yoi/plugins/bad.yoi-plugin"],
      ["plugin", "list"],
    ]) {
      for (const ran of await everywhere(workspace, words)) assertHarmless(t, ran);
    }
    t.is((await workspace.yoi("plugin", "check", ".yoi/plugins/bad.yoi-plugin")).code, 1);
  });
}

test("names of files, entries, arguments and keys are escaped", async (t) => {
  const workspace = await newWorkspace(t);
  const entries = [...weatherFiles()].map(([path, content]) => ({ path, content }));
  workspace.write(
    `.yoi/plugins/${repaint}.yoi-plugin`,
    forgeArchive({ entries: [{ path: `../${repaint}` }, ...entries] }),
  );
  const [file = ""] = readdirSync(join(workspace.folder, ".yoi/plugins"));
  for (const words of [
    ["plugin", "list"],
    ["plugin", "check", join(".yoi/plugins", file)],
    ["plugin", "check", repaint],
    ["plugin", "show", repaint],
    ["plugin", "pack", repaint],
    ["plugin", "build", repaint],
    ["plugin", "explain", repaint],
    ["plugin", "explain", `${repaint}.json`],
    ["plugin", "explain", "cli", repaint, repaint],
    ["plugin", "explain", repaint, "fs.read", repaint],
    ["plugin", "explain", repaint, "tool.execute", "project:a/b"],
    ["plugin", "logs", "--call", repaint],
    ["tool", "call", repaint],
    ["tool", "call", "x", repaint],
    ["journal", "show", repaint],
    ["journal", "tail", "--action", repaint],
    ["journal", "tail", "--plugin", repaint],
    [repaint],
    ["plugin", repaint],
    ["plugin", "list", `--${repaint}`],
    ["plugin", "list", "--workspace", repaint],
  ]) {
    for (const ran of await everywhere(workspace, words)) assertHarmless(t, ran);
  }
  workspace.configure(`[mounts."${inToml}"]\npath = "${inToml}"\n[plugins."project:${inToml}"]\n`);
  for (const words of [
    ["plugin", "list"],
    ["policy", "check"],
    ["tool", "list"],
  ]) {
    for (const ran of await everywhere(workspace, words)) assertHarmless(t, ran);
  }
});

test("what a guest answers is shown and never obeyed", async (t) => {
  const workspace = await notesWorkspace(t);
  workspace.write("notes/today.md", `${repaint}\nsecond line`);
  const { code, stdout } = await workspace.yoi("tool", "call", "read_note", '{"path":"notes/today.md"}');
  t.is(code, 0);
  t.notRegex(stdout, /[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/u);
  t.true(stdout.endsWith("\nsecond line\n"));
  assertHarmless(t, await workspace.yoi("tool", "call", "read_note", '{"path":"notes/today.md"}', "--json"));
});

test("what a guest throws or logs is shown and never obeyed", async (t) => {
  const workspace = await newWorkspace(t);
  for (const guest of ["throws", "floods-log"]) {
    await workspace.install(guest);
    await enable(t, workspace, `example.${guest}`);
  }
  const thrown = await workspace.yoi("tool", "call", "throw_text");
  t.is(thrown.code, 4);
  assertHarmless(t, thrown);
  assertHarmless(t, await workspace.yoi("tool", "call", "throw_text", "--json"));
  t.is((await workspace.yoi("tool", "call", "forged_line")).code, 0);
  for (const words of [
    ["plugin", "logs"],
    ["plugin", "logs", "example.throws"],
    ["journal", "tail"],
    ["journal", "export"],
  ]) {
    for (const ran of await everywhere(workspace, words)) assertHarmless(t, ran);
  }
  t.regex((await workspace.yoi("plugin", "logs", "example.throws")).stdout, /allowed:\s+everything\\u\{202e\}/);
  const logs = await workspace.yoi("plugin", "logs", "example.floods-log");
  t.regex(
    logs.stdout,
    /^[\d:.]{12} {2}\w+ +\{"level":30,"plugin":"project:example\.notes","msg":"allowed"\}\\u\{1b\}/m,
  );
});
