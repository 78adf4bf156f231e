import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { authorityFreeWasi } from "../../src/packages/host-interfaces.ts";
import { laterManifestKeys, manifestSchema } from "../../src/plugins/manifest-schema.ts";
import { readPluginManifest } from "../../src/plugins/read-plugin-manifest.ts";
import { codeOf, plain, readPage, repository, tableOf } from "../support/pages.ts";

const page = readPage("packages.md");

function keysOf(table: string): readonly string[] {
  return tableOf(page, "table")
    .rows.filter(([name]) => name === table)
    .map(([, key]) => plain(key))
    .toSorted();
}

const { runtime, tools, capabilities } = manifestSchema.shape;
const { https, fs, secret } = capabilities.unwrap().shape;
const shapes = {
  "top level": manifestSchema.shape,
  runtime: runtime.shape,
  tools: tools.element.shape,
  "capabilities.https": https.unwrap().element.in.shape,
  "capabilities.fs": fs.unwrap().element.shape,
  "capabilities.secret": secret.unwrap().element.shape,
};

for (const [table, shape] of Object.entries(shapes)) {
  test(`\`docs/packages.md\` has every key of a manifest's ${table}, and no other`, (t) => {
    t.deepEqual(keysOf(table), Object.keys(shape).toSorted());
  });
}

test("`docs/packages.md` says which keys a manifest must have", (t) => {
  for (const [table, key, must] of tableOf(page, "table").rows) {
    const shape = shapes[table as keyof typeof shapes] as Record<
      string,
      { safeParse(value: unknown): { success: boolean } }
    >;
    t.is(shape[plain(key)]?.safeParse(undefined).success, must === "no", `${table} ${key}`);
  }
});

test("the manifest in `docs/packages.md` is one", (t) => {
  const [toml = ""] = codeOf(page, "toml");
  t.is(readPluginManifest(Buffer.from(toml), "plugin.toml").id, "example.notes");
});

test("`docs/packages.md` names every key of later versions", (t) => {
  for (const key of laterManifestKeys) t.true(page.includes(`\`${key}\``), key);
});

test("`docs/packages.md` has every interface of WASI that a component may import, and no other", (t) => {
  const named = [...page.matchAll(/`(wasi:[a-z/-]+)`/g)].map(([, name = ""]) => name);
  t.deepEqual(named.toSorted(), [...authorityFreeWasi].toSorted());
});

test("`docs/packages.md` has every status of a plugin, and no other", (t) => {
  const source = readFileSync(join(repository, "src/workspace/plugin-state.ts"), "utf8");
  const [, type = ""] = /export type PluginStatus =([^;]*);/.exec(source) ?? [];
  const statuses = [...type.matchAll(/"([a-z]+)"/g)].map(([, status]) => status);
  t.deepEqual(
    tableOf(page, "status").rows.map(([status]) => status),
    statuses,
  );
});
