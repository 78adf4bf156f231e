import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import test from "ava";
import { limits } from "../../src/calls/limits.ts";
import { loweredBounds } from "../../src/workspace/load-pinned.ts";
import { weatherManifestWith } from "../support/manifests.ts";
import { networkWorkspace } from "../support/network-workspace.ts";
import { weatherPackage } from "../support/packages.ts";
import { emptyWorkspace, enable, jsonOf, newWorkspace, weatherWorkspace } from "../support/workspaces.ts";

test("a new workspace is whole, private, clean, and leaves nothing beside itself", async (t) => {
  const { folder, read, yoi } = await newWorkspace(t);
  t.deepEqual(readdirSync(folder), [".yoi"]);
  t.deepEqual(readdirSync(join(folder, ".yoi")).sort(), [
    ".gitignore",
    "plugins",
    "policies",
    "schemas",
    "state",
    "yoi.toml",
  ]);
  for (const inner of ["state", "schemas"]) t.is(statSync(join(folder, ".yoi", inner)).mode & 0o077, 0);
  t.is(read(".yoi/.gitignore"), "state/\nyoi.local.toml\nschemas/\npolicies/yoi.cedarschema\n");
  t.is((await yoi("policy", "check")).code, 0);
});

test("a workspace that cannot be made is not made by half", async (t) => {
  const { folder, write, yoi } = emptyWorkspace(t);
  write(".yoi", "a file");
  t.is((await yoi("init")).code, 1);
  t.deepEqual(readdirSync(folder), [".yoi"]);
});

test("enabling shows what is asked for and changes nothing until it is meant", async (t) => {
  const { yoi, read } = await weatherWorkspace(t);
  const before = read(".yoi/yoi.toml");
  const { code, stdout, stderr } = await yoi("plugin", "enable", "example.weather");
  t.is(code, 1);
  t.regex(stdout, /files: read in cache\/\n {4}"Keeps the last forecast\."/);
  t.regex(stderr, /Nothing was changed\. To pin it without being asked: --yes/);
  t.is(read(".yoi/yoi.toml"), before);
});

test("enabling anew pins the package that is there now, and keeps what an operator wrote", async (t) => {
  const workspace = await weatherWorkspace(t);
  await workspace.yoi("plugin", "enable", "example.weather", "--yes", "--agent", "bot", "--agent", "cli");
  const first = workspace.read(".yoi/yoi.toml");
  t.regex(first, /agents = \["bot", "cli"\]/);
  workspace.configure('surfaces = ["tools"]   # for now\n');
  workspace.write(
    ".yoi/plugins/weather.yoi-plugin",
    weatherPackage({ "plugin.toml": weatherManifestWith('version = "0.1.0"', 'version = "0.2.0"') }),
  );
  await enable(t, workspace, "example.weather");
  const second = workspace.read(".yoi/yoi.toml");
  t.regex(second, /version = "0\.2\.0"\n/);
  t.regex(second, /agents = \["bot", "cli"\]/);
  t.regex(second, /surfaces = \["tools"\] {3}# for now\n/);
  t.not(/digest = .*/.exec(first)?.[0], /digest = .*/.exec(second)?.[0]);
  t.like(jsonOf(await workspace.yoi("plugin", "show", "example.weather", "--json"))["plugin"], {
    version: "0.2.0",
    pinned: true,
  });
});

test("enabling says what no policy permits yet", async (t) => {
  const { yoi } = await networkWorkspace(t);
  const { stdout } = await yoi("plugin", "enable", "example.weather", "--yes");
  t.regex(
    stdout,
    /^! no policy permits yet: GET https:\/\/api\.example\.com\/v1; [^!]*; and \d+ more\nNext: yoi plugin show project:ex/m,
  );
});

test("a newer build in the store is hinted at until it is enabled", async (t) => {
  const workspace = await weatherWorkspace(t);
  await enable(t, workspace, "example.weather");
  t.notRegex((await workspace.yoi("plugin", "list")).stdout, /another build/);
  workspace.write(".yoi/plugins/weather.yoi-plugin", weatherPackage({ "assets/units.json": "[3]" }));
  for (const words of [
    ["plugin", "list"],
    ["plugin", "show", "example.weather"],
  ]) {
    const { stdout } = await workspace.yoi(...words);
    t.regex(
      stdout.replace(/\s+/g, " "),
      /another build \(0\.1\.0\), which counts once it is enabled: yoi plugin enable project:ex/,
    );
  }
  await enable(t, workspace, "example.weather");
  t.notRegex((await workspace.yoi("plugin", "list")).stdout, /another build/);
});

test("a list under a configuration that is refused says so first, and leads to no enabling", async (t) => {
  const workspace = await weatherWorkspace(t);
  workspace.write(".yoi/yoi.toml", "zoen = 1\n");
  for (const words of [
    ["plugin", "list"],
    ["tool", "list"],
  ]) {
    const { code, stdout } = await workspace.yoi(...words);
    t.is(code, 1);
    t.regex(stdout, /^! the configuration is (?:refused|not valid)/);
    t.notRegex(stdout, /disabled|enable it|no plugin is enabled/);
  }
});

// An operator who is told that a plugin is disabled must be able to rely on it.
const layers = ["localConfig", "userConfig"] as const;
for (const layer of layers) {
  test(`an entry in the layer ${layer} is not disabled behind its back`, async (t) => {
    const workspace = await weatherWorkspace(t);
    await enable(t, workspace, "example.weather");
    const [, entry = ""] = workspace.read(".yoi/yoi.toml").split(/(?=\[plugins)/);
    workspace.write(workspace.places[layer], entry);
    const { code, stdout, stderr } = await workspace.yoi("plugin", "disable", "example.weather");
    t.is(code, 1);
    t.is(stdout, "");
    t.regex(stderr.replace(/\s+/g, " "), /the entry of `project:example\.weather` stands in `.*`: change it there/);
  });
}

test("a configuration that is not valid is not edited", async (t) => {
  const workspace = await weatherWorkspace(t);
  workspace.configure("zoen = 1\n");
  const before = workspace.read(".yoi/yoi.toml");
  for (const words of [
    ["plugin", "enable", "example.weather", "--yes"],
    ["plugin", "disable", "example.weather"],
  ]) {
    const { code, stderr } = await workspace.yoi(...words);
    t.is(code, 1);
    t.regex(stderr, /unknown key `zoen`/);
  }
  t.is(workspace.read(".yoi/yoi.toml"), before);
  t.deepEqual(
    readdirSync(dirname(workspace.places.workspaceConfig)).filter((name) => name.startsWith("yoi.toml")),
    ["yoi.toml"],
  );
});

test("an entry lowers limits and never raises one", (t) => {
  const lowered = loweredBounds({ limits: { guest_cpu: "2s", guest_memory: "999MiB", tool_call: "500ms" } });
  t.like(lowered, { guestCpuMs: 2_000, guestMemoryBytesMax: limits.guestMemoryBytesMax, toolCallMs: 500 });
  t.deepEqual(loweredBounds(undefined), { ...limits });
});
