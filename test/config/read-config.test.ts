import test, { type ExecutionContext } from "ava";
import { limits } from "../../src/calls/limits.ts";
import { fsOperations } from "../../src/calls/powers.ts";
import { compileGrants } from "../../src/config/compile-grants.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { newWorkspace, type TestWorkspace } from "../support/workspaces.ts";

async function findingsOf({ places }: TestWorkspace): Promise<readonly string[]> {
  const reading = await readConfig(places);
  if (!("findings" in reading)) return [];
  return reading.findings.map(
    ({ message, place, remedy }) => `${place?.file}:${place?.line ?? ""} ${message} ${remedy ?? ""}`,
  );
}

const refusedWhole: readonly (readonly [title: string, toml: string, says: RegExp])[] = [
  ["an unknown key", 'zoen = "UTC"', /^\.yoi\/yoi\.toml:\d+ unknown key `zoen` did you mean `zone`/],
  ["a zone that does not exist", 'zone = "Mars/Olympus"', /`zone` is not a time zone that is known here; such as `Eu/],
  ["a misspelt zone", 'zone = "Europe/Olso"', /`zone` is not a time zone .*; did you mean `Europe\/Oslo`\?/],
  ["a query key that is no text", "[journal]\nplain_query = [1]", /must be a string/],
  ["a mount's name that no path can have", '[mounts.Notes]\npath = "notes"', /lower-case/],
  // ATTACK: threats 37: a table that is an object's prototype elsewhere is no plugin here.
  ["a plugin that is a prototype", "[plugins.__proto__]\nversion = '1'", /./],
  ["what is no TOML", "zone = ", /./],
];
for (const [title, toml, says] of refusedWhole) {
  test(`${title} refuses the whole configuration, with its place`, async (t) => {
    const workspace = await newWorkspace(t);
    workspace.configure(toml);
    const findings = await findingsOf(workspace);
    t.true(findings.length > 0);
    t.regex(findings.join("\n"), says);
  });
}

const refusedEntries: readonly (readonly [title: string, toml: string, says: RegExp])[] = [
  ["a digest that is none", 'digest = "sha256:x"', /64 lower-case hexadecimal digits/],
  ["a surface that does not exist", 'surfaces = ["everything"]', /must be one of/],
  ["an agent that could end a quoted text", "agents = ['cli\"']", /an agent's id/],
  ["more agents than an entry may name", `agents = [${'"a", '.repeat(limits.agentsPerEntryMax + 1)}]`, /more than 64/],
  [
    "more grants than an entry may have",
    `grants = [${'{ action = "fs.read", path = "notes" }, '.repeat(limits.grantsPerEntryMax + 1)}]`,
    /more than 256/,
  ],
  ["an effect that does not exist", 'effects = ["everything"]', /./],
  ["a limit that does not exist", 'limits = { guest_files = "2" }', /guest_files/],
  ["a limit without its unit", 'limits = { guest_cpu = "2" }', /500ms/],
  ["a secret's name that none can have", 'secrets = ["Key!"]', /must be lower-case/],
  // What nothing holds back needs no leave, and a key that does nothing would be a promise.
  ["a header that reaches plugins anyhow", 'reveal_headers = ["etag"]', /is not a header that is held back/],
  ["a header that is none", 'reveal_headers = ["set-cookie, etag"]', /is no header's name/],
];
for (const [title, toml, says] of refusedEntries) {
  test(`${title} refuses its entry and nothing else`, async (t) => {
    const { places, configure } = await newWorkspace(t);
    configure(`[plugins."project:bad"]\n${toml}\n[plugins."project:good"]\nversion = "1.0.0"\n`);
    const reading = await readConfig(places);
    const plugins = "config" in reading ? reading.config.plugins : new Map();
    t.true("enablement" in (plugins.get("project:good") ?? {}));
    const { findings } = { findings: [], ...plugins.get("project:bad") };
    t.regex(JSON.stringify(findings), says);
  });
}

test("the overlay replaces the workspace's keys, and the workspace's the user's", async (t) => {
  const { places, configure, write } = await newWorkspace(t);
  write(places.userConfig, 'zone = "Asia/Tokyo"\n[mounts.a]\npath = "/user"\n[mounts.b]\npath = "/user"\n');
  configure('zone = "Europe/Oslo"\n[mounts.a]\npath = "workspace"\n[mounts.c]\npath = "workspace"\n');
  write(places.localConfig, '[mounts.c]\npath = "local"\n');
  const reading = await readConfig(places);
  if (!("config" in reading)) return t.fail(JSON.stringify(reading));
  t.is(reading.config.zone, "Europe/Oslo");
  t.deepEqual(
    [...reading.config.mounts].map(([name, { path, layer }]) => [name, path, layer]),
    [
      ["a", "workspace", "workspace"],
      ["b", "/user", "user"],
      ["c", "local", "workspace"],
    ],
  );
});

/** The policies that the grants of one plugin compile to, and what is said of those that were left out. */
async function compiled(t: ExecutionContext, toml: string) {
  const { places, configure } = await newWorkspace(t);
  configure(`[plugins."project:example.notes"]\nversion = "0.1.0"\n${toml}`);
  const reading = await readConfig(places);
  if (!("config" in reading)) throw new Error(JSON.stringify(reading));
  const { sources, findings } = compileGrants(reading.config.plugins);
  const entry = reading.config.plugins.get("project:example.notes");
  t.true(entry !== undefined && "enablement" in entry, JSON.stringify(entry));
  return { sources, messages: [...findings.values()].flat().map(({ message }) => message) };
}
const grant = (toml: string) => `[[plugins."project:example.notes".grants]]\n${toml}`;

test("a grant is one permit, with its obligations and an id that leads back to its line", async (t) => {
  const { sources, messages } = await compiled(
    t,
    grant(`action = "fs.read"
path = 'notes/a "b" é'
max_response_bytes = 100
timeout = "2s"
rate = "3/1m"
`),
  );
  t.deepEqual(messages, []);
  t.is(sources.length, 1);
  t.is(
    sources[0]?.text,
    `@id("project:example.notes/grant-1")
@max_response_bytes("100")
@timeout("2s")
@rate("3/1m")
permit (principal == Yoi::Plugin::"project:example.notes", action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes/a \\"b\\" é");`,
  );
  t.is(sources[0]?.origin?.line, 9);
});

test("a grant on requests permits its methods below its URL, and nothing that was asked for broadly", async (t) => {
  const { sources, messages } = await compiled(
    t,
    grant(`action = "https.request"
url = "https://api.example.com/v1"
methods = ["GET", "HEAD"]
max_response_bytes = 65536
timeout = "5s"
rate = "10/1m"
redact = ["ETag", "server"]
`),
  );
  t.deepEqual(messages, []);
  t.is(
    sources[0]?.text,
    `@id("project:example.notes/grant-1")
@max_response_bytes("65536")
@timeout("5s")
@rate("10/1m")
@redact("etag, server")
permit (principal == Yoi::Plugin::"project:example.notes", action == Yoi::Action::"https.request", resource in Yoi::Url::"https://api.example.com/v1") when { ["GET","HEAD"].contains(context.method) && !context.broad };`,
  );
});

for (const operation of fsOperations) {
  test(`a grant can be of \`fs.${operation}\``, async (t) => {
    const { sources } = await compiled(t, grant(`action = "fs.${operation}"\npath = "notes"\n`));
    t.regex(
      sources[0]?.text ?? "",
      new RegExp(`action == Yoi::Action::"fs.${operation}", resource in Yoi::Path::"notes"`),
    );
  });
}

test("a permit of an entry's agents or secrets leads to the line of that key", async (t) => {
  const { sources } = await compiled(t, 'agents = ["cli"]\nsecrets = ["token"]\n');
  t.deepEqual(
    sources.map(({ origin }) => origin?.line),
    [9, 10],
  );
});

test("each secret of an entry is one permit, whatever its name is written twice", async (t) => {
  const { sources } = await compiled(t, 'secrets = ["weather-key", "token", "token"]\n');
  t.is(
    sources[0]?.text,
    `@id("project:example.notes/secret/weather-key")
permit (principal == Yoi::Plugin::"project:example.notes", action == Yoi::Action::"secret.use", resource == Yoi::Secret::"weather-key");
@id("project:example.notes/secret/token")
permit (principal == Yoi::Plugin::"project:example.notes", action == Yoi::Action::"secret.use", resource == Yoi::Secret::"token");`,
  );
});

const requests = (url: string) => `action = "https.request"\nurl = ${JSON.stringify(url)}\nmethods = ["GET"]\n`;
const leftOut: readonly (readonly [title: string, toml: string, says: RegExp])[] = [
  // ATTACK: threats 18: an obligation that nothing discharges must not look like a bound.
  [
    "a size on a write",
    'action = "fs.write"\npath = "notes"\nmax_response_bytes = 9\n',
    /`max_response_bytes` cannot be/,
  ],
  ["headers of a file", 'action = "fs.read"\npath = "notes"\nredact = ["etag"]\n', /`redact` cannot be discharged for/],
  // ATTACK: threats 11, 13.
  ["every host", requests("https://*"), /a grant names one host; what is broad needs a policy/],
  ["every host below a name", requests("https://*.example.com"), /what is broad needs a policy/],
  ["a URL that is not canonical", requests("https://API.example.com/v1/"), /written `https:\/\/api\.example\.com\/v1`/],
  ["a URL with a query", requests("https://api.example.com/v1?a=b"), /has no query/],
  ["a URL with a user", requests("https://a@api.example.com"), /user name/],
  // What is misspelt takes away what it would have given, and nothing else of its plugin.
  ["an action that none is for", 'action = "secret.use"\n', /grants\[0\]\.action` must be/],
  ["a misspelt action", 'action = "fs.raed"\npath = "notes"\n', /grants\[0\]\.action` must be .* did you mean/],
  ["files without a path", 'action = "fs.write"\n', /missing key `[^`]*grants\[0\]\.path`/],
  ["requests without methods", 'action = "https.request"\nurl = "https://a.example"\n', /missing key `[^`]*methods`/],
  ["requests with a path", `${requests("https://a.example")}path = "x"\n`, /`path` and `url`, `methods` exclude each/],
  ["a method in lower case", requests("https://a.example").replace("GET", "get"), /must be a method in upper case/],
  ["a header that is none", `${requests("https://a.example")}redact = ["a b"]\n`, /is no header's name/],
  ["a rate that is none", 'action = "fs.read"\npath = "notes"\nrate = "often"\n', /a rate is written `10\/1m`/],
  // What the engine would refuse, and with it the policies of all others.
  ["a path with a star", requests("https://api.example.com/*"), /a path covers all that lies in it/],
  ["what is no URL", requests("api.example.com"), /a URL begins with/],
];
for (const [title, toml, says] of leftOut) {
  test(`a grant on ${title} is left out with a finding, and stops no other`, async (t) => {
    const { sources, messages } = await compiled(t, grant(toml) + grant('action = "fs.read"\npath = "notes"\n'));
    t.is(sources.length, 1);
    t.regex(sources[0]?.text ?? "", /grant-2/);
    t.regex(messages.join("\n"), /^grant 1 is left out: /);
    t.regex(messages.join("\n"), says);
  });
}
