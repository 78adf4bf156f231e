import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { parse } from "smol-toml";
import { configJsonSchema } from "../../src/config/config-json-schema.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { manifestJsonSchema } from "../../src/plugins/manifest-json-schema.ts";
import { readPluginManifest } from "../../src/plugins/read-plugin-manifest.ts";
import { misfitsOf } from "../support/json-schema-misfits.ts";
import { departures, shapesOf } from "../support/json-shapes.ts";
import { weatherManifest, weatherManifestWith } from "../support/manifests.ts";
import { codeOf, readPage, repository } from "../support/pages.ts";
import { jsonOf, newWorkspace } from "../support/workspaces.ts";

const ofConfig = (toml: string) => misfitsOf(configJsonSchema(), parse(toml));
const ofManifest = (toml: string) => misfitsOf(manifestJsonSchema(), parse(toml));

for (const [n, example] of codeOf(readPage("yoi-toml.md"), "toml").entries()) {
  test(`example ${n + 1} of \`docs/yoi-toml.md\` is right by the schema that editors have`, (t) => {
    t.deepEqual(ofConfig(example), []);
  });
}

const manifests = [
  ...globSync("fixtures/plugins/*/plugin.toml", { cwd: repository }),
  "src/authoring/template/plugin.toml.template",
];
for (const file of manifests) {
  const text = readFileSync(join(repository, file), "utf8").replaceAll("{{name}}", "weather");
  test(`${file} is right by the schema that editors have, as it is to Yoi`, (t) => {
    t.notThrows(() => readPluginManifest(Buffer.from(text), file));
    t.deepEqual(ofManifest(text), []);
  });
}

test("a workspace that was just made is right by the schema that it names", async (t) => {
  const workspace = await newWorkspace(t);
  const toml = workspace.read(".yoi/yoi.toml");
  const [, named = ""] = /^#:schema (\S+)\n/.exec(toml) ?? [];
  const schema = JSON.parse(workspace.read(join(".yoi", named)));
  t.deepEqual(schema, JSON.parse(JSON.stringify(configJsonSchema())));
  t.deepEqual(misfitsOf(schema, parse(toml)), []);
});

const brokenConfigs: readonly (readonly [title: string, toml: string])[] = [
  ["an unknown key", 'zoen = "UTC"'],
  ["a query key that is no text", "[journal]\nplain_query = [1]"],
  ["a durability that does not exist", '[journal]\ndurability = "maybe"'],
  ["a mount without its path", "[mounts.notes]"],
  ["a key of an entry that does not exist", '[plugins."project:x"]\nefects = ["read"]'],
  ["a digest that is none", '[plugins."project:x"]\ndigest = "sha256:x"'],
  ["a surface that does not exist", '[plugins."project:x"]\nsurfaces = ["everything"]'],
  ["an effect that does not exist", '[plugins."project:x"]\neffects = ["everything"]'],
  ["a limit that does not exist", '[plugins."project:x"]\nlimits = { guest_files = "2" }'],
  ["a limit without its unit", '[plugins."project:x"]\nlimits = { guest_cpu = "2" }'],
  ["a configuration that is no table", '[plugins."project:x"]\nconfig = 1'],
  ["a grant without its path", '[[plugins."project:x".grants]]\naction = "fs.read"'],
  [
    "a grant of two actions",
    '[[plugins."project:x".grants]]\naction = "fs.read"\npath = "n"\nurl = "https://x.example"',
  ],
  ["a secret without its place", '[secrets.key]\nfrom = { env = "KEY" }\norigins = ["https://x.example"]'],
  ["an opening without its range", '[[open]]\norigin = "https://x.example"'],
];
for (const [title, toml] of brokenConfigs) {
  test(`${title} is wrong by the schema that editors have, as it is to Yoi`, async (t) => {
    t.not(ofConfig(toml).length, 0);
    const workspace = await newWorkspace(t);
    workspace.write(`${workspace.home}/.config/yoi/yoi.toml`, toml);
    const reading = await readConfig(workspace.places);
    const entries = "config" in reading ? [...reading.config.plugins.values()] : [];
    const isLeftOut = entries.some((entry) => "findings" in entry || entry.grants.some((grant) => "findings" in grant));
    t.true("findings" in reading || isLeftOut);
  });
}

const brokenManifests: readonly (readonly [title: string, from: string, to: string])[] = [
  ["an unknown key", 'id = "example.weather"', 'id = "example.weather"\nfrom = "me"'],
  ["no id", 'id = "example.weather"', ""],
  ["a world that does not exist", "tool-plugin@2.0.0", "tool-plugin@9.0.0"],
  ["an effect that does not exist", 'effects = ["network"]', 'effects = ["everything"]'],
  ["an operation that does not exist", 'operations = ["read"]', 'operations = ["raed"]'],
  ["no operation", 'operations = ["read"]', "operations = []"],
  ["a capability without its reason", 'reason = "Keeps the last forecast."', ""],
  ["an input's schema that is none", "input_schema = {", "input_schema = 1 #"],
];
for (const [title, from, to] of brokenManifests) {
  test(`a manifest with ${title} is wrong by the schema that editors have, as it is to Yoi`, (t) => {
    const toml = weatherManifestWith(from, to);
    t.deepEqual(ofManifest(weatherManifest), []);
    t.not(ofManifest(toml).length, 0);
    t.throws(() => readPluginManifest(Buffer.from(toml), "plugin.toml"));
  });
}

test("`yoi init` writes what editors need, keeps it out of git, and no command reads it as policy", async (t) => {
  const workspace = await newWorkspace(t);
  const files = ["schemas/yoi.schema.json", "policies/yoi.cedarschema", "schemas/input.schema.json"];
  for (const file of files) t.true(existsSync(join(workspace.folder, ".yoi", file)), file);
  const ignored = workspace.read(".yoi/.gitignore").split("\n");
  t.true(ignored.includes("schemas/") && ignored.includes("policies/yoi.cedarschema"));
  t.is(
    workspace.read(".yoi/policies/yoi.cedarschema"),
    readFileSync(join(repository, "policies/yoi.cedarschema"), "utf8"),
  );
  const { stdout, code } = await workspace.yoi("policy", "check");
  t.is(code, 0, stdout);
  t.notRegex(stdout, /cedarschema/);
});

test("`yoi policy schema` says which are not those of this version, and writes them where it is asked to", async (t) => {
  const workspace = await newWorkspace(t);
  t.regex((await workspace.yoi("policy", "schema")).stdout, /^current {2}\.yoi\/schemas\/yoi\.schema\.json/);
  workspace.write(".yoi/schemas/yoi.schema.json", "{}");
  workspace.remove(".yoi/policies/yoi.cedarschema");
  const before = await workspace.yoi("policy", "schema");
  t.regex(before.stdout, /^outdated {2}\.yoi\/schemas\/yoi\.schema\.json/m);
  t.regex(before.stdout, /^missing {3}\.yoi\/policies\/yoi\.cedarschema/m);
  t.regex(before.stdout, /^Next: yoi policy schema --write$/m);
  t.is(workspace.read(".yoi/schemas/yoi.schema.json"), "{}");
  const { version, command, ...rest } = jsonOf(await workspace.yoi("policy", "schema", "--write", "--json"));
  t.is(version, 1);
  t.deepEqual(departures(shapesOf(readPage("json.md")), String(command), rest), []);
  t.deepEqual(
    (rest["files"] as readonly { written: boolean; state: string }[]).map(({ written, state }) => [written, state]),
    [
      [true, "current"],
      [true, "current"],
      [false, "current"],
    ],
  );
  t.notRegex((await workspace.yoi("policy", "schema")).stdout, /outdated|missing|Next/);
  t.deepEqual(readdirSync(join(workspace.folder, ".yoi/schemas")).sort(), ["input.schema.json", "yoi.schema.json"]);
});

// ATTACK: threats 44: a stranger's workspace whose folder of schemas leads to one of the user's own.
test("a folder that leads elsewhere is not written through", async (t) => {
  const workspace = await newWorkspace(t);
  const elsewhere = join(workspace.home, "elsewhere");
  mkdirSync(elsewhere);
  rmSync(join(workspace.folder, ".yoi/schemas"), { recursive: true });
  symlinkSync(elsewhere, join(workspace.folder, ".yoi/schemas"));
  const { code, stderr } = await workspace.yoi("policy", "schema", "--write");
  t.is(code, 1);
  t.regex(stderr, /`\.yoi\/schemas\/yoi\.schema\.json` cannot be written/);
  t.deepEqual(readdirSync(elsewhere), []);
});

test("nothing of this machine stands in what is written", (t) => {
  const text = JSON.stringify([configJsonSchema(), manifestJsonSchema()]);
  t.notRegex(text, /\/home|\/root|\/tmp|\/work|file:/);
});
