import test from "ava";
import { columnsOf } from "../../src/terminal/layout.ts";
import { departures, shapesOf } from "../support/json-shapes.ts";
import { getsForecasts, networkWorkspace } from "../support/network-workspace.ts";
import { readPage } from "../support/pages.ts";
import { jsonOf, notesWorkspace } from "../support/workspaces.ts";

const rego = `package yoi.policy.hours

forbid contains {"id": "late", "because": "Not at night"} if {
	input.action == "fs.read"
	input.context.now.hour > 24
}

oblige contains {"id": "slow", "because": "Nobody hurries", "rate": "10/1m"} if input.action == "fs.read"
`;

test("every layer is shown with its counts, and each policy with its language and place", async (t) => {
  const workspace = await notesWorkspace(t);
  workspace.write(".yoi/policies/hours.rego", rego);
  workspace.write(
    `${workspace.home}/.config/yoi/policies/own.cedar`,
    '@id("never") @reason("mine") forbid (principal, action == Yoi::Action::"fs.remove", resource);\n',
  );
  const { stdout, stderr } = await workspace.yoi("policy", "show");
  t.regex(stdout, /^Shipped with Yoi: they hold whatever anybody permits +1 permit, 11 forbids$/m, stderr);
  t.regex(stdout, /^Your own: no workspace can lift a forbid in here +1 forbid$/m);
  t.regex(stdout, /^This workspace's +3 permits, 1 forbid, 1 obligation$/m);
  t.regex(stdout, /^Grants in yoi\.toml, which compile to Cedar +3 permits$/m);
  t.regex(stdout, /^ {2}rego {3}forbid hours\/late +\.yoi\/policies\/hours\.rego:3:1$/m);
  t.regex(stdout, /^ {2}rego {3}oblige hours\/slow +\.yoi\/policies\/hours\.rego:8:1\n {4}Nobody hurries$/m);
  t.regex(stdout, /^ {2}cedar {2}forbid never +~\/\.config\/yoi\/policies\/own\.cedar:1:1$/m);
  t.regex(stdout, /^\d+ policies · cedar \S+ \+ rego opa-wasm \S+ · [0-9a-f]{7}$/m);
  t.deepEqual(
    stdout.split("\n").filter((line) => columnsOf(line) > 80),
    [],
  );
});

test("--full shows what each says, and of a grant the Cedar that it compiles to", async (t) => {
  const workspace = await notesWorkspace(t);
  const plain = await workspace.yoi("policy", "show");
  t.notRegex(plain.stdout, /permit \(principal ==/);
  const { stdout } = await workspace.yoi("policy", "show", "--full");
  t.regex(
    stdout,
    /permit project:example\.notes\/register +\.yoi\/yoi\.toml:\d+:1\n {6}@id\("project:example\.notes\/register"\)\n/,
  );
  t.true(stdout.includes('action == Yoi::Action::"tool.register", resource in Yoi::Plugin::"project:example.notes");'));
});

test("--plugin and --action leave out what cannot apply", async (t) => {
  const workspace = await networkWorkspace(t);
  workspace.write(
    ".yoi/policies/get.cedar",
    `${getsForecasts}\n@id("others") permit (principal == Yoi::Plugin::"project:example.other", action, resource);\n`,
  );
  const names = async (...words: readonly string[]) =>
    (jsonOf(await workspace.yoi("policy", "show", ...words, "--json"))["policies"] as readonly { name: string }[]).map(
      ({ name }) => name,
    );
  const ofPlugin = await names("--plugin", "example.weather");
  t.true(ofPlugin.includes("gets-forecasts"));
  t.true(ofPlugin.includes("project:example.weather/execute/cli"));
  t.true(ofPlugin.includes("plugin-is-enabled"));
  t.false(ofPlugin.includes("others"));
  t.false(ofPlugin.includes("builtin-tools-execute"));
  const ofAction = await names("--action", "https.request", "--plugin", "example.weather");
  t.true(ofAction.includes("gets-forecasts"));
  t.true(ofAction.includes("no-plain-http"));
  t.false(ofAction.includes("no-special-addresses"));
});

test("its JSON is what `docs/json.md` says", async (t) => {
  const workspace = await notesWorkspace(t);
  for (const words of [[], ["--full"]]) {
    const { version, command, ...rest } = jsonOf(await workspace.yoi("policy", "show", ...words, "--json"));
    t.is(version, 1);
    t.deepEqual(departures(shapesOf(readPage("json.md")), String(command), rest), []);
  }
});

test("an action that does not exist is answered with the one that was meant", async (t) => {
  const { code, stderr } = await (await notesWorkspace(t)).yoi("policy", "show", "--action", "https.reqest");
  t.is(code, 2);
  t.regex(stderr, /did you mean `https\.request`\?/);
});

test("text of a policy reaches a terminal escaped", async (t) => {
  const workspace = await notesWorkspace(t);
  workspace.write(
    ".yoi/policies/odd.cedar",
    `// \u001b[31mred\n${'@reason("a\u202eb") permit (principal, action, resource);\n'}`,
  );
  const { stdout, stderr } = await workspace.yoi("policy", "show", "--full");
  for (const character of ["\u001b", "\u202e"]) t.false((stdout + stderr).includes(character));
});
