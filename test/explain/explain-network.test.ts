import { execFileSync } from "node:child_process";
import { join } from "node:path";
import test from "ava";
import type { Explanation } from "../../src/explain/explanation.ts";
import { getsForecasts, networkWorkspace } from "../support/network-workspace.ts";
import { addedBy } from "../support/suggestions.ts";
import { jsonOf, type Ran } from "../support/workspaces.ts";

const explanationOf = (ran: Ran) => jsonOf(ran)["explanation"] as Explanation;
const explain = ["plugin", "explain", "example.weather"] as const;
const url = "https://api.example.com/v1/oslo";

const suggested: readonly (readonly [words: readonly string[], other: readonly string[], condition: string])[] = [
  [["https.request", "GET", url], ["https.request", "POST", url], 'context.method == "GET"'],
  [
    ["secret.use", "weather-key", url],
    ["secret.use", "weather-key", "https://api.example.com/v1/bergen"],
    `context.url == Yoi::Url::"${url}"`,
  ],
];
for (const [words, other, condition] of suggested) {
  test(`the permit that is suggested for ${words.join(" ")} allows exactly that`, async (t) => {
    const { yoi, write } = await networkWorkspace(t);
    const {
      suggestions: [suggestion],
    } = explanationOf(await yoi(...explain, ...words, "--json"));
    t.true(suggestion?.allows);
    t.true(addedBy(suggestion).includes(`when { ${condition} };`), addedBy(suggestion));
    write(".yoi/policies/suggested.cedar", addedBy(suggestion));
    t.is(explanationOf(await yoi(...explain, ...words, "--json")).answer, "allow");
    t.is(explanationOf(await yoi(...explain, ...other, "--json")).cause, "no-permit");
  });
}

// ATTACK: threats 34: what a plugin asked for must not keep its denial from being explained.
test("whatever URL is asked for, a suggestion is a policy that can be added", async (t) => {
  const { yoi } = await networkWorkspace(t);
  for (const path of ["a%20b", "%22quoted%22", "a'b", "$(x)", "*", "%e2%80%ae", "{token}", "a//b", "..", "?q=1"]) {
    const words = ["https.request", "GET", `https://api.example.com/v1/${path}`];
    const {
      answer,
      suggestions: [suggestion],
    } = explanationOf(await yoi(...explain, ...words, "--json"));
    t.is(answer, "deny", path);
    t.true(suggestion?.allows ?? true, path);
  }
});

test("a URL that no permit holds is shown with what it lies in", async (t) => {
  const { yoi, write } = await networkWorkspace(t);
  write(".yoi/policies/test.cedar", getsForecasts.replace("/v1", "/v1/bergen"));
  const { stdout } = await yoi(...explain, "https.request", "GET", url);
  t.true(
    stdout.includes(`  ├ ✗ resource in Url::"https://api.example.com/v1/bergen"
  │     this is  https://api.example.com/v1/oslo
  │     inside   /v1 · https://api.example.com · api.example.com · example.com ·
  │              com
`),
    stdout,
  );
});

test("a URL that cannot be read is denied for that", async (t) => {
  const { yoi, write } = await networkWorkspace(t);
  for (const policy of ["", "permit (principal, action, resource);"]) {
    write(".yoi/policies/test.cedar", policy);
    for (const malformed of ["https://api.example.com/a//b", "https://user@api.example.com/v1", "api.example.com"]) {
      const { answer, cause, because } = explanationOf(
        await yoi(...explain, "https.request", "GET", malformed, "--json"),
      );
      t.deepEqual([answer, cause], ["deny", "schema-invalid"], malformed);
      t.truthy(because);
    }
  }
});

test("a connection is told by its address, and by the request that it is for", async (t) => {
  const { yoi } = await networkWorkspace(t);
  const { stdout } = await yoi(...explain, "network.connect", url, "169.254.169.254");
  const words = stdout.replace(/\s+/g, " ");
  t.true(words.startsWith(`DENIED project:example.weather → network.connect 169.254.169.254 for https.request ${url}`));
  t.regex(words, /a forbid that ships with Yoi applies \(explicit-forbid\)/);
  t.regex(words, /✓ forbid no-special-addresses/);
  t.regex(words, /Who can the user of this machine, where the policy above says so; else nobody/);
  t.notRegex(words, /allowed ✓/);
});

test("a forbid of an operator's own beside one that ships is the operator's to change", async (t) => {
  const { yoi, write } = await networkWorkspace(t);
  write(".yoi/policies/test.cedar", 'forbid (principal, action == Yoi::Action::"network.connect", resource);');
  const { stdout } = await yoi(...explain, "network.connect", url, "10.0.0.1");
  t.regex(stdout, /Who can +whoever keeps the policy that forbids it/);
});

test("a secret that nobody defined is undeclared, and says so", async (t) => {
  const { yoi } = await networkWorkspace(t);
  const explanation = explanationOf(await yoi(...explain, "secret.use", "nobody-defined", url, "--json"));
  t.is(explanation.cause, "undeclared");
  t.deepEqual(
    explanation.verdicts.flatMap(({ determining }) => determining.map(({ name }) => name)),
    ["secret-is-defined", "secret-to-its-own-origins"],
  );
});

const makeFifo = (path: string) => execFileSync("bash", ["-c", 'mkfifo "$1"', "bash", path]);

// ATTACK: threats 27, 28: an explanation must not tell what is there, nor wait for it.
for (const action of [
  "fs.read",
  "fs.list",
  "fs.stat",
  "fs.write",
  "fs.append",
  "fs.make-directory",
  "fs.remove",
] as const) {
  test(`${action} of a file, of a pipe and of nothing is explained in the same words`, async (t) => {
    const { folder, yoi, remove } = await networkWorkspace(t);
    const shown = async () => yoi(...explain, action, "cache/x");
    const ofFile = await shown();
    remove("cache/x");
    t.deepEqual(await shown(), ofFile);
    makeFifo(join(folder, "cache/x"));
    t.deepEqual(await shown(), ofFile);
    t.regex(ofFile.stdout, new RegExp(`${action} kept/x`));
  });
}

// ATTACK: threats 27, 28
for (const words of [
  ["https.request", "GET", url],
  ["secret.use", "weather-key", url],
]) {
  test(`${words[0]} is explained in the same words whatever lies where the secret is kept`, async (t) => {
    const { home, yoi, read, write, remove } = await networkWorkspace(t);
    const config = `${home}/.config/yoi/yoi.toml`;
    write(config, `${read(config).replace('{ env = "WEATHER_KEY" }', '{ file = "key" }')}\n[network]\nca = "ca.pem"\n`);
    const files = ["key", "ca.pem"].map((name) => `${home}/.config/yoi/${name}`);
    for (const file of files) write(file, "s3cr3t-canary");
    const shown = async () => yoi(...explain, ...words);
    const ofFile = await shown();
    files.forEach(remove);
    t.deepEqual(await shown(), ofFile);
    files.forEach(makeFifo);
    t.deepEqual(await shown(), ofFile);
    t.regex(ofFile.stdout, new RegExp(words[0] ?? ""));
  });
}

// ATTACK: threats 27: an explanation must not tell what is there.
test("of files nothing is looked at: what exists and what does not are explained alike", async (t) => {
  const { yoi, remove } = await networkWorkspace(t);
  for (const action of ["fs.read", "fs.list", "fs.append"]) {
    const shown = async (path: string) =>
      (await yoi(...explain, action, path)).stdout.replaceAll(path.replace("cache", "kept"), "PATH");
    const [there, absent] = [await shown("cache/x"), await shown("cache/y")];
    t.is(there.replace(/"fs-[^"]*"/, ""), absent.replace(/"fs-[^"]*"/, ""), action);
  }
  remove("cache/x");
  t.is((await yoi(...explain, "fs.read", "cache/x")).code, 0);
});

test("how much is written stands in a call's JSON", async (t) => {
  const { yoi, write } = await networkWorkspace(t);
  write(
    ".yoi/policies/test.cedar",
    'permit (principal, action == Yoi::Action::"fs.append", resource) when { context.bytes <= 7 };',
  );
  const { call, answer } = explanationOf(await yoi(...explain, "fs.append", "cache/log", "--json"));
  t.is(answer, "allow");
  for (const [bytes, expected] of [
    [7, "allow"],
    [8, "deny"],
  ] as const) {
    write("call.json", JSON.stringify({ ...call, ask: { path: "cache/log", bytes } }));
    t.is(explanationOf(await yoi("plugin", "explain", "call.json", "--json")).answer, expected);
  }
});

test("what rides on a permit is told", async (t) => {
  const { yoi, write } = await networkWorkspace(t);
  write(".yoi/policies/test.cedar", `@redact("set-cookie, ETag") @max_response_bytes("9")\n${getsForecasts}`);
  const { stdout } = await yoi(...explain, "https.request", "GET", url);
  t.regex(stdout, /^limits {5}without the headers set-cookie, etag \(gets-forecasts\)$/m);
  t.regex(stdout, /^limits {5}at most 9 bytes \(gets-forecasts\)$/m);
});
