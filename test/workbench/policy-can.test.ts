import test, { type ExecutionContext } from "ava";
import { columnsOf } from "../../src/terminal/layout.ts";
import { departures, shapesOf } from "../support/json-shapes.ts";
import { getsForecasts, networkWorkspace } from "../support/network-workspace.ts";
import { opaTest } from "../support/opa.ts";
import { weatherPackage } from "../support/packages.ts";
import { readPage } from "../support/pages.ts";
import {
  emptyWorkspace,
  enable,
  jsonOf,
  newWorkspace,
  type TestWorkspace,
  weatherWorkspace,
} from "../support/workspaces.ts";

const policies = `${getsForecasts}
@id("reads-cache")
@rate("10/1m")
permit (principal, action == Yoi::Action::"fs.read", resource in Yoi::Path::"kept")
when { context.now.hour >= 0 };

@id("no-secrets-there")
forbid (principal, action, resource == Yoi::Url::"https://api.example.com/v1/secret");

@id("no-appends")
forbid (principal, action == Yoi::Action::"fs.append", resource) when { context.bytes > 10 };

@id("appends")
permit (principal, action == Yoi::Action::"fs.append", resource);

@id("idle")
permit (principal == Yoi::Plugin::"project:example.weather", action == Yoi::Action::"fs.remove", resource);
`;

async function withPolicies(t: ExecutionContext): Promise<TestWorkspace> {
  const workspace = await networkWorkspace(t);
  workspace.write(".yoi/policies/own.cedar", policies);
  return workspace;
}

interface Row {
  readonly action: string;
  readonly asked: string;
  readonly answer: string;
  readonly cause?: string;
  readonly at?: string;
  readonly except: readonly string[];
  readonly agents?: readonly string[];
  readonly permits: readonly { readonly policy: { readonly name: string }; readonly conditions: readonly string[] }[];
  readonly forbids: readonly { readonly policy: { readonly name: string }; readonly conditions: readonly string[] }[];
  readonly obliges: readonly object[];
}

async function rowsOf({ yoi }: TestWorkspace, ...words: readonly string[]): Promise<readonly Row[]> {
  return jsonOf(await yoi("policy", "can", "example.weather", ...words, "--json"))["rows"] as readonly Row[];
}

test("each row says what allows it, what it hangs on, and what holds back a part", async (t) => {
  const { yoi } = await withPolicies(t);
  const { code, stdout, stderr } = await yoi("policy", "can", "example.weather");
  t.is(code, 0, stderr);
  t.regex(stdout, /^ {2}allowed {2}https\.request GET https:\/\/api\.example\.com\/v1 and all below it$/m);
  t.regex(stdout, /^ {11}but for https:\/\/api\.example\.com\/v1\/secret, which is told apart$/m);
  t.regex(stdout, /^ {6}permit gets-forecasts +\.yoi\/policies\/own\.cedar:1:1$/m);
  t.regex(
    stdout,
    /^ {2}denied {3}https\.request GET https:\/\/api\.example\.com\/v1\/secret itself\n {11}\(explicit-forbid\)$/m,
  );
  t.regex(stdout, /^ {2}depends {2}fs\.read kept and all below it$/m);
  t.regex(stdout, /^ {8}when context\.now\.hour >= 0$/m);
  t.regex(stdout, /^ {6}limit rate 10\/1m \(reads-cache\)$/m);
  t.regex(stdout, /^ {8}denied when context\.bytes > 10$/m);
  t.regex(stdout, /^ {2}denied {3}fs\.list kept and all below it {3}\(no-permit\)$/m);
  t.regex(stdout, /^Permitted, and the manifest asks for nothing of it$/m);
  t.regex(stdout, /^ {6}permit idle +\.yoi\/policies\/own\.cedar:\d+:1$/m);
  t.regex(stdout, /^\d+ allowed · \d+ on conditions · \d+ denied$/m);
  t.deepEqual(
    stdout.split("\n").filter((line) => columnsOf(line) > 80),
    [],
  );
});

opaTest("what Rego limits is said with what the limit hangs on, and only where it can", async (t) => {
  const workspace = await withPolicies(t);
  workspace.write(
    ".yoi/policies/pace.rego",
    `package yoi.policy.pace

oblige contains {"id": "always", "because": "b", "timeout": "5s"} if input.action == "https.request"

oblige contains {"id": "nightly", "because": "b", "rate": "10/1m"} if {
	input.action == "https.request"
	input.context.now.hour < 6
}

oblige contains {"id": "elsewhere", "because": "b", "rate": "1/1m"} if input.action == "fs.remove"
`,
  );
  const { stdout } = await workspace.yoi("policy", "can", "example.weather");
  t.regex(stdout, /^ {6}oblige pace\/always +\.yoi\/policies\/pace\.rego:3:1$/m);
  t.regex(
    stdout,
    /^ {6}oblige pace\/nightly +\.yoi\/policies\/pace\.rego:5:1\n {8}when input\.context\.now\.hour < 6$/m,
  );
  t.regex(stdout, /^ {6}limit timeout 5s \(pace\/always\)\n {6}limit rate 10\/1m \(pace\/nightly\)$/m);
  t.notRegex(stdout, /elsewhere/);
  const read = (await rowsOf(workspace)).find(({ action }) => action === "fs.read");
  t.deepEqual(read?.obliges, []);
});

test("a permit for what a forbid holds back all of is not said to be for nothing that is asked for", async (t) => {
  const workspace = await networkWorkspace(t);
  workspace.write(
    ".yoi/policies/own.cedar",
    `@id("reads") permit (principal == Yoi::Plugin::"project:example.weather", action == Yoi::Action::"fs.read", resource);
@id("idle") permit (principal == Yoi::Plugin::"project:example.weather", action == Yoi::Action::"fs.remove", resource);
@id("frozen") forbid (principal, action in Yoi::Action::"files", resource);
`,
  );
  const unused = jsonOf(await workspace.yoi("policy", "can", "example.weather", "--json"))["unused"];
  t.deepEqual(
    (unused as readonly { readonly policy: { readonly name: string } }[]).map(({ policy }) => policy.name),
    ["idle"],
  );
});

test("its JSON is what `docs/json.md` says", async (t) => {
  const { yoi } = await withPolicies(t);
  const { version, command, ...rest } = jsonOf(await yoi("policy", "can", "example.weather", "--json"));
  t.is(version, 1);
  t.deepEqual(departures(shapesOf(readPage("json.md")), String(command), rest), []);
});

test("tools are listed by who may run them: those that anything names, and any other agent", async (t) => {
  const workspace = await withPolicies(t);
  const runs = (await rowsOf(workspace)).filter(({ action }) => action === "tool.execute");
  t.deepEqual(
    runs.map(({ answer, agents }) => [answer, agents]),
    [
      ["allow", ["cli"]],
      ["deny", ["*"]],
    ],
  );
  const forCi = (await rowsOf(workspace, "--agent", "ci")).filter(({ action }) => action === "tool.execute");
  t.deepEqual(
    forCi.map(({ answer, agents }) => [answer, agents]),
    [["deny", ["ci"]]],
  );
});

test("an agent that a policy names is told apart from all others", async (t) => {
  const workspace = await withPolicies(t);
  workspace.write(
    ".yoi/policies/bot.cedar",
    'permit (principal == Yoi::Agent::"bot", action == Yoi::Action::"tool.execute", resource);',
  );
  const runs = (await rowsOf(workspace)).filter(({ action }) => action === "tool.execute");
  t.deepEqual(
    runs.map(({ answer, agents, permits }) => [answer, agents, permits.length]),
    [
      ["allow", ["cli"], 1],
      ["allow", ["bot"], 1],
      ["deny", ["*"], 0],
    ],
  );
});

test("a plugin that is not enabled is told of as if it were, and the answer says so", async (t) => {
  const workspace = await weatherWorkspace(t);
  const { stdout } = await workspace.yoi("policy", "can", "example.weather");
  t.regex(stdout, /^! It is not enabled: it gets nothing as things are\. /m);
  t.regex(stdout, /^ {6}permit project:example\.weather\/execute\/cli +once it is enabled$/m);
  const before = jsonOf(await workspace.yoi("policy", "can", "example.weather", "--json"));
  t.is(before["enabled"], false);
  await enable(t, workspace, "example.weather");
  const after = jsonOf(await workspace.yoi("policy", "can", "example.weather", "--json"));
  t.is(after["enabled"], true);
  const answers = (report: { readonly [key: string]: unknown }) =>
    (report["rows"] as readonly Row[]).map(({ asked, answer, agents = [] }) => [asked, answer, ...agents]);
  t.deepEqual(answers(before), answers(after));
});

test("what effects do not cover is told by tool", async (t) => {
  const workspace = await newWorkspace(t);
  const { weatherManifestWith } = await import("../support/manifests.ts");
  const second = `[[tools]]
name = "read_cache"
description = "Reads what is kept."
effects = ["read"]

[tools.input_schema]
type = "object"

[config_schema]`;
  const manifest = weatherManifestWith("[config_schema]", second);
  workspace.write(".yoi/plugins/weather.yoi-plugin", weatherPackage({ "plugin.toml": manifest }));
  workspace.write("kept/x", "");
  workspace.configure('[mounts.cache]\npath = "kept"\n');
  await enable(t, workspace, "example.weather");
  workspace.write(".yoi/policies/read.cedar", 'permit (principal, action == Yoi::Action::"fs.read", resource);');
  const { stdout } = await workspace.yoi("policy", "can", "example.weather");
  t.regex(stdout, /allowed {2}fs\.read cache and all below it\n {11}from read_cache\n/);
  t.regex(stdout, /denied {3}fs\.read cache and all below it {3}\(undeclared\)\n {11}from get_weather\n/);
  const one = await workspace.yoi("policy", "can", "example.weather", "--tool", "read_cache");
  t.notRegex(one.stdout, /get_weather/);
});

test("policies in Rego are in the list, with what they hang on as they write it", async (t) => {
  const workspace = await networkWorkspace(t);
  workspace.write(
    ".yoi/policies/egress.rego",
    `package yoi.policy.egress

permit contains {"id": "gets", "because": "It may get"} if {
	input.principal.id == "project:example.weather"
	input.action == "https.request"
	input.context.method == "GET"
	input.resource.port == 443
}

permit contains {"id": "others", "because": "Another may"} if {
	input.principal.id == "project:example.other"
	input.action == "fs.read"
}

forbid contains {"id": "late", "because": "Not at night"} if {
	input.action == "https.request"
	input.context.now.hour > 24
}
`,
  );
  const rows = await rowsOf(workspace);
  const found = (asked: string) => rows.find((row) => row.asked === asked);
  const get = found("https.request GET https://api.example.com/v1");
  t.is(get?.answer, "depends");
  t.deepEqual(
    get?.permits.map(({ policy, conditions }) => [policy.name, conditions]),
    [["egress/gets", []]],
  );
  t.deepEqual(
    get?.forbids.map(({ policy, conditions }) => [policy.name, conditions]),
    [["egress/late", ["input.context.now.hour > 24"]]],
  );
  t.is(found("https.request POST https://api.example.com/v1")?.answer, "deny");
  t.is(found("fs.read kept/")?.answer, "deny");
});

// FAIL-CLOSED: what one forbid in Rego may hold back is not all allowed, however the forbid is written.
for (const expression of [
  '[input.action, input.resource.id] == ["fs.read", "kept/secret.md"]',
  'input.resource.id in {"fs.read": {"kept/secret.md"}}[input.action]',
  'input.action == "fs.read"\n\tinput.resource.id == "kept/secret.md"',
]) {
  test(`a folder is not said to be allowed whole over a forbid in Rego on one file: ${expression.slice(0, 40)}`, async (t) => {
    const workspace = await networkWorkspace(t);
    workspace.write(".yoi/policies/own.cedar", 'permit (principal, action == Yoi::Action::"fs.read", resource);');
    workspace.write(
      ".yoi/policies/secret.rego",
      `package yoi.policy.x\n\nforbid contains {"id": "secret"} if {\n\t${expression}\n}\n`,
    );
    const row = (await rowsOf(workspace)).find(({ asked }) => asked === "fs.read kept/");
    t.is(row?.answer, "depends");
    t.deepEqual(
      row?.forbids.map(({ policy }) => policy.name),
      ["x/secret"],
    );
  });
}

test("a policy in Rego that looks at the agent makes any other agent's row hang on it", async (t) => {
  const workspace = await networkWorkspace(t);
  workspace.write(
    ".yoi/policies/bots.rego",
    `package yoi.policy.bots

permit contains {"id": "bot", "because": "The bot may"} if {
	input.action == "tool.execute"
	input.principal.id == "bot"
	input.resource.id == "project:example.weather/get_weather"
}
`,
  );
  const runs = (await rowsOf(workspace)).filter(({ action }) => action === "tool.execute");
  t.deepEqual(
    runs.map(({ answer, agents, permits }) => [answer, agents, permits.map(({ conditions }) => conditions)]),
    [
      ["allow", ["cli"], [[]]],
      [
        "depends",
        ["*"],
        [['input.principal.id == "bot"', 'input.resource.id == "project:example.weather/get_weather"']],
      ],
    ],
  );
  const bot = (await rowsOf(workspace, "--agent", "bot")).filter(({ action }) => action === "tool.execute");
  t.deepEqual(
    bot.map(({ answer, agents }) => [answer, agents]),
    [["allow", ["bot"]]],
  );
});

test("what cannot be answered says what to do", async (t) => {
  const workspace = await weatherWorkspace(t);
  const misses = [
    [["example.wether"], /did you mean `(?:project:)?example\.weather`\?/],
    [["example.weather", "--tool", "get_wether"], /has no tool `get_wether`; did you mean `get_weather`\?/],
    [["example.weather", "--agent", "a b"], /an agent's id is/],
    [[], /usage: yoi policy can PLUGIN/],
  ] as const;
  for (const [words, message] of misses) {
    const { code, stderr } = await workspace.yoi("policy", "can", ...words);
    t.is(code, 2, stderr);
    t.regex(stderr.replace(/\s+/g, " "), message);
  }
  const none = await emptyWorkspace(t).yoi("policy", "can", "x");
  t.is(none.code, 1);
});

test("a workspace that nobody trusts is said to get nothing", async (t) => {
  const workspace = await withPolicies(t);
  workspace.remove(workspace.places.trustFolder);
  const { stdout, stderr, code } = await workspace.yoi("policy", "can", "example.weather");
  t.is(code, 0);
  t.regex(stderr, /! this workspace's own policies and grants do not count/);
  t.regex(stdout, /^0 allowed · 0 on conditions · \d+ denied$/m);
});
