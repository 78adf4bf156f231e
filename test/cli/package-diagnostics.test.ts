import { symlinkSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { limits } from "../../src/calls/limits.ts";
import type { DiagnosticKind } from "../../src/packages/diagnostic-kinds.ts";
import { forgeArchive } from "../support/archives.ts";
import { coreModule, forgeComponent, toolsExport } from "../support/components.ts";
import { weatherManifest, weatherManifestWith } from "../support/manifests.ts";
import { weatherFiles, weatherPackage } from "../support/packages.ts";
import { enable, jsonOf, newWorkspace, notesWorkspace, type TestWorkspace } from "../support/workspaces.ts";

const manifestWith = (from: string, to: string) => weatherPackage({ "plugin.toml": weatherManifestWith(from, to) });
const withImports = (...imports: readonly string[]) =>
  weatherPackage({ "plugin.wasm": forgeComponent({ imports, exports: [toolsExport] }) });
const entries = () => [...weatherFiles()].map(([path, content]) => ({ path, content }));
const worldBefore = 'world = "yoi:plugin/tool-plugin@2.0.0"';

// What a package is by itself: `check` and `list` tell the same story.
const unsound: readonly (readonly [kind: DiagnosticKind, bytes: Uint8Array, says: RegExp])[] = [
  ["invalid-archive", Buffer.from("hello"), /not a ZIP archive/],
  ["unsupported-archive", forgeArchive({ entries: [{ path: "plugin.toml", content: "x", method: 9 }] }), /./],
  ["traversal", forgeArchive({ entries: [...entries(), { path: "../up", content: "" }] }), /\.\.\/up/],
  ["duplicate", forgeArchive({ entries: [...entries(), { path: "Plugin.toml", content: "" }] }), /Plugin\.toml/],
  ["missing-file", weatherPackage({ "plugin.wasm": undefined }), /lacks `plugin\.wasm`, which its manifest names/],
  ["missing-file", weatherPackage({ "plugin.toml": undefined }), /the package has no `plugin\.toml`/],
  ["invalid-manifest", manifestWith("capabilities.fs", "capabilties.fs"), /`capabilties` did you mean `capabilities`/],
  ["rejected-schema", manifestWith('type = "object", properties', 'type = "array", properties'), /./],
  ["bounds", weatherPackage({ "plugin.toml": `${weatherManifest}# ${"x".repeat(limits.manifestBytesMax)}` }), /./],
  ["runtime-mismatch", manifestWith(worldBefore, worldBefore.replace("@2.0.0", "@3.0.0")), /3\.0\.0/],
  ["legacy-runtime", manifestWith('kind = "wasm-component"', 'kind = "wasm"'), /./],
  ["legacy-runtime", weatherPackage({ "plugin.wasm": coreModule }), /./],
  ["invalid-component", weatherPackage({ "plugin.wasm": "not a component" }), /./],
  // ATTACK: threats 10: what reaches the network by itself is refused before anything runs.
  ["unsupported-host-api", withImports("wasi:sockets/tcp@0.2.3"), /`wasi:sockets\/tcp@0\.2\.3`/],
  [
    "undeclared-import",
    weatherPackage({
      "plugin.toml": weatherManifest.replace(/\[\[capabilities\.fs\]\][\s\S]*?\n\n/, ""),
      "plugin.wasm": forgeComponent({ imports: ["yoi:host/fs@2.0.0"], exports: [toolsExport] }),
    }),
    /`yoi:host\/fs@2\.0\.0`/,
  ],
];
for (const [index, [kind, bytes, says]] of unsound.entries()) {
  test(`a package that is \`${kind}\` (${index}) is told by check and list, and stops no other`, async (t) => {
    const workspace = await newWorkspace(t);
    workspace.write(".yoi/plugins/bad.yoi-plugin", bytes);
    workspace.write(".yoi/plugins/good.yoi-plugin", weatherPackage({ "plugin.toml": named("example.good") }));
    const check = await workspace.yoi("plugin", "check", ".yoi/plugins/bad.yoi-plugin");
    t.is(check.code, 1);
    t.regex(check.stdout.replace(/\n +/g, " "), says);
    t.regex(check.stdout, /^\d+ problems?; nothing was installed$/m);
    const checked = jsonOf(await workspace.yoi("plugin", "check", ".yoi/plugins/bad.yoi-plugin", "--json"));
    t.false(checked["sound"]);
    t.true(kindsOf(checked["diagnostics"]).includes(kind), kindsOf(checked["diagnostics"]).join());

    const list = await workspace.yoi("plugin", "list");
    t.is(list.code, 0);
    t.regex(list.stdout, /^disabled +project:example\.good +0\.1\.0/m);
    t.regex(list.stdout.replace(/\n +/g, " "), says);
    t.regex(list.stdout, /^ *✗ /m);
  });
}

test("a package that is no file or a link out of its store is told by list", async (t) => {
  const workspace = await newWorkspace(t);
  workspace.write("outside.yoi-plugin", weatherPackage());
  workspace.write(".yoi/plugins/folder.yoi-plugin/x", "");
  symlinkSync(join(workspace.folder, "outside.yoi-plugin"), join(workspace.folder, ".yoi/plugins/link.yoi-plugin"));
  symlinkSync("/nowhere", join(workspace.folder, ".yoi/plugins/gone.yoi-plugin"));
  const found = jsonOf(await workspace.yoi("plugin", "list", "--json"));
  t.deepEqual(found["plugins"], []);
  t.deepEqual(new Set(kindsOf(found["diagnostics"])), new Set(["invalid-archive", "io", "traversal"]));
});

interface Enabled {
  readonly title: string;
  readonly kind: DiagnosticKind;
  readonly says: RegExp;
  readonly status: "active" | "partial" | "disabled" | "missing" | "rejected";
  readonly pinned: boolean;
  /** What is changed once the plugin is enabled with its mount and its effect. */
  readonly change: (workspace: TestWorkspace) => void;
}
const storeFile = ".yoi/plugins/weather.yoi-plugin";
const cache = ".yoi/state/cache";

const enabled: readonly Enabled[] = [
  {
    title: "a package that is nowhere",
    kind: "missing-package",
    says: /no store has its package/,
    status: "missing",
    pinned: false,
    change: ({ remove }) => {
      remove(storeFile);
      remove(cache);
    },
  },
  {
    title: "a package that was replaced, with its pinned copy gone",
    kind: "digest-mismatch",
    says: /the package in the store is not the one that was pinned: its content differs/,
    status: "rejected",
    pinned: false,
    change: ({ write, remove }) => {
      write(storeFile, weatherPackage({ "assets/units.json": "[1]" }));
      remove(cache);
    },
  },
  {
    title: "a pin of another version",
    kind: "version-mismatch",
    says: /pinned to version `0\.2\.0`, and the package is `0\.1\.0`/,
    status: "rejected",
    pinned: false,
    change: edit('version = "0.1.0"', 'version = "0.2.0"'),
  },
  {
    title: "a pin that is another plugin's",
    kind: "id-mismatch",
    says: /the pinned package is `example\.weather`/,
    status: "rejected",
    pinned: false,
    change: edit('"project:example.weather"', '"project:example.other"'),
  },
  {
    title: "an entry without a version",
    kind: "missing-grant",
    says: /the entry has no pin: version is missing/,
    status: "rejected",
    pinned: false,
    change: edit('version = "0.1.0"\n', ""),
  },
  {
    title: "an entry without any pin",
    kind: "missing-grant",
    says: /the entry has no pin: version and digest are missing/,
    status: "rejected",
    pinned: false,
    change: edit(/version = .*\ndigest = .*\n/, ""),
  },
  {
    title: "a mount that nothing is bound to",
    kind: "missing-grant",
    says: /nothing is bound to its mount `cache`/,
    status: "partial",
    pinned: true,
    change: edit('mounts = { cache = "cache" }', ""),
  },
  {
    title: "a mount that the workspace does not have",
    kind: "missing-grant",
    says: /the workspace has no mount `none`/,
    status: "partial",
    pinned: true,
    change: edit('cache = "cache"', 'cache = "none"'),
  },
  {
    title: "an effect that is not granted",
    kind: "missing-grant",
    says: /its tool `get_weather` has the effect `network`, which the entry does not name/,
    status: "rejected",
    pinned: true,
    change: edit('effects = ["network"]', "effects = []"),
  },
  {
    title: "a configuration off its schema",
    kind: "invalid-config",
    says: /`config` at `\$\.units`/,
    status: "rejected",
    pinned: false,
    change: ({ configure }) => configure('config = { units = "furlongs" }'),
  },
  {
    title: "an entry with a key that does not exist",
    kind: "invalid-enablement",
    says: /unknown key `agent` did you mean `agents`/,
    status: "rejected",
    pinned: false,
    change: edit('agents = ["cli"]', 'agent = ["cli"]'),
  },
  {
    title: "an alias of what is no tool",
    kind: "invalid-enablement",
    says: /an alias for `get_wether`, which is no tool of this plugin/,
    status: "partial",
    pinned: true,
    change: ({ configure }) => configure('aliases = { get_wether = "weather" }'),
  },
  {
    title: "a grant on what cannot be a path",
    kind: "invalid-enablement",
    says: /grant 1 is left out: a path has no empty, `\.` or `\.\.` segments/,
    status: "partial",
    pinned: true,
    change: ({ configure }) =>
      configure('[[plugins."project:example.weather".grants]]\naction = "fs.read"\npath = "cache/../.."'),
  },
  {
    title: "a grant with a key that does not exist",
    kind: "invalid-enablement",
    says: /grant 1 is left out: unknown key `pth`/,
    status: "partial",
    pinned: true,
    change: ({ configure }) =>
      configure('[[plugins."project:example.weather".grants]]\naction = "fs.read"\npath = "cache"\npth = "cache"'),
  },
  {
    title: "two packages of one id",
    kind: "duplicate",
    says: /`copy\.yoi-plugin`/,
    status: "rejected",
    pinned: false,
    change: ({ write }) => write(".yoi/plugins/copy.yoi-plugin", weatherPackage({ "assets/units.json": "[2]" })),
  },
];
for (const { title, kind, says, status, pinned, change } of enabled) {
  test.serial(`${title} is told by list and show as \`${kind}\`, and stops no other`, async (t) => {
    const workspace = await newWorkspace(t);
    workspace.write(storeFile, weatherPackage());
    workspace.write(".yoi/plugins/good.yoi-plugin", weatherPackage({ "plugin.toml": named("example.good") }));
    workspace.write("cache/x", "");
    workspace.configure('[mounts.cache]\npath = "cache"\n');
    await enable(t, workspace, "example.good");
    await enable(t, workspace, "example.weather");
    change(workspace);

    const list = await workspace.yoi("plugin", "list");
    t.is(list.code, 0, list.stderr);
    t.regex(list.stdout.replace(/\n +/g, " "), says);
    t.regex(list.stdout, /^active +project:example\.good/m);
    const id = kind === "id-mismatch" ? "project:example.other" : "project:example.weather";
    const { stdout } = await workspace.yoi("plugin", "show", id);
    t.regex(stdout.replace(/\n +/g, " "), says);
    const { plugin } = jsonOf(await workspace.yoi("plugin", "show", id, "--json"));
    t.like(plugin, { plugin: id, status, pinned });
    t.true(kindsOf((plugin as { diagnostics: unknown }).diagnostics).includes(kind));
    if (!pinned)
      t.is((await workspace.yoi("tool", "call", `${id}/get_weather`)).code, kind === "missing-package" ? 2 : 3);
  });
}

test("an id that two stores have is ambiguous until its source is said", async (t) => {
  const workspace = await newWorkspace(t);
  workspace.write(storeFile, weatherPackage());
  workspace.write(join(workspace.places.userStore, "weather.yoi-plugin"), weatherPackage());
  const { code, stderr } = await workspace.yoi("plugin", "enable", "example.weather", "--yes");
  t.is(code, 2);
  t.regex(stderr, /`example\.weather` is ambiguous: project:example\.weather,\s+user:example\.weather/);
  await enable(t, workspace, "user:example.weather");
  t.regex((await workspace.yoi("plugin", "list")).stdout, /^disabled +project:example\.weather/m);
});

// ATTACK: threats 30: whoever can write the store must not change what runs.
test("the pinned package runs when the store's file is replaced or gone", async (t) => {
  const workspace = await notesWorkspace(t);
  const call = () => workspace.yoi("tool", "call", "read_note", '{"path":"notes/today.md"}');
  const [file = ""] = jsonOf(await workspace.yoi("plugin", "list", "--json"))["plugins"] as { file: string }[];
  const path = `.yoi/plugins/${(file as { file: string }).file}`;
  workspace.write(path, weatherPackage({ "plugin.toml": named("example.notes") }));
  t.is((await call()).code, 0);
  workspace.remove(path);
  t.is((await call()).code, 0);
  t.regex((await workspace.yoi("plugin", "list")).stdout, /^active +project:example\.notes/m);
});

// ATTACK: threats 30: the cache is believed by its content alone.
test("a doctored package in the cache is refused", async (t) => {
  const workspace = await notesWorkspace(t);
  const { plugin } = jsonOf(await workspace.yoi("plugin", "show", "example.notes", "--json"));
  const { digest, file } = plugin as { digest: string; file: string };
  const cached = `.yoi/state/cache/packages/${digest.slice("sha256:".length)}.yoi-plugin`;
  workspace.write(cached, weatherPackage({ "plugin.toml": named("example.notes") }));
  const call = () => workspace.yoi("tool", "call", "read_note", '{"path":"notes/today.md"}');
  t.is((await call()).code, 0, "the store still has the one that was pinned");
  workspace.write(cached, weatherPackage({ "plugin.toml": named("example.notes") }));
  workspace.remove(`.yoi/plugins/${file}`);
  const { code, stderr } = await call();
  t.is(code, 2, stderr);
  t.regex((await workspace.yoi("plugin", "list")).stdout, /^missing +project:example\.notes/m);
});

function named(id: string): string {
  return weatherManifestWith('id = "example.weather"', `id = "${id}"`).replaceAll("get_weather", id.replace(".", "_"));
}

/** Edits the weather plugin's entry, which is the last one. */
function edit(from: string | RegExp, to: string): (workspace: TestWorkspace) => void {
  return ({ read, write }) => {
    const [before = "", own = ""] = read(".yoi/yoi.toml").split(/(?=\[plugins\."project:example\.weather"\])/);
    write(".yoi/yoi.toml", before + own.replace(from, to));
  };
}

function kindsOf(diagnostics: unknown): readonly string[] {
  return (diagnostics as readonly { kind: string }[]).map(({ kind }) => kind);
}
