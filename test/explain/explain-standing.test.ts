import test from "ava";
import type { Explanation } from "../../src/explain/explanation.ts";
import { networkWorkspace } from "../support/network-workspace.ts";
import { weatherPackage } from "../support/packages.ts";
import { addedBy } from "../support/suggestions.ts";
import { enable, jsonOf, notesWorkspace, type Ran, weatherWorkspace } from "../support/workspaces.ts";

const explanationOf = (ran: Ran) => jsonOf(ran)["explanation"] as Explanation;
const flat = ({ stdout }: Ran) => stdout.replace(/\s+/g, " ");

test("a denial because two packages have one id says to remove one, and not to enable", async (t) => {
  const workspace = await weatherWorkspace(t);
  await enable(t, workspace, "example.weather");
  workspace.write(".yoi/plugins/copy.yoi-plugin", weatherPackage({ "assets/units.json": "[2]" }));
  const text = flat(await workspace.yoi("plugin", "explain", "example.weather", "tool.register", "get_weather"));
  t.regex(text, /two packages have this id, so neither of them counts \(not-pinned\)/);
  t.regex(text, /How remove one of the two/);
  t.notRegex(text, /yoi plugin enable/);
  const called = await workspace.yoi("tool", "call", "get_weather");
  t.regex(called.stderr, /do {3}remove one of the two/);
  t.notRegex(called.stderr, /yoi plugin enable/);
});

test("a denial because an entry is not valid leads to its place, and not to enabling", async (t) => {
  const workspace = await weatherWorkspace(t);
  await enable(t, workspace, "example.weather");
  workspace.configure('efects = ["read"]\n');
  const { stdout } = await workspace.yoi("plugin", "explain", "example.weather", "tool.register", "get_weather");
  t.regex(stdout, /its entry in yoi\.toml is not valid, so it enables nothing +\(not-enabled\)/);
  t.regex(stdout, /^✗ \.yoi\/yoi\.toml:\d+:1 {2}unknown key `efects`/m);
  t.notRegex(stdout, /yoi plugin enable/);
});

test("a mount whose folder is not there is the reason that is told", async (t) => {
  const workspace = await notesWorkspace(t);
  workspace.remove("notes");
  const { stdout } = await workspace.yoi("plugin", "explain", "example.notes", "fs.read", "notes/a", "read_note");
  t.regex(
    stdout,
    /^✗ \.yoi\/yoi\.toml:\d+:1 {2}mount `notes` is not a folder\n {4}make the folder, or mend the path$/m,
  );
});

test("a path that is malformed is denied for that, and nothing is said of its mount", async (t) => {
  const { yoi } = await notesWorkspace(t);
  const ran = await yoi("plugin", "explain", "example.notes", "fs.list", "notes/", "read_note");
  t.regex(flat(ran), /\(schema-invalid\) a path has no slash at its end/);
  t.notRegex(ran.stdout, /mount-is-bound|undeclared/);
});

const undeclared: readonly (readonly [words: readonly string[], wanted: string, asks: readonly string[]])[] = [
  [
    ["https.request", "POST", "https://other.example/x"],
    "POST https://other.example/x",
    ["GET, POST https://api.example.com/v1", "GET https://*.example.org", "GET https://192.0.2.7"],
  ],
  [
    ["secret.use", "other-key", "https://api.example.com/v1"],
    "the secret other-key",
    ["the secret weather-key", "the secret nobody-defined"],
  ],
  [["fs.write", "cache/x"], "write in kept/", ["read, list, append in cache/"]],
];
for (const [words, wanted, asks] of undeclared) {
  test(`what is undeclared about ${words.join(" ")} is said, beside what plugin.toml asks for`, async (t) => {
    const { yoi } = await networkWorkspace(t);
    const call = ["plugin", "explain", "example.weather", ...words] as const;
    const { undeclared: told } = explanationOf(await yoi(...call, "--json"));
    t.deepEqual(told, { wanted, asks });
    const text = flat(await yoi(...call));
    t.true(
      text.includes(
        `Its plugin.toml, which is its author's, does not ask for this wanted ${wanted} asked for ${asks[0]}`,
      ),
    );
  });
}

test("the permit that is suggested for a listing lists what is in the folder", async (t) => {
  const { yoi, write } = await networkWorkspace(t);
  const call = ["plugin", "explain", "example.weather", "fs.list", "cache", "--json"] as const;
  const {
    suggestions: [suggestion],
  } = explanationOf(await yoi(...call));
  t.true(suggestion?.allows);
  write(".yoi/policies/suggested.cedar", addedBy(suggestion));
  t.is(explanationOf(await yoi(...call)).answer, "allow");
  const below = await yoi("plugin", "explain", "example.weather", "fs.list", "cache/deep", "--json");
  t.is(explanationOf(below).answer, "allow");
});

test("a forbid on an address is told with the lines that would open it, and once open, with what opened it", async (t) => {
  const { yoi, write, read, places } = await networkWorkspace(t);
  const call = ["plugin", "explain", "example.weather", "network.connect", "https://api.example.com/v1/x", "10.1.2.3"];
  const lines = ["[[open]]", 'origin = "https://api.example.com"', 'range = "10.1.2.3/32"'];
  const { stdout } = await yoi(...call);
  t.true(stdout.includes(lines.map((line) => `    ${line}\n`).join("")), stdout);
  const before = read(places.userConfig);
  write(places.userConfig, `${before}\n${lines.join("\n")}\n`);
  const opened = await yoi(...call);
  t.regex(
    opened.stdout,
    new RegExp(`^ALLOWED[^]*? {9}opened by ~/\\.config/yoi/yoi\\.toml:${before.split("\n").length + 2}$`, "m"),
  );
});

test("nobody is led to open the address of a machine's own credentials", async (t) => {
  const { yoi } = await networkWorkspace(t);
  const url = "https://api.example.com/v1/x";
  const { stdout } = await yoi("plugin", "explain", "example.weather", "network.connect", url, "169.254.169.254");
  t.regex(stdout, /^DENIED/);
  t.notRegex(stdout, /origin =/);
});

test("a secret's wrong origin is told with the one to add", async (t) => {
  const { yoi } = await networkWorkspace(t);
  const ran = await yoi(
    "plugin",
    "explain",
    "example.weather",
    "secret.use",
    "weather-key",
    "https://a.example.org/v1",
  );
  t.regex(
    flat(ran),
    /among the `origins` of \[secrets\.weather-key\] in ~\/\.config\/yoi\/yoi\.toml "https:\/\/a\.example\.org"/,
  );
});

test("the context of a request is shown as Cedar writes it", async (t) => {
  const { yoi } = await networkWorkspace(t);
  const { stdout } = await yoi(
    "plugin",
    "explain",
    "example.weather",
    "secret.use",
    "weather-key",
    "https://api.example.com/v1",
    "--full",
  );
  t.regex(stdout, /context\.url +Yoi::Url::"https:\/\/api\.example\.com\/v1"/);
  t.regex(stdout, /context\.workspace +\{ trusted: true \}/);
  t.notRegex(stdout, /"record"|"entity"/);
});
