import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import test from "ava";
import { type Discovery, discoverPackages } from "../../src/packages/discover-packages.ts";
import { weatherManifest } from "../support/manifests.ts";
import { folderWith, weatherPackage } from "../support/packages.ts";

const named = (id: string, version = "0.1.0"): Uint8Array =>
  weatherPackage({ "plugin.toml": weatherManifest.replace("example.weather", id).replace("0.1.0", version) });
const store = (files: Readonly<Record<string, Uint8Array | string>>) =>
  new Map(Object.entries(files).map(([path, content]) => [path, new Uint8Array(Buffer.from(content))]));

const refs = ({ packages }: Discovery) => packages.map(({ ref, file }) => `${ref} ${file}`);
const troubles = ({ diagnostics }: Discovery) =>
  diagnostics.map(({ kind, plugin, package: file, message }) => `${kind} ${plugin ?? "-"} ${file ?? "-"}: ${message}`);

test("packages are found in every store, in a stable order, and keep their source", async (t) => {
  const project = folderWith(t, store({ "z.yoi-plugin": named("b"), "a.yoi-plugin": named("a") }));
  const user = folderWith(t, store({ "a.yoi-plugin": named("a") }));
  const found = await discoverPackages([
    { source: "user", folder: user },
    { source: "project", folder: project },
  ]);
  t.deepEqual(refs(found), ["project:a a.yoi-plugin", "project:b z.yoi-plugin", "user:a a.yoi-plugin"]);
  t.deepEqual(found.diagnostics, []);
  t.is(found.packages[0]?.path, join(project, "a.yoi-plugin"));
});

test("a store that is not there is empty", async (t) => {
  const found = await discoverPackages([{ source: "project", folder: join(folderWith(t), "nothing/here") }]);
  t.deepEqual(found, { packages: [], diagnostics: [] });
});

test("only direct children with the ending are packages", async (t) => {
  const folder = folderWith(
    t,
    store({
      "a.yoi-plugin": named("a"),
      "a.zip": named("b"),
      "a.YOI-PLUGIN": named("c"),
      ".yoi-plugin": named("d"),
      "sub/e.yoi-plugin": named("e"),
    }),
  );
  t.deepEqual(refs(await discoverPackages([{ source: "project", folder }])), ["project:a a.yoi-plugin"]);
});

test("one bad package never stops the others", async (t) => {
  const folder = folderWith(
    t,
    store({ "a.yoi-plugin": "hello", "b.yoi-plugin": named("b"), "c.yoi-plugin": named("..") }),
  );
  const found = await discoverPackages([{ source: "project", folder }]);
  t.deepEqual(refs(found), ["project:b b.yoi-plugin"]);
  t.deepEqual(
    troubles(found).map((text) => text.split(":")[0]),
    ["invalid-archive - a.yoi-plugin", "invalid-manifest - c.yoi-plugin"],
  );
});

test("what is wrong with a plugin that has a name names it with its source", async (t) => {
  const folder = folderWith(t, store({ "a.yoi-plugin": weatherPackage({ "plugin.wasm": "x" }) }));
  t.is((await discoverPackages([{ source: "user", folder }])).diagnostics[0]?.plugin, "user:example.weather");
});

test("one id twice in a store is a duplicate, and both stay listed", async (t) => {
  const folder = folderWith(t, store({ "a.yoi-plugin": named("a", "1.0.0"), "b.yoi-plugin": named("a", "2.0.0") }));
  const found = await discoverPackages([{ source: "project", folder }]);
  t.is(found.packages.length, 2);
  t.deepEqual(
    found.diagnostics.map(({ kind, plugin }) => [kind, plugin]),
    [["duplicate", "project:a"]],
  );
  t.regex(found.diagnostics[0]?.message ?? "", /^`[ab]\.yoi-plugin` and `[ab]\.yoi-plugin` are both `project:a`$/);
});

// ATTACK: threats 24
test("a link out of the store is refused, whatever is behind it", async (t) => {
  const outside = folderWith(t, store({ "a.yoi-plugin": named("a"), "secret.txt": "secret" }));
  const folder = folderWith(t);
  symlinkSync(join(outside, "a.yoi-plugin"), join(folder, "a.yoi-plugin"));
  symlinkSync(join(outside, "secret.txt"), join(folder, "b.yoi-plugin"));
  symlinkSync(join(outside, "nothing"), join(folder, "c.yoi-plugin"));
  symlinkSync("/dev/zero", join(folder, "d.yoi-plugin"));
  symlinkSync(`${folder}-evil`, join(folder, "e.yoi-plugin"));
  mkdirSync(`${folder}-evil`);
  t.teardown(() => rmSync(`${folder}-evil`, { recursive: true }));
  const found = await discoverPackages([{ source: "project", folder }]);
  t.deepEqual(refs(found), []);
  t.deepEqual(
    found.diagnostics.map(({ kind, package: file }) => `${kind} ${file}`),
    [
      "traversal a.yoi-plugin",
      "traversal b.yoi-plugin",
      "io c.yoi-plugin",
      "traversal d.yoi-plugin",
      "traversal e.yoi-plugin",
    ],
  );
});

test("a link inside the store is another name, not another package", async (t) => {
  const folder = folderWith(t, store({ "w-1.yoi-plugin": named("a"), "hidden/b": named("b") }));
  symlinkSync("w-1.yoi-plugin", join(folder, "latest.yoi-plugin"));
  symlinkSync("hidden/b", join(folder, "other.yoi-plugin"));
  const found = await discoverPackages([{ source: "project", folder }]);
  t.deepEqual(refs(found), ["project:a latest.yoi-plugin", "project:b other.yoi-plugin"]);
  t.deepEqual(found.diagnostics, []);
});

// ATTACK: threats 28
test("a pipe, a folder and a device keep nobody waiting", async (t) => {
  const folder = folderWith(t);
  execFileSync("bash", ["-c", 'mkfifo "$1"', "bash", join(folder, "a.yoi-plugin")]);
  mkdirSync(join(folder, "b.yoi-plugin"));
  const found = await discoverPackages([{ source: "project", folder }]);
  t.deepEqual(troubles(found), [
    "invalid-archive - a.yoi-plugin: the package is not a plain file",
    "invalid-archive - b.yoi-plugin: the package is not a plain file",
  ]);
});

test("a file that is too large is not read", async (t) => {
  const folder = folderWith(t, store({ "a.yoi-plugin": "" }));
  truncateSync(join(folder, "a.yoi-plugin"), 16 * 1024 * 1024 + 1);
  t.deepEqual(troubles(await discoverPackages([{ source: "project", folder }])), [
    "bounds - a.yoi-plugin: the package is larger than 16777216 bytes",
  ]);
});

test("packages of a store are bounded in number, the first in order staying", async (t) => {
  const folder = folderWith(t);
  const bytes = named("a");
  for (let n = 0; n < 130; n++)
    writeFileSync(join(folder, `p${String(n).padStart(3, "0")}.yoi-plugin`), n === 0 ? bytes : "x");
  const found = await discoverPackages([{ source: "project", folder }]);
  t.deepEqual(refs(found), ["project:a p000.yoi-plugin"]);
  t.is(found.diagnostics.length, 128);
  t.is(troubles(found)[0], "bounds - -: the project store has more than 128 packages, and the rest is left out");
});

test("a store that is a file is a diagnostic", async (t) => {
  const folder = folderWith(t, store({ plugins: "x" }));
  const found = await discoverPackages([{ source: "project", folder: join(folder, "plugins") }]);
  t.deepEqual(found.packages, []);
});

test("the notes of the last look make the next one the same", async (t) => {
  const folder = folderWith(t, store({ "a.yoi-plugin": named("a"), "b.yoi-plugin": named("b"), "c.yoi-plugin": "x" }));
  const inventoryFolder = join(folderWith(t), "notes");
  const first = await discoverPackages([{ source: "project", folder }], { inventoryFolder });
  const [file = ""] = readdirSync(inventoryFolder);
  const notes = readFileSync(join(inventoryFolder, file));
  const second = await discoverPackages([{ source: "project", folder }], { inventoryFolder });
  t.deepEqual(second, first);
  t.deepEqual(readFileSync(join(inventoryFolder, file)), notes);
});

// ATTACK: threats 30
test("a file that was replaced is read anew, whatever its size and times say", async (t) => {
  const folder = folderWith(t, store({ "a.yoi-plugin": named("aaa") }));
  const inventoryFolder = folderWith(t);
  await discoverPackages([{ source: "project", folder }], { inventoryFolder });
  const other = join(folder, "other");
  writeFileSync(other, named("bbb"));
  execFileSync("touch", ["-r", join(folder, "a.yoi-plugin"), other]);
  renameSync(other, join(folder, "a.yoi-plugin"));
  t.deepEqual(refs(await discoverPackages([{ source: "project", folder }], { inventoryFolder })), [
    "project:bbb a.yoi-plugin",
  ]);
});

const forgeries: readonly (readonly [title: string, forge: (text: string) => string])[] = [
  ["no JSON", () => "{"],
  ["another version", (text) => text.replace('"version":1', '"version":2')],
  ["a digest that is none", (text) => text.replace(/sha256:[0-9a-f]{64}/, "sha256:x")],
  ["a manifest that is not valid", (text) => text.replace("schema_version = 1", "schema_version = 9")],
  ["an import that no plugin may have", (text) => text.replace("yoi:host/log@2.0.0", "wasi:sockets/tcp@0.2.0")],
];
for (const [title, forge] of forgeries) {
  test(`notes with ${title} are as good as none`, async (t) => {
    const folder = folderWith(t, store({ "a.yoi-plugin": named("a") }));
    const inventoryFolder = folderWith(t);
    const first = await discoverPackages([{ source: "project", folder }], { inventoryFolder });
    const [file = ""] = readdirSync(inventoryFolder);
    const text = readFileSync(join(inventoryFolder, file), "utf8");
    t.not(forge(text), text);
    writeFileSync(join(inventoryFolder, file), forge(text));
    const second = await discoverPackages([{ source: "project", folder }], { inventoryFolder });
    t.deepEqual(second, first);
  });
}

test("where no notes can be kept, packages are found all the same", async (t) => {
  const folder = folderWith(t, store({ "a.yoi-plugin": named("a") }));
  const inventoryFolder = join(folder, "a.yoi-plugin", "no folder");
  const found = await discoverPackages([{ source: "project", folder }], { inventoryFolder });
  t.deepEqual(refs(found), ["project:a a.yoi-plugin"]);
});

test("discovery writes nothing into a store", async (t) => {
  const folder = folderWith(t, store({ "a.yoi-plugin": named("a") }));
  copyFileSync(join(folder, "a.yoi-plugin"), join(folder, "b.yoi-plugin"));
  chmodSync(folder, 0o555);
  t.teardown(() => chmodSync(folder, 0o755));
  await discoverPackages([{ source: "project", folder }], { inventoryFolder: folderWith(t) });
  t.deepEqual(readdirSync(folder), ["a.yoi-plugin", "b.yoi-plugin"]);
});
