import { mkdirSync, readdirSync, readFileSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { openPackage } from "../../src/packages/open-package.ts";
import { keepPackage, loadPinnedPackage } from "../../src/packages/package-cache.ts";
import type { PluginPackage } from "../../src/packages/plugin-package.ts";
import { folderWith, weatherPackage } from "../support/packages.ts";

function open(bytes = weatherPackage()): PluginPackage {
  const opened = openPackage(bytes, "x.yoi-plugin");
  if (!("package" in opened)) throw new Error(JSON.stringify(opened.diagnostics));
  return opened.package;
}

function keptFile(stateFolder: string): string {
  const folder = join(stateFolder, "cache/packages");
  return join(folder, readdirSync(folder)[0] ?? "");
}

const kindOf = async (stateFolder: string, digest: string) => {
  const loaded = await loadPinnedPackage(stateFolder, digest);
  return "package" in loaded ? "package" : loaded.diagnostics.map(({ kind, message }) => `${kind}: ${message}`).join();
};

test("a kept package is loaded by its digest, with nothing left beside it", async (t) => {
  const stateFolder = folderWith(t);
  const kept = open();
  await keepPackage(stateFolder, kept);
  await keepPackage(stateFolder, kept);
  const loaded = await loadPinnedPackage(stateFolder, kept.digest);
  t.deepEqual("package" in loaded && Buffer.from(loaded.package.componentBytes), Buffer.from(kept.componentBytes));
  t.deepEqual(readdirSync(join(stateFolder, "cache/packages")), [`${kept.digest.slice(7)}.yoi-plugin`]);
});

test("a package that was never kept is missing, and says how to get it back", async (t) => {
  const { digest } = open();
  t.regex(
    await kindOf(folderWith(t), digest),
    /^missing-package: the pinned package `sha256:[0-9a-f]{8}…` is not kept here/,
  );
});

// ATTACK: threats 30
test("a kept package that was replaced by a sound one is not the pinned one", async (t) => {
  const stateFolder = folderWith(t);
  const kept = open();
  await keepPackage(stateFolder, kept);
  writeFileSync(keptFile(stateFolder), weatherPackage({ "assets/units.json": "[]" }));
  t.regex(await kindOf(stateFolder, kept.digest), /^digest-mismatch: .* has another content now/);
});

test("a kept package that was damaged is refused, and keeping it again mends it", async (t) => {
  const stateFolder = folderWith(t);
  const kept = open();
  await keepPackage(stateFolder, kept);
  const bytes = readFileSync(keptFile(stateFolder));
  bytes[40] = (bytes[40] ?? 0) ^ 1;
  writeFileSync(keptFile(stateFolder), bytes);
  t.regex(await kindOf(stateFolder, kept.digest), /^invalid-archive: /);
  await keepPackage(stateFolder, kept);
  t.is(await kindOf(stateFolder, kept.digest), "package");
});

// ATTACK: threats 24
test("a link in the cache is not followed", async (t) => {
  const stateFolder = folderWith(t);
  const kept = open();
  await keepPackage(stateFolder, kept);
  const elsewhere = join(folderWith(t, new Map([["p", weatherPackage()]])), "p");
  const file = keptFile(stateFolder);
  unlinkSync(file);
  symlinkSync(elsewhere, file);
  t.regex(await kindOf(stateFolder, kept.digest), /^missing-package/);
});

// ATTACK: threats 26, 30
for (const digest of ["", "sha256:", "sha256:../../../evil", `sha256:${"A".repeat(64)}`, `sha256:${"a".repeat(63)}/`]) {
  test(`nothing is pinned by ${JSON.stringify(digest.slice(0, 24))}`, async (t) => {
    const stateFolder = folderWith(t);
    mkdirSync(join(stateFolder, "cache/packages"), { recursive: true });
    t.regex(await kindOf(stateFolder, digest), /^digest-mismatch: the pinned digest is not/);
  });
}

test("two who keep one package at once both succeed", async (t) => {
  const stateFolder = folderWith(t);
  const kept = open();
  await Promise.all([1, 2, 3].map(() => keepPackage(stateFolder, kept)));
  t.is(await kindOf(stateFolder, kept.digest), "package");
  t.is(readdirSync(join(stateFolder, "cache/packages")).length, 1);
});
