import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import test from "ava";
import { buildPackage } from "../../src/build-package.ts";

// What is published, as a stranger gets it: packed by npm, unpacked away from this repository, on locked dependencies.
const root = join(import.meta.dirname, "../..");
const run = promisify(execFile);

interface PackageJson {
  readonly version: string;
  readonly bin: { readonly yoi: string };
  readonly files: readonly string[];
  readonly dependencies: { readonly [name: string]: string };
  readonly optionalDependencies: { readonly [name: string]: string };
}

let place: string;
let installed: string;
let own: PackageJson;

test.before("build, pack and unpack", async () => {
  own = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  place = await realpath(await mkdtemp(join(tmpdir(), "yoi-packed-")));
  const staged = join(place, "staged");
  await buildPackage(join(staged, "dist"));
  await cp(join(root, "package.json"), join(staged, "package.json"));
  for (const file of own.files.filter((name) => name !== "dist")) {
    await cp(join(root, file), join(staged, file), { recursive: true });
  }
  const modules = join(place, "node_modules");
  await mkdir(modules);
  await run("npm", ["pack", "--offline", "--ignore-scripts", "--pack-destination", place], { cwd: staged });
  await run("tar", ["-xzf", (await readdir(place)).find((name) => name.endsWith(".tgz")) ?? ""], { cwd: place });
  installed = join(modules, "yoi");
  await run("mv", [join(place, "package"), installed]);
  for (const name of Object.keys(own.dependencies)) await linkDependency(name);
});

test.after.always(() => rm(place, { recursive: true, force: true }));

test.serial("the packed command runs, and says its version", async (t) => {
  const { stdout } = await run(process.execPath, [join(installed, own.bin.yoi), "--version"]);
  t.is(stdout.trim(), own.version);
});

test.serial("the packed package has its templates, its world and its policies, and no sources", async (t) => {
  const files = await readdir(installed, { recursive: true });
  for (const file of ["wit/deps/host.wit", "policies/invariants.cedar", "dist/sdk/host-imports.d.ts"]) {
    t.true(files.includes(file), file);
  }
  for (const file of await readdir(join(root, "src/authoring/template"), { recursive: true })) {
    t.true(files.includes(join("dist/authoring/template", file)), file);
  }
  t.deepEqual(
    files.filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts")),
    [],
  );
});

test.serial("without its optional dependencies, building a plugin says what is missing", async (t) => {
  const folder = join(place, "lonely");
  await runModule(newPluginScript(folder));
  const error = await t.throwsAsync(runModule(buildScript(folder)));
  t.regex(String(error), /`componentize-qjs` is not installed/);
});

test.serial("a plugin that the packed package begins is built by it, types and all", async (t) => {
  for (const name of Object.keys(own.optionalDependencies)) await linkDependency(name);
  const folder = join(place, "weather");
  await runModule(newPluginScript(folder));
  await runModule(buildScript(folder));
  t.deepEqual((await readdir(join(folder, "build"))).sort(), ["example.weather-0.1.0.yoi-plugin", "plugin.wasm"]);
  // The author's editor has nothing but the folder: `yoi/sdk` is found through its link.
  await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder]);
});

async function linkDependency(name: string): Promise<void> {
  const link = join(place, "node_modules", name);
  await mkdir(dirname(link), { recursive: true });
  await symlink(join(root, "node_modules", name), link);
}

async function runModule(script: string): Promise<void> {
  await run(process.execPath, ["--input-type=module", "--eval", script], { cwd: place });
}

function newPluginScript(folder: string): string {
  const options = { folder, name: folder.slice(folder.lastIndexOf("/") + 1), yoiRoot: installed };
  return `const { newPlugin } = await import(${path("new-plugin")}); await newPlugin(${JSON.stringify(options)});`;
}

function buildScript(folder: string): string {
  const print = "console.error(JSON.stringify(error.details ?? String(error))); process.exitCode = 1;";
  const build = `await buildPlugin({ folder: ${JSON.stringify(folder)} })`;
  return `const { buildPlugin } = await import(${path("build-plugin")}); try { ${build}; } catch (error) { ${print} }`;
}

function path(module: string): string {
  return JSON.stringify(join(installed, `dist/authoring/${module}.js`));
}
