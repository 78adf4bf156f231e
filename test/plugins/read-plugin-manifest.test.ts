import test from "ava";
import fc from "fast-check";
import { fsOperations } from "../../src/calls/powers.ts";
import { YoiError } from "../../src/errors/yoi-error.ts";
import { readPluginManifest } from "../../src/plugins/read-plugin-manifest.ts";
import { weatherManifest, weatherManifestWith } from "../support/manifests.ts";

/** `fault line:column message (remedy)` of each finding. */
function findingsOf(text: string | Uint8Array): readonly string[] {
  try {
    readPluginManifest(typeof text === "string" ? Buffer.from(text) : text, "plugin.toml");
    return [];
  } catch (error) {
    if (!YoiError.is(error, "YOI_MANIFEST_INVALID")) throw error;
    return error.details.findings.map(
      ({ fault, message, remedy, place }) =>
        `${fault} ${place?.line}:${place?.column} ${message}${remedy ? ` (${remedy})` : ""}`,
    );
  }
}

test("a manifest says what it is called, offers and asks for", (t) => {
  const manifest = readPluginManifest(Buffer.from(weatherManifest), "plugin.toml");
  t.deepEqual(JSON.parse(JSON.stringify(manifest)), {
    schemaVersion: 1,
    id: "example.weather",
    name: "Weather",
    version: "0.1.0",
    description: "Looks up the forecast for a city.",
    runtime: { kind: "wasm-component", component: "plugin.wasm", world: "yoi:plugin/tool-plugin@2.0.0" },
    tools: [
      {
        name: "get_weather",
        description: "The forecast for a city.",
        effects: ["network"],
        inputSchema: {
          type: "object",
          properties: { city: { type: "string" } },
          required: ["city"],
          additionalProperties: false,
        },
      },
    ],
    capabilities: {
      https: [],
      fs: [{ mount: "cache", operations: ["read"], reason: "Keeps the last forecast." }],
      secret: [],
    },
    files: ["assets/units.json"],
    configSchema: { type: "object", properties: { units: { enum: ["metric", "imperial"] } } },
  });
});

test("a tool that names no effects reads, and a manifest may ask for nothing", (t) => {
  const [head = ""] = weatherManifest.split("\n[[capabilities");
  const manifest = readPluginManifest(Buffer.from(head.replace('effects = ["network"]', "")), "plugin.toml");
  t.deepEqual(manifest.tools[0]?.effects, ["read"]);
  t.deepEqual(manifest.capabilities, { https: [], fs: [], secret: [] });
  t.is(manifest.configSchema, undefined);
});

for (const version of ["0.1.0", "1.0.0-rc.1+build.5", "10.20.30"]) {
  test(`\`${version}\` is a version`, (t) =>
    t.deepEqual(findingsOf(weatherManifestWith('"0.1.0"', `"${version}"`)), []));
}
for (const version of ["", "1", "1.0", "01.0.0", "v1.0.0", "1.0.0-01", "1.0.0 ", "latest"]) {
  test(`\`${version}\` is no version`, (t) => {
    t.deepEqual(findingsOf(weatherManifestWith('"0.1.0"', `"${version}"`)), [
      "invalid 4:11 `version` must be a semantic version, such as 0.1.0",
    ]);
  });
}

const tool = '[[tools]]\nname = "get_weather"\ndescription = "x"\ninput_schema = { type = "object" }\n';
const rows: readonly (readonly [title: string, from: string, to: string, finding: RegExp])[] = [
  [
    "a later generation",
    "schema_version = 1",
    "schema_version = 2\nnew_key = 1",
    /^runtime-mismatch 1:1 `schema_version` is 2.*reads 1/,
  ],
  ["no generation", "schema_version = 1", "", /^invalid .*missing key `schema_version`/],
  ["a raw module", 'kind = "wasm-component"', 'kind = "wasm"', /^legacy-runtime 9:1 .*raw modules are retired/],
  [
    "a key of raw modules",
    'kind = "wasm-component"',
    'kind = "wasm-component"\nentry = "x"',
    /^legacy-runtime 10:1 `runtime.entry`/,
  ],
  [
    "the other key of raw modules",
    'kind = "wasm-component"',
    'kind = "wasm-component"\nabi = "x"',
    /^legacy-runtime 10:1 `runtime.abi`/,
  ],
  ["another kind", '"wasm-component"', '"docker"', /^invalid 9:8 `runtime.kind` must be `wasm-component`$/],
  [
    "a world of another version",
    "tool-plugin@2.0.0",
    "tool-plugin@2.1.0",
    /^runtime-mismatch 11:1 .*`yoi:plugin\/tool-plugin@2.1.0`.*`yoi:plugin\/tool-plugin@2.0.0`/,
  ],
  ["a world of the platform before", "tool-plugin@2.0.0", "tool@1.0.0", /^runtime-mismatch 11:1 .*tool@1.0.0/],
  [
    "another world",
    "yoi:plugin/tool-plugin@2.0.0",
    "wasi:cli/command@0.2.0",
    /^runtime-mismatch|^invalid 11:9 `runtime.world` must be/,
  ],
  ["no component", 'component = "plugin.wasm"', "", /^invalid 8:2 missing key `runtime.component`/],
  ["an id with a source", '"example.weather"', '"project:example"', /^invalid 2:6 `id` must be/],
  ["an id that ends in a dot", '"example.weather"', '"example."', /^invalid 2:6 `id` must be/],
  ["a blank name", '"Weather"', '" "', /^invalid 3:8 `name` is blank/],
  ["a name of two lines", '"Weather"', '"A\\nB"', /^invalid 3:8 `name` must be one line/],
  [
    "a misspelt key",
    "[[capabilities.fs]]",
    "[[capabilties.fs]]",
    /^invalid 19:3 unknown key `capabilties` \(did you mean `capabilities`\?\)/,
  ],
  ["a tool's name with a blank", '"get_weather"', '"get weather"', /^invalid 14:8 `tools\[0\].name` must be 1 to 64/],
  ["a tool's name too long", '"get_weather"', `"${"a".repeat(65)}"`, /^invalid 14:8 `tools\[0\].name` must be 1 to 64/],
  [
    "a tool's description too long",
    '"The forecast for a city."',
    `"${"é".repeat(2_049)}"`,
    /^invalid 15:15 .*longer than 4096 bytes/,
  ],
  ["a blank description", '"The forecast for a city."', '""', /^invalid 15:15 .*is blank/],
  ["an effect that is not one", '["network"]', '["networks"]', /^invalid 17:12 .*did you mean `network`\?/],
  ["an effect twice", '["network"]', '["read", "read"]', /^invalid 17:11 .*twice/],
  [
    "a schema outside the subset",
    'city = { type = "string" }',
    'city = { type = "string", pattern = "x" }',
    /^rejected-schema 16:1 `tools\[0\].input_schema` \$\.properties\.city\.pattern: .*not supported/,
  ],
  [
    "a schema that is text",
    'input_schema = { type = "object",',
    'input_schema = "{}" #',
    /^invalid 16:16 `tools\[0\].input_schema` must be a table/,
  ],
  [
    "a date in a schema",
    'city = { type = "string" }',
    "city = { const = 2026-11-22 }",
    /^invalid 16:67 .*as JSON has no dates/,
  ],
  [
    "a configuration schema outside the subset",
    '["metric", "imperial"]',
    "[]",
    /^rejected-schema 24:2 `config_schema` \$\.properties\.units\.enum/,
  ],
  [
    "one name for two tools",
    "[[capabilities.fs]]",
    `${tool}\n[[capabilities.fs]]`,
    /^invalid 20:1 `tools\[1\].name` is the name of an earlier tool/,
  ],
  [
    "too many tools",
    "[[capabilities.fs]]",
    `${tool.repeat(64)}[[capabilities.fs]]`,
    /^invalid 13:3 `tools` is more than 64 elements/,
  ],
  ["a mount that is a path", '"cache"', '"../cache"', /^invalid 20:9 .*must be lower-case/],
  [
    "one mount twice",
    "[config_schema]",
    '[[capabilities.fs]]\nmount = "cache"\noperations = ["read"]\nreason = "x"\n[config_schema]',
    /^invalid 25:1 this mount is asked for already/,
  ],
  ["an operation twice", '["read"]', '["read", "read"]', /^invalid 21:14 .*names an operation twice/],
  ["an operation that is none", '["read"]', '["raed"]', /^invalid 21:15 .*must be one of `read`/],
  ["no operations", '["read"]', "[]", /^invalid 21:14 .*is empty/],
  [
    "a capability without a reason",
    'reason = "Keeps the last forecast."',
    "",
    /^invalid 19:1 missing key `capabilities.fs\[0\].reason`/,
  ],
  [
    "a component that climbs out",
    '"plugin.wasm"',
    '"../plugin.wasm"',
    /^traversal 10:1 the path has an empty, `\.` or `\.\.` segment/,
  ],
  ["a file that climbs out", '"assets/units.json"', '"/etc/passwd"', /^traversal 6:10 the path is not relative/],
  ["the manifest as a file", '"assets/units.json"', '"plugin.toml"', /^invalid 6:10 the package has this file already/],
  [
    "the component as a file",
    '"assets/units.json"',
    '"plugin.wasm"',
    /^invalid 6:10 the package has this file already/,
  ],
  [
    "a name that reaches prototypes",
    "[config_schema]",
    "[config_schema]\n__proto__.x = 1",
    /^invalid 25:1 `__proto__` cannot be a key/,
  ],
  ["half a table", "[runtime]", "[runtime", /^invalid 8:9 not valid TOML/],
];
for (const [title, from, to, finding] of rows) {
  test(`a manifest cannot have ${title}`, (t) =>
    t.regex(findingsOf(weatherManifestWith(from, to)).join("\n"), finding));
}

const https = (url: string, methods = '["GET"]') => `
[[capabilities.https]]
url = ${JSON.stringify(url)}
methods = ${methods}
reason = "Asks for the forecast."
`;
const secret = (name: string) => `
[[capabilities.secret]]
name = ${JSON.stringify(name)}
reason = "The forecast service wants a key."
`;

test("a manifest asks for URLs with their methods, for file operations in their own order, and for secrets", (t) => {
  const text = weatherManifestWith(
    '["read"]',
    '["remove", "make-directory", "append", "write", "stat", "list", "read"]',
  );
  const more = `${https("https://api.example.com/v1", '["GET", "POST"]')}${https("http://*.example.com:8080")}${secret("weather-key")}`;
  const { capabilities } = readPluginManifest(
    Buffer.from(text.replace("\n[config", `${more}\n[config`)),
    "plugin.toml",
  );
  t.deepEqual(capabilities.fs[0]?.operations, fsOperations);
  t.deepEqual(capabilities.https, [
    {
      url: "https://api.example.com/v1",
      reason: "Asks for the forecast.",
      pattern: {
        scheme: "https",
        host: { kind: "exact", name: "api.example.com" },
        port: 443,
        segments: ["v1"],
        methods: ["GET", "POST"],
      },
    },
    {
      url: "http://*.example.com:8080",
      reason: "Asks for the forecast.",
      pattern: {
        scheme: "http",
        host: { kind: "below", name: "example.com" },
        port: 8080,
        segments: [],
        methods: ["GET"],
      },
    },
  ]);
  t.deepEqual(capabilities.secret, [{ name: "weather-key", reason: "The forecast service wants a key." }]);
});

test("one URL may lie in another that is asked for", (t) => {
  const more = https("https://api.example.com/v1") + https("https://api.example.com", '["POST"]') + https("https://*");
  t.deepEqual(findingsOf(weatherManifest + more), []);
});

// ATTACK: threats 11, 12, 13: what reads in two ways is not asked for in one of them.
const refusedAsks: readonly (readonly [title: string, toml: string, finding: RegExp])[] = [
  ["a URL that is none", https("api.example.com"), /^invalid 29:7 `capabilities\.https\[0\]\.url`: /],
  ["a URL in another form than its canonical one", https("https://API.example.com:443/"), /written `https:\/\/api\.ex/],
  [
    "a URL with a user name",
    https("https://good.example@evil.example"),
    /`capabilities\.https\[0\]\.url`: .*user name/,
  ],
  ["a URL with a query", https("https://api.example.com/v1?x=1"), /`capabilities\.https\[0\]\.url`: /],
  ["a URL of another scheme", https("ftp://api.example.com"), /`capabilities\.https\[0\]\.url`: /],
  ["a star inside of a name", https("https://api*.example.com"), /`capabilities\.https\[0\]\.url`: /],
  ["no methods", https("https://api.example.com", "[]"), /^invalid 30:11 .*is empty/],
  [
    "a method in lower case",
    https("https://api.example.com", '["get"]'),
    /^invalid 30:12 .*must be a method in upper case/,
  ],
  ["CONNECT", https("https://api.example.com", '["CONNECT"]'), /none of CONNECT, TRACE, TRACK/],
  ["TRACE", https("https://api.example.com", '["TRACE"]'), /none of CONNECT, TRACE, TRACK/],
  ["TRACK", https("https://api.example.com", '["GET", "TRACK"]'), /none of CONNECT, TRACE, TRACK/],
  ["a method twice", https("https://api.example.com", '["GET", "GET"]'), /names a method twice/],
  [
    "one URL twice",
    https("https://api.example.com/v1") + https("https://api.example.com/v1", '["POST"]'),
    /^invalid 34:1 this URL is asked for already$/,
  ],
  ["one secret twice", secret("key") + secret("key"), /^invalid 33:1 this secret is asked for already$/],
  ["a secret's name that no placeholder could have", secret("Key!"), /^invalid 29:8 .*must be lower-case/],
  [
    "a secret without a reason",
    '\n[[capabilities.secret]]\nname = "key"\n',
    /missing key `capabilities\.secret\[0\]\.reason`/,
  ],
  [
    "more URLs than are read",
    Array.from({ length: 65 }, (_, n) => https(`https://example.com/${n}`)).join(""),
    /`capabilities\.https` is more than 64 elements/,
  ],
  [
    "more secrets than are read",
    Array.from({ length: 65 }, (_, n) => secret(`key-${n}`)).join(""),
    /`capabilities\.secret` is more than 64 elements/,
  ],
  ["a secret's value", `${secret("key")}value = "hunter2"\n`, /unknown key `value`/],
];
for (const [title, toml, finding] of refusedAsks) {
  test(`a manifest cannot ask for ${title}`, (t) => t.regex(findingsOf(weatherManifest + toml).join("\n"), finding));
}

for (const key of ["services", "hooks", "ingresses", "capabilities.websocket"]) {
  test(`\`${key}\` is known, and not supported by this version`, (t) => {
    const name = key.split(".").at(-1);
    t.deepEqual(
      findingsOf(`${weatherManifest}\n[[${key}]]\nname = "x"`).map((finding) =>
        finding.replace(/^invalid \d+:\d+ /, ""),
      ),
      [`\`${name}\` is not supported by this version (remove it)`],
    );
  });
}

test("a manifest is bounded in bytes", (t) => {
  const padded = (bytes: number): string => `${weatherManifest}#${" ".repeat(bytes - weatherManifest.length - 1)}`;
  t.deepEqual(findingsOf(padded(65_536)), []);
  t.deepEqual(findingsOf(padded(65_537)), ["bounds undefined:undefined the manifest is longer than 65536 bytes"]);
});

test("a manifest is UTF-8", (t) => {
  t.deepEqual(findingsOf(new Uint8Array([0x61, 0xff])), ["invalid undefined:undefined the manifest is not UTF-8"]);
});

test("all findings come at once", (t) => {
  const text = weatherManifestWith('"Weather"', "7").replace('"0.1.0"', '"one"').replace('["read"]', "[]");
  t.is(findingsOf(text).length, 3);
});

test("no finding repeats a value of the manifest", (t) => {
  for (const line of weatherManifest.split("\n").filter((text) => text.includes("= "))) {
    const [key = ""] = line.split("=");
    const said = findingsOf(weatherManifest.replace(line, `${key}= "hunter2 secret"`)).join();
    t.false(said.includes("hunter2"), said);
  }
});

test("any bytes are a manifest or a YoiError with bounded findings", (t) => {
  const mutated = fc
    .tuple(
      fc.nat(weatherManifest.length),
      fc.nat(40),
      fc.oneof(fc.string(), fc.constantFrom("[[", "]]", '"""', "__proto__.a = 1\n", "= {", "\u0000")),
    )
    .map(([at, length, text]) => weatherManifest.slice(0, at) + text + weatherManifest.slice(at + length));
  const any = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    mutated.map((text) => Buffer.from(text)),
  );
  const property = fc.property(any, (bytes) => findingsOf(bytes).length <= 50);
  t.notThrows(() => fc.assert(property, { numRuns: 1_500 }));
});
