import { execFile } from "node:child_process";
import {
  appendFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import test from "ava";
import { buildPackage } from "../../src/build-package.ts";
import { opaTest } from "../support/opa.ts";

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
  for (const file of ["package.json", ...own.files.filter((name) => name !== "dist")]) {
    await cp(join(root, file), join(staged, file), { recursive: true });
  }
  await run("npm", ["pack", "--offline", "--ignore-scripts", "--pack-destination", place], { cwd: staged });
  await run("tar", ["-xzf", `yoi-${own.version}.tgz`], { cwd: place });
  installed = join(place, "node_modules/yoi");
  await mkdir(dirname(installed));
  await rename(join(place, "package"), installed);
  for (const name of Object.keys(own.dependencies)) await linkDependency(name);
});

test.after.always(() => rm(place, { recursive: true, force: true }));

test.serial("the packed command runs, and says its version", async (t) => {
  t.is(await yoi("--version"), `yoi ${own.version}\n`);
});

test.serial(
  "the packed package has its templates, its world, its policies and its pages, and no sources",
  async (t) => {
    const files = await readdir(installed, { recursive: true });
    for (const file of ["wit/deps/host.wit", "policies/invariants.cedar", "dist/sdk/host-imports.d.ts"]) {
      t.true(files.includes(file), file);
    }
    for (const file of await readdir(join(root, "src/authoring/template"), { recursive: true })) {
      t.true(files.includes(join("dist/authoring/template", file)), file);
    }
    // What messages name: `docs/lint/wildcard-host.md`, `docs/policies.md`.
    for (const file of await readdir(join(root, "docs"), { recursive: true })) {
      t.true(files.includes(join("docs", file)), file);
    }
    t.deepEqual(
      files.filter((file) => file.startsWith("dist") && file.endsWith(".ts") && !file.endsWith(".d.ts")),
      [],
    );
    t.deepEqual(
      files.filter((file) => /^(?:src|test)\b/.test(file)),
      [],
    );
  },
);

test.serial("without its optional dependencies, building a plugin says what is missing", async (t) => {
  await yoi("plugin", "new", "lonely");
  const error = await t.throwsAsync(yoi("plugin", "build", "lonely"));
  t.regex(String(error), /`componentize-qjs` is not installed/);
});

test.serial("the first ten minutes: a plugin is begun, built and tested behind a real broker", async (t) => {
  for (const name of Object.keys(own.optionalDependencies)) await linkDependency(name);
  await yoi("plugin", "new", "weather");
  await yoi("plugin", "build", "weather");
  const folder = join(place, "weather");
  t.deepEqual((await readdir(join(folder, "build"))).sort(), [
    "example.weather-0.1.0.yoi-plugin",
    "plugin.schema.json",
    "plugin.wasm",
  ]);
  const { stdout } = await run(process.execPath, ["--test", "--test-reporter=tap"], { cwd: folder });
  t.regex(stdout, /^# pass 3$/m);
  // An editor has nothing but the folder: it finds `yoi/sdk` through the folder's link.
  await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder]);
});

opaTest.serial("what the packed command starts runs: a sandbox, and policies in Rego", async (t) => {
  const folder = join(place, "weather");
  const call = ["tool", "call", "outline", '{"path":"notes/today.md"}'];
  await yoiIn(folder, "init");
  await cp(join(folder, "build/example.weather-0.1.0.yoi-plugin"), join(folder, ".yoi/plugins/weather.yoi-plugin"));
  await mkdir(join(folder, "notes"));
  await writeFile(join(folder, "notes/today.md"), "# Today\n");
  await appendFile(join(folder, ".yoi/yoi.toml"), '\n[mounts.notes]\npath = "notes"\n');
  await yoiIn(folder, "plugin", "enable", "example.weather", "--yes");
  await t.throwsAsync(yoiIn(folder, ...call), { message: /denied by policy/ });
  await writeFile(join(folder, ".yoi/policies/notes.rego"), readsNotes);
  t.regex(await yoiIn(folder, ...call), /Today/);
  t.regex(await yoiIn(folder, "policy", "can", "example.weather"), /reads-notes/);
});

test.serial("the packed command is made of few files, and brings the licences of what it holds", async (t) => {
  const loading = `data:text/javascript,${encodeURIComponent(countLoaded)}`;
  const words = ["--import", loading, join(installed, own.bin.yoi), "policy", "check"];
  const { stderr } = await run(process.execPath, words, inFolder(join(place, "weather")));
  const loaded = Number(/loaded (\d+)/.exec(stderr)?.[1]);
  t.true(loaded > 20 && loaded < 80, stderr);
  const files = await readdir(join(installed, "dist/cli"));
  for (const name of ["zod", "smol-toml"]) t.true(files.includes(`LICENSE.${name}`), name);
});

const readsNotes = `package yoi.policy.weather

permit contains {"id": "reads-notes", "because": "The outline is made of the notes that it reads"} if {
	input.principal.id == "project:example.weather"
	input.action == "fs.read"
	input.resource.id == "notes/today.md"
}
`;

const countLoaded = `
import { registerHooks } from "node:module";
let loaded = 0;
registerHooks({
  load(url, context, next) {
    if (url.startsWith("file:")) loaded++;
    return next(url, context);
  },
});
process.on("exit", () => console.error("loaded " + loaded));`;

async function linkDependency(name: string): Promise<void> {
  const link = join(place, "node_modules", name);
  await mkdir(dirname(link), { recursive: true });
  await symlink(join(root, "node_modules", name), link);
}

async function yoi(...words: readonly string[]): Promise<string> {
  return await yoiIn(place, ...words);
}

async function yoiIn(cwd: string, ...words: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [join(installed, own.bin.yoi), ...words], inFolder(cwd));
  return stdout;
}

function inFolder(cwd: string) {
  return { cwd, env: { ...process.env, HOME: place } };
}
