import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, realpath, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import test, { type ExecutionContext } from "ava";
import { type NewPluginOptions, newPlugin } from "../../src/authoring/new-plugin.ts";
import { YoiError } from "../../src/errors/yoi-error.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test("a new plugin is a folder of what its author needs, and nothing of the template is left in it", async (t) => {
  const { folder, options } = await makeOptions(t);
  await newPlugin(options);
  const files = await listFiles(folder);
  t.deepEqual(files, [
    ".gitignore",
    "README.md",
    "build/plugin.schema.json",
    "package.json",
    "plugin.toml",
    "policies/reads-notes.cedar",
    "src/plugin.ts",
    "src/plugin.types.ts",
    "test/plugin.test.js",
    "tsconfig.json",
  ]);
  for (const file of files) t.notRegex(await readFile(join(folder, file), "utf8"), /\{\{/, file);
  t.regex(await readFile(join(folder, "plugin.toml"), "utf8"), /^id = "example\.weather"$/m);
  t.regex(await readFile(join(folder, "src/plugin.types.ts"), "utf8"), /outline: \{/);
});

test("a new plugin finds the installation that made it, and runs its command, without a registry", async (t) => {
  const { folder, options } = await makeOptions(t);
  await newPlugin(options);
  t.is(await realpath(join(folder, "node_modules/yoi")), options.yoiRoot);
  const { devDependencies } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  t.deepEqual(devDependencies, { yoi: `file:${options.yoiRoot}` });
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, "node_modules/.bin/yoi")]);
  t.is(stdout, "installed\n");
});

test("an empty folder becomes the plugin's", async (t) => {
  const { folder, options } = await makeOptions(t);
  await mkdir(folder);
  await newPlugin(options);
  t.true((await listFiles(folder)).includes("plugin.toml"));
});

for (const name of ["", "Weather", "1st", "-x", "a_b", "a.b", "../up", "a/b", 'a"', "a\n", "x".repeat(64), "wétter"]) {
  test(`\`${JSON.stringify(name).slice(0, 24)}\` is no name for a plugin`, async (t) => {
    const { folder, options } = await makeOptions(t);
    const error = await t.throwsAsync(newPlugin({ ...options, name }));
    t.true(YoiError.is(error, "YOI_USAGE"));
    await t.throwsAsync(readdir(folder), { code: "ENOENT" });
  });
}

const occupied: readonly (readonly [claim: string, occupy: (folder: string) => Promise<unknown>, message: RegExp])[] = [
  [
    "is not empty",
    async (folder) => {
      await mkdir(folder);
      await writeFile(join(folder, "mine.txt"), "mine");
    },
    /`weather` is not empty/,
  ],
  // ATTACK: threats 24: a link in a stranger's checkout that leads somewhere else.
  ["is a link to an empty folder", async (folder) => symlink(await emptyBeside(folder), folder), /is a symbolic link/],
  ["is a link to nothing", (folder) => symlink("nowhere", folder), /is a symbolic link/],
  ["is a file", (folder) => writeFile(folder, "mine"), /is no folder/],
];

for (const [claim, occupy, message] of occupied) {
  test(`a place that ${claim} is refused and left as it is`, async (t) => {
    const { folder, parent, options } = await makeOptions(t);
    await occupy(folder);
    const before = await readdir(parent, { recursive: true });
    const error = await t.throwsAsync(newPlugin(options), { message });
    t.true(YoiError.is(error, "YOI_WORKSPACE_INVALID"));
    t.deepEqual(await readdir(parent, { recursive: true }), before);
  });
}

test("an installation that was not built is refused before anything is written", async (t) => {
  const { parent, options } = await makeOptions(t);
  const yoiRoot = join(parent, "unbuilt");
  await mkdir(yoiRoot);
  await writeFile(join(yoiRoot, "package.json"), JSON.stringify({ bin: { yoi: "./dist/cli/main.js" } }));
  const before = await readdir(parent, { recursive: true });
  await t.throwsAsync(newPlugin({ ...options, yoiRoot }), { message: /is not built/ });
  t.deepEqual(await readdir(parent, { recursive: true }), before);
});

interface Made {
  readonly parent: string;
  readonly folder: string;
  readonly options: NewPluginOptions;
}

/** Options for a plugin beside an installation that only says so; its path has what a JSON string must escape. */
async function makeOptions(t: ExecutionContext): Promise<Made> {
  const parent = temporaryFolder(t);
  const yoiRoot = join(parent, 'an "installation" $&');
  await mkdir(join(yoiRoot, "dist/cli"), { recursive: true });
  await writeFile(join(yoiRoot, "package.json"), JSON.stringify({ name: "yoi", bin: { yoi: "./dist/cli/main.js" } }));
  await writeFile(join(yoiRoot, "dist/cli/main.js"), 'console.log("installed");\n');
  const folder = join(parent, "weather");
  return { parent, folder, options: { folder, name: "weather", yoiRoot } };
}

async function emptyBeside(folder: string): Promise<string> {
  await mkdir(`${folder}-empty`);
  return `${folder}-empty`;
}

async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.parentPath.includes("node_modules"))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
