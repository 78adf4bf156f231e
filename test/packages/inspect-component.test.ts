import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import test from "ava";
import fc from "fast-check";
import { YoiError } from "../../src/errors/yoi-error.ts";
import { inspectComponent } from "../../src/packages/inspect-component.ts";
import { readComponent } from "../../src/packages/read-component.ts";
import type { PluginManifest } from "../../src/plugins/plugin-manifest.ts";
import { readPluginManifest } from "../../src/plugins/read-plugin-manifest.ts";
import { componentPreamble, coreModule, forgeComponent, section, toolsExport } from "../support/components.ts";
import { weatherManifest } from "../support/manifests.ts";

const weather = readPluginManifest(Buffer.from(weatherManifest), "plugin.toml");

/** The manifest that declares these capabilities, one each, and no others. */
function declaring(...kinds: readonly (keyof PluginManifest["capabilities"])[]): PluginManifest {
  const has = (kind: keyof PluginManifest["capabilities"]): boolean => kinds.includes(kind);
  const reason = "Keeps the last forecast.";
  const url = "https://api.example.com";
  const host = { kind: "exact", name: "api.example.com" } as const;
  const pattern = { scheme: "https", host, port: 443, segments: [], methods: ["GET"] } as const;
  return {
    ...weather,
    capabilities: {
      https: has("https") ? [{ url, pattern, reason }] : [],
      fs: has("fs") ? [{ mount: "cache", operations: ["read"], reason }] : [],
      secret: has("secret") ? [{ name: "weather-key", reason }] : [],
    },
  };
}

const withAll = declaring("https", "fs", "secret");

function refusalsOf(bytes: Uint8Array, manifest = withAll): readonly string[] {
  try {
    inspectComponent(bytes, manifest);
    return [];
  } catch (error) {
    if (!YoiError.is(error, "YOI_COMPONENT_INVALID")) throw error;
    return error.details.findings.map(
      ({ fault, message, remedy }) => `${fault}: ${message}${remedy ? ` (${remedy})` : ""}`,
    );
  }
}

const wasi = [
  "cli/environment",
  "cli/exit",
  "cli/stdin",
  "cli/stdout",
  "cli/stderr",
  "cli/terminal-input",
  "cli/terminal-output",
  "cli/terminal-stdin",
  "cli/terminal-stdout",
  "cli/terminal-stderr",
  "io/error",
  "io/poll",
  "io/streams",
  "clocks/monotonic-clock",
  "clocks/wall-clock",
  "filesystem/types",
  "filesystem/preopens",
  "random/random",
  "random/insecure",
  "random/insecure-seed",
];

test("a component may import the host and the WASI interfaces without authority", (t) => {
  const imports = [
    ...["types", "log", "config", "https", "fs"].map((name) => `yoi:host/${name}@2.0.0`),
    ...wasi.map((name, n) => `wasi:${name}@0.2.${n}`),
  ];
  const interfaces = inspectComponent(forgeComponent({ imports }), withAll);
  t.deepEqual(interfaces, { imports, exports: [toolsExport] });
});

test("a component may export its toolchain's `init`, which is not offered to anyone", (t) => {
  t.deepEqual(refusalsOf(forgeComponent({ exports: ["init", toolsExport] })), []);
});

test("a patch of the host's version is no other version", (t) => {
  t.deepEqual(refusalsOf(forgeComponent({ imports: ["yoi:host/log@2.0.7"], exports: ["yoi:plugin/tools@2.0.3"] })), []);
});

// ATTACK: threats 10
const refusedImports: readonly (readonly [name: string, refusal: RegExp])[] = [
  [
    "wasi:sockets/tcp@0.2.3",
    /^unsupported-host-api: the component imports `wasi:sockets\/tcp@0.2.3`, which no plugin may have \(remove the import; a plugin reaches servers through `yoi:host\/https`/,
  ],
  ["wasi:http/outgoing-handler@0.2.0", /^unsupported-host-api: .*no plugin may have.*through `yoi:host\/https`/],
  ["wasi:cli/command@0.2.0", /^unsupported-host-api: .*no plugin may have/],
  ["wasi:cli/stdout@0.3.0", /^unsupported-host-api: .*this host has WASI 0.2/],
  ["wasi:cli/stdout", /^unsupported-host-api: .*this host has WASI 0.2/],
  ["wasi:clocks/timezone@0.2.0", /^unsupported-host-api: /],
  ["yoi:host/websocket@2.0.0", /^unsupported-host-api: .*not supported by this version/],
  ["yoi:host/secrets@2.0.0", /^unsupported-host-api: .*this host does not have \(it has `yoi:host\/types`/],
  [
    "yoi:host/log@2.1.0",
    /^runtime-mismatch: the component imports `yoi:host\/log@2.1.0`, and this host runs `yoi:host\/log@2.0.0`/,
  ],
  ["yoi:host/log@1.0.0", /^runtime-mismatch: .*@1.0.0`, and this host runs/],
  ["yoi:host/log@3.0.0", /^runtime-mismatch: /],
  ["yoi:host/log@2.0.0-rc.1", /^runtime-mismatch: /],
  ["yoi:host/log", /^runtime-mismatch: .*imports `yoi:host\/log`, and/],
  ["yoi:host/fs@1.0.0", /^runtime-mismatch: /],
  ["env", /^unsupported-host-api: the component imports `env`/],
  ["evil:\u001b[2Jcode/x@1.0.0", /^unsupported-host-api: the component imports `evil:\\u\{1b\}\[2Jcode\/x@1.0.0`/],
];
for (const [name, refusal] of refusedImports) {
  test(`no component imports ${JSON.stringify(name)}`, (t) => {
    const refusals = refusalsOf(forgeComponent({ imports: [name] }));
    t.is(refusals.length, 1);
    t.regex(refusals[0] ?? "", refusal);
  });
}

for (const capability of ["https", "fs"] as const) {
  test(`${capability} is imported only by who declares it, however much else is declared`, (t) => {
    const bytes = forgeComponent({ imports: [`yoi:host/${capability}@2.0.0`, "yoi:host/log@2.0.0"] });
    t.deepEqual(refusalsOf(bytes, declaring(capability)), []);
    const others = (["https", "fs", "secret"] as const).filter((other) => other !== capability);
    t.deepEqual(refusalsOf(bytes, declaring(...others)), [
      `undeclared-import: the component imports \`yoi:host/${capability}@2.0.0\`, and its manifest asks for no \`capabilities.${capability}\` (declare \`[[capabilities.${capability}]]\`, or build the plugin for a world without the import)`,
    ]);
  });
}

const exportRows: readonly (readonly [title: string, exports: readonly string[], refusal: RegExp])[] = [
  ["no tools", [], /^invalid-component: the component does not export `yoi:plugin\/tools@2.0.0`/],
  [
    "tools of another version",
    ["yoi:plugin/tools@1.0.0"],
    /^runtime-mismatch: the component exports `yoi:plugin\/tools@1.0.0`, and this host runs `yoi:plugin\/tools@2.0.0`/,
  ],
  [
    "something else besides",
    [toolsExport, "wasi:cli/run@0.2.0"],
    /^invalid-component: the component exports `wasi:cli\/run@0.2.0`, which its world does not have/,
  ],
];
for (const [title, exports, refusal] of exportRows) {
  test(`no component exports ${title}`, (t) => t.regex(refusalsOf(forgeComponent({ exports })).join("\n"), refusal));
}

test("everything that is wrong with a component is said at once", (t) => {
  t.is(
    refusalsOf(forgeComponent({ imports: ["env", "wasi:sockets/udp@0.2.0", "yoi:host/log@9.0.0"], exports: [] }))
      .length,
    4,
  );
});

test("a raw module is refused as what it is", (t) => {
  t.regex(refusalsOf(coreModule)[0] ?? "", /^legacy-runtime: .*raw WebAssembly module: raw modules are retired/);
});

test("a component as a toolchain makes it is read without what is nested in it", async (t) => {
  const bytes = await parse(`(component
    (import "yoi:host/log@2.0.0" (instance $log (export "write" (func (param "message" string)))))
    (import "wasi:io/error@0.2.3" (instance (export "error" (type (sub resource)))))
    (core module (import "env" "memory" (memory 1)) (func (export "f")))
    (component $inner
      (import "wasi:sockets/tcp@0.2.0" (instance))
      (export "hidden" (instance 0)))
    (instance $tools)
    (export "yoi:plugin/tools@2.0.0" (instance $tools))
    (type $string string)
    (export "named" (type $string)))`);
  t.deepEqual(readComponent(bytes), {
    imports: ["yoi:host/log@2.0.0", "wasi:io/error@0.2.3"],
    exports: ["yoi:plugin/tools@2.0.0", "named"],
  });
});

const name = (text: string): Buffer => Buffer.concat([Buffer.from([0, text.length]), Buffer.from(text)]);
const withSection = (id: number, ...parts: readonly (Buffer | readonly number[])[]): Uint8Array =>
  Buffer.concat([componentPreamble, section(id, Buffer.concat(parts.map((part) => Buffer.from(part))))]);

// ATTACK: threats 22
const malformed: readonly (readonly [title: string, bytes: Uint8Array, refusal: RegExp])[] = [
  ["nothing", new Uint8Array(), /^invalid-component: the component is not WebAssembly/],
  ["text", Buffer.from("(component)"), /^invalid-component: the component is not WebAssembly/],
  [
    "another version",
    Buffer.from("0061736d0e000100", "hex"),
    /^runtime-mismatch: the component is of another version of WebAssembly/,
  ],
  ["an unknown section", withSection(13), /^invalid-component: .*malformed/],
  [
    "a section longer than the file",
    Buffer.concat([componentPreamble, Buffer.from([10, 100])]),
    /^invalid-component: .*cut short/,
  ],
  [
    "a nested section longer than the file",
    Buffer.concat([componentPreamble, Buffer.from([0, 100])]),
    /^invalid-component: .*cut short/,
  ],
  [
    "a length without end",
    Buffer.concat([componentPreamble, Buffer.from([10, 255, 255, 255, 255, 255, 255])]),
    /^invalid-component/,
  ],
  ["more imports than there are", withSection(10, [2], name("env"), [5, 0]), /^invalid-component: .*cut short/],
  ["billions of imports", withSection(10, [255, 255, 255, 255, 15]), /^invalid-component: .*cut short/],
  ["bytes after its imports", withSection(10, [1], name("env"), [5, 0], [0]), /^invalid-component: .*malformed/],
  ["a name longer than the file", withSection(10, [1, 0, 100]), /^invalid-component: .*cut short/],
  ["a name too long", withSection(10, [1, 0, 255, 255, 3]), /^bounds: the component has a name longer than 1024 bytes/],
  ["a name that is not UTF-8", withSection(10, [1, 0, 1, 255, 5, 0]), /^invalid-component: .*not UTF-8/],
  ["a name of an unknown form", withSection(10, [1, 2, 0]), /^invalid-component: .*unknown way/],
  ["an import of an unknown kind", withSection(10, [1], name("env"), [9, 0]), /^invalid-component: .*malformed/],
  ["an import of a value", withSection(10, [1], name("env"), [2, 0]), /^invalid-component: .*value/],
  ["an export of an unknown kind", withSection(11, [1], name("env"), [9, 0, 0]), /^invalid-component: .*malformed/],
  [
    "too many imports",
    forgeComponent({ imports: Array.from({ length: 513 }, (_, n) => `a${n}`) }),
    /^bounds: .*more than 512 imports/,
  ],
];
for (const [title, bytes, refusal] of malformed) {
  test(`a component that is ${title} is refused`, (t) => t.regex(refusalsOf(bytes)[0] ?? "", refusal));
}

test("any bytes are a component or a YoiError", (t) => {
  const whole = forgeComponent({ imports: ["yoi:host/log@2.0.0", "wasi:io/poll@0.2.0"] });
  const flipped = fc
    .array(fc.tuple(fc.nat(whole.byteLength - 1), fc.nat(255)), { minLength: 1, maxLength: 5 })
    .map((edits) => {
      const bytes = whole.slice();
      for (const [at, value] of edits) bytes[at] = value;
      return bytes;
    });
  const headed = fc.uint8Array({ maxLength: 60 }).map((rest) => Buffer.concat([componentPreamble, rest]));
  const property = fc.property(
    fc.oneof(flipped, headed, fc.uint8Array({ maxLength: 60 })),
    (bytes) => refusalsOf(bytes).length <= 600,
  );
  t.notThrows(() => fc.assert(property, { numRuns: 5_000 }));
});
