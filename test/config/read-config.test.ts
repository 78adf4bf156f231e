import test from "ava";
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
  ["a zone that does not exist", 'zone = "Mars/Olympus"', /not a time zone/],
  ["a key of a later version", '[secrets.key]\nfrom = { env = "X" }', /not supported by this version/],
  ["an opening in a workspace", '[[open]]\norigin = "http://printer"', /not supported by this version/],
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
  ["an effect that does not exist", 'effects = ["everything"]', /./],
  ["a limit that does not exist", 'limits = { guest_files = "2" }', /guest_files/],
  ["a limit without its unit", 'limits = { guest_cpu = "2" }', /500ms/],
  ["a secret", 'secrets = ["key"]', /not supported by this version/],
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

test("a grant is one permit, with its obligations and an id that leads back to its line", async (t) => {
  const { places, configure } = await newWorkspace(t);
  configure(`[plugins."project:example.notes"]
version = "0.1.0"
[[plugins."project:example.notes".grants]]
action = "fs.read"
path = 'notes/a "b" é'
max_response_bytes = 100
timeout = "2s"
rate = "3/1m"
`);
  const reading = await readConfig(places);
  if (!("config" in reading)) return t.fail(JSON.stringify(reading));
  const { sources, findings } = compileGrants(reading.config.plugins);
  t.is(findings.size, 0);
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
