import { mkdirSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { fsOperations } from "../../src/calls/powers.ts";
import { weatherManifest } from "../support/manifests.ts";
import { weatherPackage } from "../support/packages.ts";
import { enable, jsonOf, newWorkspace, type TestWorkspace } from "../support/workspaces.ts";

const asks = `
[[capabilities.https]]
url = "https://api.example.com/v1"
methods = ["GET", "POST"]
reason = "Fetches the forecast."

[[capabilities.https]]
url = "https://*.tiles.example"
methods = ["GET"]
reason = "Draws maps."

[[capabilities.https]]
url = "http://*:8080/status"
methods = ["GET"]
reason = "Looks at stations."

[[capabilities.secret]]
name = "weather-key"
reason = "The forecast service wants a key."
`;

async function workspaceAsking(t: ExecutionContext, more = asks, keys = ""): Promise<TestWorkspace> {
  const workspace = await newWorkspace(t);
  const manifest = weatherManifest
    .replace('["read"]', '["read", "write", "list"]')
    .replace("\n[config", `${more}\n[config`);
  workspace.write(".yoi/plugins/weather.yoi-plugin", weatherPackage({ "plugin.toml": manifest }));
  workspace.write("cache/x", "");
  workspace.configure('[mounts.cache]\npath = "cache"\n');
  if (keys !== "") {
    await enable(t, workspace, "example.weather");
    workspace.configure(keys);
  }
  return workspace;
}

const secretKey = '[secrets.weather-key]\nfrom = { env = "WEATHER_KEY" }\nplace = { header = "x-api-key" }\n';
const definition = `${secretKey}origins = ["https://api.example.com"]\n`;

const page = `It asks for
  files: read, list, write in cache/
    "Keeps the last forecast."
  https: GET, POST https://api.example.com/v1
    "Fetches the forecast."
  https: GET https://*.tiles.example
    broad: any host below tiles.example
    "Draws maps."
  https: GET http://*:8080/status
    broad: any host
    "Looks at stations."
  secret: weather-key
    "The forecast service wants a key."
`;

const ways: readonly (readonly [words: readonly string[], code: number])[] = [
  [["plugin", "check", ".yoi/plugins/weather.yoi-plugin"], 0],
  [["plugin", "show", "example.weather"], 0],
  [["plugin", "enable", "example.weather"], 1],
  [["plugin", "enable", "example.weather", "--yes"], 0],
];
for (const [words, code] of ways) {
  // ATTACK: threats 13: a star that nobody has noticed is the whole internet.
  test(`yoi ${words.join(" ")} says all that a package asks for, and what of it is broad`, async (t) => {
    const { yoi } = await workspaceAsking(t);
    const ran = await yoi(...words);
    t.is(ran.code, code, ran.stderr);
    t.true(ran.stdout.includes(page), ran.stdout);
  });
}

test("what a package asks for is in the JSON of its state, patterns and all", async (t) => {
  const { yoi } = await workspaceAsking(t);
  const { plugin } = jsonOf(await yoi("plugin", "show", "example.weather", "--json"));
  const { capabilities } = plugin as { readonly capabilities: { readonly https: readonly object[] } };
  t.like(capabilities.https[1], {
    url: "https://*.tiles.example",
    pattern: {
      scheme: "https",
      host: { kind: "below", name: "tiles.example" },
      port: 443,
      segments: [],
      methods: ["GET"],
    },
  });
});

test("the list marks what is broad, and nothing else", async (t) => {
  const broad = await workspaceAsking(t);
  t.regex(
    (await broad.yoi("plugin", "list")).stdout,
    /^disabled {2}project:example\.weather {2}0\.1\.0 {2}1 tool, broad$/m,
  );
  const narrow = await workspaceAsking(
    t,
    asks.replace("*.tiles.example", "tiles.example").replace("*:8080", "tiles.example:8080"),
  );
  t.regex((await narrow.yoi("plugin", "list")).stdout, /^disabled {2}project:example\.weather {2}0\.1\.0 {2}1 tool$/m);
});

test("enabling gives no secret and nothing broad, and says so", async (t) => {
  const workspace = await workspaceAsking(t);
  const { stdout } = await workspace.yoi("plugin", "enable", "example.weather", "--yes");
  const said = stdout.replaceAll(/\s+/g, " ");
  t.regex(said, /! it gets no secret by being enabled: .* add `secrets = \["weather-key"\]`/);
  t.regex(said, /! what is broad in what it asks for takes a policy that permits it to `project:example\.weather`/);
  t.notRegex(workspace.read(".yoi/yoi.toml"), /secrets|grants/);
  workspace.configure('secrets = ["weather-key"]\n');
  const again = await workspace.yoi("plugin", "enable", "example.weather", "--yes");
  t.notRegex(again.stdout, /it gets no secret/);
});

interface Trouble {
  readonly title: string;
  /** Keys of the entry. */
  readonly keys: string;
  readonly own: string;
  readonly file?: string;
  readonly kind: "missing-grant" | "invalid-enablement";
  readonly says: RegExp;
}
const inFile = definition.replace('{ env = "WEATHER_KEY" }', '{ file = "keys/weather" }');
const unset = /its secret `weather-key` has no value: the variable `WEATHER_KEY` is not set/;
const troubles: readonly Trouble[] = [
  {
    title: "a secret that nothing provides",
    keys: 'secrets = ["weather-key"]\n',
    own: "",
    kind: "missing-grant",
    says: /nothing provides its secret `weather-key` define `\[secrets\.weather-key\]` in your own yoi\.toml/,
  },
  {
    title: "a secret that it does not ask for",
    keys: 'secrets = ["other-key"]\n',
    own: definition.replace("weather-key", "other-key"),
    kind: "invalid-enablement",
    says: /the entry grants the secret `other-key`, which the manifest does not ask for take it out of `secrets`/,
  },
  {
    title: "a variable that is not set",
    keys: 'secrets = ["weather-key"]\n',
    own: definition,
    kind: "missing-grant",
    says: unset,
  },
  {
    title: "a file that is not there",
    keys: 'secrets = ["weather-key"]\n',
    own: inFile,
    kind: "missing-grant",
    says: /has no value: there is no file `~\/\.config\/yoi\/keys\/weather` that can be read/,
  },
  {
    title: "a value that is too short to be told from other text",
    keys: 'secrets = ["weather-key"]\n',
    own: inFile,
    file: "hunter2",
    kind: "missing-grant",
    says: /`~\/\.config\/yoi\/keys\/weather` does not have 8 to 4096 bytes/,
  },
];
for (const { title, keys, own, file, kind, says } of troubles) {
  test(`${title} is told by list and show, and never its value`, async (t) => {
    const workspace = await workspaceAsking(t, asks, keys);
    workspace.write(workspace.places.userConfig, own);
    if (file !== undefined) workspace.write(join(workspace.places.userConfigFolder, "keys/weather"), file);
    for (const words of [["list"], ["show", "example.weather"]]) {
      const { stdout } = await workspace.yoi("plugin", ...words);
      t.regex(stdout.replaceAll(/\s+/g, " "), says);
      t.notRegex(stdout, /hunter2/);
    }
    const { plugin } = jsonOf(await workspace.yoi("plugin", "show", "example.weather", "--json"));
    t.like(plugin, { status: "partial", pinned: true });
    const { diagnostics } = plugin as { readonly diagnostics: readonly { readonly kind: string }[] };
    t.true(diagnostics.some((one) => one.kind === kind));
  });
}

test("a folder in the place of a secret's file is no value", async (t) => {
  const workspace = await workspaceAsking(t, asks, 'secrets = ["weather-key"]\n');
  workspace.write(workspace.places.userConfig, inFile);
  mkdirSync(join(workspace.places.userConfigFolder, "keys/weather"), { recursive: true });
  const { stdout } = await workspace.yoi("plugin", "list");
  t.regex(stdout.replaceAll(/\s+/g, " "), /has no value: `~\/\.config\/yoi\/keys\/weather` is not a file/);
});

test("with its secret provided and granted, nothing is wrong with a plugin", async (t) => {
  const workspace = await workspaceAsking(t, asks, 'secrets = ["weather-key"]\n');
  workspace.write(workspace.places.userConfig, inFile);
  workspace.write(join(workspace.places.userConfigFolder, "keys/weather"), "0123456789abcdef\n");
  const { plugin } = jsonOf(await workspace.yoi("plugin", "show", "example.weather", "--json"));
  t.like(plugin, { status: "active", diagnostics: [] });
});

test("grants on requests and files, and secrets, are policies that are valid with all others", async (t) => {
  const grants = [
    'action = "https.request"\nurl = "https://api.example.com/v1"\nmethods = ["GET"]\nrate = "10/1m"\nredact = ["etag"]\n',
    ...fsOperations.map((operation) => `action = "fs.${operation}"\npath = "cache"\ntimeout = "1s"\n`),
  ];
  const tables = grants.map((grant) => `[[plugins."project:example.weather".grants]]\n${grant}`);
  const workspace = await workspaceAsking(t, asks, `secrets = ["weather-key"]\n${tables.join("")}`);
  const checked = jsonOf(await workspace.yoi("policy", "check", "--json"));
  t.like(checked, { valid: true, findings: [] }, JSON.stringify(checked["findings"]));
});

test("whatever URL a grant names, it never makes the policies of others invalid", async (t) => {
  const urls = [
    ...[
      "/a%20b",
      "/'",
      "/$x",
      "/a%22b",
      "/%E6%97%A5",
      "/~x/(y)",
      "/*",
      "/a;b",
      "/{token}",
      "/%7Btoken%7D",
      "/\\",
      "/a/../b",
    ],
    ...["", "/", "//", "/?", "/#", '"', "/`"],
  ].map((rest) => `https://a.example${rest}`);
  urls.push(
    "https://日本.example",
    "https://xn--wgv71a.example",
    "https://[::1]:8443/x",
    "https://127.1",
    "http://10.0.0.1",
    "",
  );
  const tables = urls.map(
    (url) =>
      `[[plugins."project:example.weather".grants]]\naction = "https.request"\nurl = ${JSON.stringify(url || "x")}\nmethods = ["GET"]\n`,
  );
  const workspace = await workspaceAsking(t, asks, tables.join(""));
  const checked = jsonOf(await workspace.yoi("policy", "check", "--json"));
  t.like(checked, { valid: true, findings: [] }, JSON.stringify(checked["findings"]));
  const { policies } = jsonOf(await workspace.yoi("policy", "show", "--json")) as {
    readonly policies: readonly { name: string }[];
  };
  const granted = policies.filter(({ name }) => name.includes("/grant-")).length;
  t.true(granted > 5 && granted < urls.length, String(granted));
});
