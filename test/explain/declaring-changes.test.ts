import test, { type ExecutionContext } from "ava";
import type { Explanation } from "../../src/explain/explanation.ts";
import { weatherManifestWith } from "../support/manifests.ts";
import { weatherPackage } from "../support/packages.ts";
import { enable, jsonOf, newWorkspace, type TestWorkspace } from "../support/workspaces.ts";

const ownFile = ".config/yoi/yoi.toml";
const header = '[plugins."project:example.weather"]';

interface Row {
  readonly title: string;
  readonly words: readonly string[];
  /** What is different from a plugin whose only tool has the effects `read` and `network`, and that has one of each. */
  readonly manifest?: (toml: string) => string;
  readonly entry?: (toml: string) => string;
  readonly own?: string;
  /** The files that have to change. */
  readonly files: readonly string[];
}

const secret = `[secrets.weather-key]
from = { env = "WEATHER_KEY" }
place = { header = "x-api-key" }
origins = ["https://api.example.com"]
`;
const unbound = (toml: string) => toml.replace(/^mounts = .*$/m, "");
const readOnly = (toml: string) => toml.replace(/^effects = .*$/m, 'effects = ["read"]');

const rows: readonly Row[] = [
  {
    title: "a request elsewhere",
    words: ["https.request", "GET", "https://other.example/x"],
    files: ["plugin.toml"],
  },
  {
    title: "a request by a method more, of a URL below",
    words: ["https.request", "HEAD", "https://api.example.com/v1/x"],
    files: ["plugin.toml"],
  },
  {
    title: "a request by a method more, of the very URL",
    words: ["https.request", "HEAD", "https://api.example.com/v1"],
    files: ["plugin.toml"],
  },
  {
    title: "a request that writes",
    words: ["https.request", "POST", "https://api.example.com/v1"],
    files: ["plugin.toml", "plugin.toml", ".yoi/yoi.toml"],
  },
  { title: "an operation more", words: ["fs.list", "cache"], files: ["plugin.toml"] },
  { title: "a mount more", words: ["fs.read", "more/x"], files: ["plugin.toml", ".yoi/yoi.toml", ".yoi/yoi.toml"] },
  {
    title: "a mount that nothing is bound to",
    words: ["fs.read", "cache/x"],
    entry: unbound,
    files: [".yoi/yoi.toml"],
  },
  { title: "a write", words: ["fs.append", "cache/x"], files: ["plugin.toml", "plugin.toml", ".yoi/yoi.toml"] },
  {
    title: "an effect that is not granted",
    words: ["https.request", "GET", "https://api.example.com/v1"],
    entry: readOnly,
    files: [".yoi/yoi.toml"],
  },
  {
    title: "a tool whose effects are not granted",
    words: ["tool.register", "get_weather"],
    entry: readOnly,
    files: [".yoi/yoi.toml"],
  },
  {
    title: "a secret more",
    words: ["secret.use", "other-key", "https://api.example.com/v1"],
    files: ["plugin.toml", "~/.config/yoi/yoi.toml"],
  },
  {
    title: "a secret that nobody defined",
    words: ["secret.use", "weather-key", "https://api.example.com/v1"],
    own: "",
    files: ["~/.config/yoi/yoi.toml"],
  },
];

const capabilities = `[[capabilities.https]]
url = "https://api.example.com/v1"
methods = ["GET"]
reason = "Fetches the forecast."

[[capabilities.secret]]
name = "weather-key"
reason = "The service wants a key."

[config_schema]`;

const baseManifest = weatherManifestWith("[config_schema]", capabilities).replace(
  'effects = ["network"]',
  'effects = ["read", "network"]',
);

async function prepare(t: ExecutionContext, { entry, own = secret }: Row): Promise<TestWorkspace> {
  const workspace = await newWorkspace(t);
  workspace.write("cache/x", "");
  workspace.write("more/x", "");
  workspace.configure('[mounts.cache]\npath = "cache"\n');
  workspace.write(`${workspace.home}/${ownFile}`, own);
  workspace.write(".yoi/plugins/weather.yoi-plugin", weatherPackage({ "plugin.toml": baseManifest }));
  await enable(t, workspace, "example.weather");
  if (entry !== undefined) workspace.write(".yoi/yoi.toml", entry(workspace.read(".yoi/yoi.toml")));
  return workspace;
}

type Change = NonNullable<Explanation["declaring"]>[number];

/** Pastes a change as its reader would: whole tables at the end, and one key into the table that is named. */
function paste(toml: string, { lines, beside }: Change): string {
  const [line = ""] = lines;
  if (beside === undefined) return `${toml.trimEnd()}\n\n${lines.join("\n")}\n`;
  const key = line.slice(0, line.indexOf(" ="));
  const tables = toml.split(/(?=^\[)/m);
  const at = tables.findIndex((table) => table.split("\n").includes(beside));
  const table = tables[at] ?? "";
  const without = table.split("\n").filter((one) => !one.startsWith(`${key} =`));
  const after = without.indexOf(beside);
  tables[at] = [...without.slice(0, after + 1), line, ...without.slice(after + 1)].join("\n");
  return tables.join("");
}

// ATTACK: threats 34: a guest chooses the URL, and an author would paste lines that `plugin pack` refuses.
test("no lines are offered for a URL that no manifest can declare", async (t) => {
  const workspace = await prepare(t, { title: "", words: [], files: [] });
  const offered = async (url: string) => {
    const ran = await workspace.yoi("plugin", "explain", "example.weather", "https.request", "GET", url, "--json");
    return (jsonOf(ran)["explanation"] as Explanation).declaring;
  };
  t.is((await offered("https://other.example/x"))?.length, 1);
  t.falsy((await offered("https://other.example/x*"))?.length);
});

for (const row of rows) {
  test(`${row.title}: the lines that explain offers, pasted where it says, declare it`, async (t) => {
    const workspace = await prepare(t, row);
    const isOfTool = row.words[0] === "tool.register";
    const words = ["plugin", "explain", "example.weather", ...row.words, ...(isOfTool ? [] : ["get_weather"])];
    const before = jsonOf(await workspace.yoi(...words, "--json"))["explanation"] as Explanation;
    t.is(before.cause, "undeclared");
    t.deepEqual(before.suggestions, [], "a policy would change nothing");
    const { declaring = [] } = before;
    t.deepEqual(
      declaring.map(({ file }) => file),
      row.files,
    );
    const text = (await workspace.yoi(...words)).stdout;
    for (const { lines } of declaring) for (const line of lines) t.true(text.includes(line), `${line}\n${text}`);

    let manifest = baseManifest;
    for (const change of declaring) {
      if (change.file === "plugin.toml") manifest = paste(manifest, change);
    }
    if (manifest !== baseManifest) {
      workspace.write(".yoi/plugins/weather.yoi-plugin", weatherPackage({ "plugin.toml": manifest }));
      const entry = workspace.read(".yoi/yoi.toml");
      await enable(t, workspace, "example.weather");
      // Enabling grants every effect of the package: only what explain offers is to count here.
      const effects = /^effects = .*$/m.exec(entry)?.[0] ?? "";
      workspace.write(".yoi/yoi.toml", workspace.read(".yoi/yoi.toml").replace(/^effects = .*$/m, effects));
    }
    for (const change of declaring) {
      const file = change.file === ".yoi/yoi.toml" ? ".yoi/yoi.toml" : `${workspace.home}/${ownFile}`;
      if (change.file !== "plugin.toml") workspace.write(file, paste(workspace.read(file), change));
    }
    t.true(workspace.read(".yoi/yoi.toml").includes(header));
    const after = jsonOf(await workspace.yoi(...words, "--json"))["explanation"] as Explanation;
    t.not(after.cause, "undeclared", JSON.stringify(after.verdicts.flatMap(({ determining }) => determining)));
    t.deepEqual(after.troubles ?? [], []);
  });
}

test("what is declared gets no lines, whatever else denies it", async (t) => {
  const workspace = await prepare(t, { title: "", words: [], files: [] });
  const words = ["plugin", "explain", "example.weather", "https.request", "GET", "https://api.example.com/v1"];
  const explained = jsonOf(await workspace.yoi(...words, "get_weather", "--json"))["explanation"] as Explanation;
  t.is(explained.cause, "no-permit");
  t.is(explained.declaring, undefined);
});
