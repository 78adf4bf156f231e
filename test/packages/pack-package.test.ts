import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import test from "ava";
import { YoiError } from "../../src/errors/yoi-error.ts";
import { checkPackage } from "../../src/packages/check-package.ts";
import { packageFileName, packPackage } from "../../src/packages/pack-package.ts";
import { readArchive } from "../../src/packages/read-archive.ts";
import { weatherManifestWith } from "../support/manifests.ts";
import { folderWith, weatherFiles, weatherPackage } from "../support/packages.ts";

async function troublesOf(path: string): Promise<readonly string[]> {
  const checked = await checkPackage(path);
  return "package" in checked ? [] : checked.diagnostics.map(({ kind, message }) => `${kind}: ${message}`);
}

test("a folder is packed: manifest, component, named files, and nothing else that lies there", async (t) => {
  const folder = folderWith(
    t,
    weatherFiles({ ".git/config": "x", "src/plugin.ts": "x", "assets/other.json": "x", "old.yoi-plugin": "x" }),
  );
  const packed = await packPackage(folder);
  t.deepEqual(
    readArchive(packed.bytes).map(({ path }) => path),
    ["assets/units.json", "plugin.toml", "plugin.wasm"],
  );
  t.is(packageFileName(packed.manifest), "example.weather-0.1.0.yoi-plugin");
});

test("the same files give the same bytes, whenever and wherever", async (t) => {
  const [one, two] = [folderWith(t, weatherFiles()), folderWith(t, new Map([...weatherFiles()].toReversed()))];
  utimesSync(join(two, "plugin.wasm"), 1, 1);
  const [first, second] = [await packPackage(one), await packPackage(two)];
  t.deepEqual(Buffer.from(first.bytes), Buffer.from(second.bytes));
  t.is(first.digest, second.digest);
});

test("packing and checking write nothing", async (t) => {
  const folder = folderWith(t, weatherFiles());
  const before = readdirSync(folder, { recursive: true }).toSorted();
  await packPackage(folder);
  t.deepEqual(await troublesOf(folder), []);
  t.deepEqual(readdirSync(folder, { recursive: true }).toSorted(), before);
});

test("what was packed is sound as a file as well, also behind a link that the operator names", async (t) => {
  const folder = folderWith(t, new Map([["w.yoi-plugin", weatherPackage()]]));
  symlinkSync(join(folder, "w.yoi-plugin"), join(folder, "link"));
  t.deepEqual(await troublesOf(join(folder, "w.yoi-plugin")), []);
  t.deepEqual(await troublesOf(join(folder, "link")), []);
});

test("a package that is not there says so, without its path", async (t) => {
  t.deepEqual(await troublesOf(join(folderWith(t), "secret-name")), ["io: the package was not found"]);
});

test("a folder without a manifest says so", async (t) => {
  t.deepEqual(await troublesOf(folderWith(t)), ["missing-file: the folder has no `plugin.toml`"]);
});

test("every file that is missing is said at once", async (t) => {
  const folder = folderWith(t, weatherFiles({ "plugin.wasm": undefined, "assets/units.json": undefined }));
  t.deepEqual(await troublesOf(folder), [
    "missing-file: the folder has no `plugin.wasm`",
    "missing-file: the folder has no `assets/units.json`",
  ]);
});

test("what check finds is what pack refuses", async (t) => {
  const folder = folderWith(
    t,
    weatherFiles({ "plugin.wasm": "x", "plugin.toml": weatherManifestWith('"Weather"', '"W"') }),
  );
  t.deepEqual(await troublesOf(folder), ["invalid-component: the component is not WebAssembly"]);
  const error = await t.throwsAsync(packPackage(folder), { instanceOf: YoiError });
  t.true(
    YoiError.is(error, "YOI_BUILD_FAILED") && error.details.findings[0]?.message === "the component is not WebAssembly",
  );
});

test("a manifest's findings come with their places", async (t) => {
  const folder = folderWith(
    t,
    weatherFiles({ "plugin.toml": weatherManifestWith("[[capabilities.fs]]", "[[capabilties.fs]]") }),
  );
  const checked = await checkPackage(folder);
  t.deepEqual("diagnostics" in checked && checked.diagnostics[0]?.place, { file: "plugin.toml", line: 19, column: 3 });
});

// ATTACK: threats 24
const links: readonly (readonly [title: string, link: (folder: string, outside: string) => void, trouble: string])[] = [
  [
    "a file",
    (folder, outside) => relink(join(folder, "assets/units.json"), join(outside, "secret")),
    "`assets/units.json`",
  ],
  ["a folder on the way", (folder, outside) => relink(join(folder, "assets"), outside), "`assets/units.json`"],
  ["the component", (folder, outside) => relink(join(folder, "plugin.wasm"), join(outside, "secret")), "`plugin.wasm`"],
  ["the manifest", (folder, outside) => relink(join(folder, "plugin.toml"), join(outside, "secret")), "`plugin.toml`"],
];
for (const [title, link, named] of links) {
  test(`nothing is packed through a link: ${title}`, async (t) => {
    const outside = folderWith(
      t,
      new Map([
        ["secret", Buffer.from("secret")],
        ["units.json", Buffer.from("secret")],
      ]),
    );
    const folder = folderWith(t, weatherFiles());
    link(folder, outside);
    t.deepEqual(await troublesOf(folder), [`traversal: ${named} is a link or lies behind one`]);
  });
}

test("a link to a file of the same folder is a link", async (t) => {
  const folder = folderWith(t, weatherFiles());
  renameSync(join(folder, "plugin.wasm"), join(folder, "real.wasm"));
  symlinkSync("real.wasm", join(folder, "plugin.wasm"));
  t.deepEqual(await troublesOf(folder), ["traversal: `plugin.wasm` is a link or lies behind one"]);
});

// ATTACK: threats 28
test("a pipe or folder in place of a file is refused at once", async (t) => {
  const folder = folderWith(t, weatherFiles({ "plugin.wasm": undefined, "assets/units.json": undefined }));
  execFileSync("bash", ["-c", 'mkfifo "$1"', "bash", join(folder, "plugin.wasm")]);
  mkdirSync(join(folder, "assets/units.json"), { recursive: true });
  t.deepEqual(await troublesOf(folder), [
    "invalid-manifest: `plugin.wasm` is not a plain file",
    "invalid-manifest: `assets/units.json` is not a plain file",
  ]);
});

test("a file that is too large is refused before it is read", async (t) => {
  const folder = folderWith(t, weatherFiles());
  truncateSync(join(folder, "plugin.wasm"), 8 * 1024 * 1024 + 1);
  t.deepEqual(await troublesOf(folder), ["bounds: `plugin.wasm` is larger than 8388608 bytes"]);
  writeFileSync(join(folder, "plugin.toml"), Buffer.alloc(65_537));
  t.deepEqual(await troublesOf(folder), ["bounds: `plugin.toml` is larger than 65536 bytes"]);
});

function relink(path: string, target: string): void {
  rmSync(path, { recursive: true });
  symlinkSync(target, path);
}
