import test from "ava";
import fc from "fast-check";
import { openPackage } from "../../src/packages/open-package.ts";
import { packageDigest } from "../../src/packages/package-digest.ts";
import { readArchive } from "../../src/packages/read-archive.ts";
import { forgeArchive } from "../support/archives.ts";
import { coreModule, forgeComponent, toolsExport } from "../support/components.ts";
import { weatherManifestWith } from "../support/manifests.ts";
import { weatherFiles, weatherPackage } from "../support/packages.ts";

/** `phase kind [plugin] place message → remedy` of each diagnostic. */
function troublesOf(bytes: Uint8Array, fileName = "weather.yoi-plugin"): readonly string[] {
  const opened = openPackage(bytes, fileName);
  if ("package" in opened) return [];
  return opened.diagnostics.map(({ kind, phase, plugin, place, message, remedy, package: file }) => {
    const at = place?.line === undefined ? place?.file : `${place.file}:${place.line}:${place.column}`;
    return `${file} ${phase} ${kind} [${plugin ?? ""}] ${at}: ${message} → ${remedy}`;
  });
}

test("a sound package is its manifest, its component and its digest", (t) => {
  const bytes = weatherPackage();
  const opened = openPackage(bytes, "weather.yoi-plugin");
  t.true("package" in opened);
  if (!("package" in opened)) return;
  t.is(opened.package.manifest.id, "example.weather");
  t.is(opened.package.digest, packageDigest(readArchive(bytes)));
  t.deepEqual(Buffer.from(opened.package.componentBytes), Buffer.from(weatherFiles().get("plugin.wasm") ?? ""));
  t.deepEqual(opened.package.interfaces, { imports: ["yoi:host/log@2.0.0"], exports: [toolsExport] });
  t.deepEqual(
    opened.package.entries.map(({ path }) => path),
    ["assets/units.json", "plugin.toml", "plugin.wasm"],
  );
  t.is(opened.package.bytes, bytes);
});

test("how an archive is made does not count: same files, same digest", (t) => {
  const entries = [...weatherFiles()].map(([path, content]) => ({ path, content }));
  const digests = [
    weatherPackage(),
    forgeArchive({ entries: [{ path: "assets/", externalAttributes: 0x10 }, ...entries.toReversed()] }),
    forgeArchive({ entries: entries.map((entry) => ({ ...entry, method: 8 })) }),
  ].map((bytes) => {
    const opened = openPackage(bytes, "x.yoi-plugin");
    return "package" in opened ? opened.package.digest : JSON.stringify(opened.diagnostics);
  });
  t.is(new Set(digests).size, 1, digests.join());
});

const manifestWith = (from: string, to: string) => weatherPackage({ "plugin.toml": weatherManifestWith(from, to) });
const component = (imports: readonly string[], exports = [toolsExport]) =>
  weatherPackage({ "plugin.wasm": forgeComponent({ imports, exports }) });

const rows: readonly (readonly [title: string, bytes: Uint8Array, troubles: readonly string[]])[] = [
  [
    "a file that is no archive",
    Buffer.from("hello"),
    [
      "weather.yoi-plugin discovery invalid-archive [] weather.yoi-plugin: the file is not a ZIP archive, or has bytes after its end → pack the plugin again with `yoi plugin pack`",
    ],
  ],
  [
    "an archive with a feature that packages do not have",
    forgeArchive({ entries: [{ path: "plugin.toml", flags: 0x0801 }] }),
    [
      "weather.yoi-plugin discovery unsupported-archive [] weather.yoi-plugin: `plugin.toml` is encrypted → pack the plugin again with `yoi plugin pack`",
    ],
  ],
  [
    "an entry that climbs out",
    forgeArchive({ entries: [{ path: "../plugin.toml" }] }),
    [
      "weather.yoi-plugin discovery traversal [] weather.yoi-plugin: `../plugin.toml` is not a safe path: it has an empty, `.` or `..` segment → do not trust the package; ask who made it",
    ],
  ],
  [
    "two entries of one name",
    forgeArchive({ entries: [{ path: "plugin.toml" }, { path: "PLUGIN.toml" }] }),
    [
      "weather.yoi-plugin discovery duplicate [] weather.yoi-plugin: `PLUGIN.toml` has the name of another entry → remove one of the two",
    ],
  ],
  [
    "too many entries",
    forgeArchive({ entries: Array.from({ length: 513 }, (_, n) => ({ path: `f${n}` })) }),
    [
      "weather.yoi-plugin discovery bounds [] weather.yoi-plugin: the archive has more than 512 entries → make it smaller; `docs/limits.md` lists the limits",
    ],
  ],
  [
    "no manifest",
    weatherPackage({ "plugin.toml": undefined }),
    [
      "weather.yoi-plugin manifest missing-file [] weather.yoi-plugin: the package has no `plugin.toml` → build and pack the plugin again",
    ],
  ],
  [
    "an invalid manifest",
    manifestWith('"0.1.0"', '"one"'),
    [
      "weather.yoi-plugin manifest invalid-manifest [] plugin.toml:4:11: `version` must be a semantic version, such as 0.1.0 → mend `plugin.toml`",
    ],
  ],
  [
    "a schema outside the subset",
    manifestWith('city = { type = "string" }', 'city = { format = "x" }'),
    [
      "weather.yoi-plugin manifest rejected-schema [] plugin.toml:16:1: `tools[0].input_schema` $.properties.city.format: keyword `format` is not supported → say it in `description` and check it in the tool",
    ],
  ],
  [
    "a world of another version",
    manifestWith("tool-plugin@2.0.0", "tool-plugin@3.0.0"),
    [
      "weather.yoi-plugin manifest runtime-mismatch [] plugin.toml:11:1: the plugin is built for `yoi:plugin/tool-plugin@3.0.0`, and this host runs `yoi:plugin/tool-plugin@2.0.0` → build the plugin for this host's world",
    ],
  ],
  [
    "a retired runtime",
    manifestWith('"wasm-component"', '"wasm"'),
    [
      'weather.yoi-plugin manifest legacy-runtime [] plugin.toml:9:1: `runtime.kind` is `wasm`: raw modules are retired, and no longer run → build a component, `kind = "wasm-component"`',
    ],
  ],
  [
    "no component and no file that the manifest names",
    weatherPackage({ "plugin.wasm": undefined, "assets/units.json": undefined }),
    [
      "weather.yoi-plugin manifest missing-file [example.weather] plugin.toml: the package lacks `plugin.wasm`, which its manifest names → build and pack the plugin again",
      "weather.yoi-plugin manifest missing-file [example.weather] plugin.toml: the package lacks `assets/units.json`, which its manifest names → build and pack the plugin again",
    ],
  ],
  [
    "a raw module under the kind of components",
    weatherPackage({ "plugin.wasm": coreModule }),
    [
      "weather.yoi-plugin component legacy-runtime [example.weather] plugin.wasm: the component is a raw WebAssembly module: raw modules are retired, and no longer run → build a component for `yoi:plugin/tool-plugin@2.0.0`",
    ],
  ],
  [
    "a component that is none",
    weatherPackage({ "plugin.wasm": "hello wasm" }),
    [
      "weather.yoi-plugin component invalid-component [example.weather] plugin.wasm: the component is not WebAssembly → build the plugin again",
    ],
  ],
  [
    "a host interface that nobody has",
    component(["wasi:sockets/tcp@0.2.3"]),
    [
      "weather.yoi-plugin component unsupported-host-api [example.weather] plugin.wasm: the component imports `wasi:sockets/tcp@0.2.3`, which no plugin may have → remove the import; a plugin reaches servers through `yoi:host/https`",
    ],
  ],
  [
    "a component for another host",
    component(["yoi:host/log@2.3.0"]),
    [
      "weather.yoi-plugin component runtime-mismatch [example.weather] plugin.wasm: the component imports `yoi:host/log@2.3.0`, and this host runs `yoi:host/log@2.0.0` → build the plugin for `yoi:host/log@2.0.0`",
    ],
  ],
];
for (const [title, bytes, troubles] of rows) {
  test(`a package with ${title} says so`, (t) => t.deepEqual(troublesOf(bytes), troubles));
}

test("a component that imports what its manifest does not declare says so", (t) => {
  const [head = ""] = weatherManifestWith("", "").split("\n[[capabilities");
  const [trouble = ""] = troublesOf(
    weatherPackage({ "plugin.toml": head, "plugin.wasm": forgeComponent({ imports: ["yoi:host/fs@2.0.0"] }) }),
  );
  t.regex(
    trouble,
    /component undeclared-import \[example\.weather\] plugin\.wasm: .*`yoi:host\/fs@2\.0\.0`, and its manifest asks for no/,
  );
});

// ATTACK: threats 34
test("a file name cannot paint over the terminal", (t) => {
  t.regex(troublesOf(Buffer.from("x"), "\u001b[2Jevil.yoi-plugin")[0] ?? "", /^\\u\{1b\}\[2Jevil/);
});

test("any bytes are a package or diagnostics", (t) => {
  const whole = weatherPackage();
  const flipped = fc
    .array(fc.tuple(fc.nat(whole.byteLength - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
    .map((edits) => {
      const bytes = whole.slice();
      for (const [at, value] of edits) bytes[at] = value;
      return bytes;
    });
  const property = fc.property(flipped, (bytes) => {
    const opened = openPackage(bytes, "x.yoi-plugin");
    return "package" in opened || (opened.diagnostics.length > 0 && opened.diagnostics.length <= 50);
  });
  t.notThrows(() => fc.assert(property, { numRuns: 1_000 }));
});
