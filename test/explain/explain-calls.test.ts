import { DatabaseSync } from "node:sqlite";
import test, { type ExecutionContext } from "ava";
import type { Explanation } from "../../src/explain/explanation.ts";
import { addedBy } from "../support/suggestions.ts";
import { enable, jsonOf, type Ran, type TestWorkspace, weatherWorkspace } from "../support/workspaces.ts";

/** The weather plugin, enabled with its mount for an agent of its own, so that nothing permits the agent `cli`. */
async function enabledForBot(t: ExecutionContext): Promise<TestWorkspace> {
  const workspace = await weatherWorkspace(t);
  workspace.write("cache/x", "");
  workspace.configure('[mounts.cache]\npath = "cache"\n');
  await enable(t, workspace, "example.weather");
  workspace.write(".yoi/yoi.toml", workspace.read(".yoi/yoi.toml").replace('agents = ["cli"]', 'agents = ["bot"]'));
  return workspace;
}

const explanationOf = (ran: Ran) => jsonOf(ran)["explanation"] as Explanation;
const inWords = ["cli", "tool.execute", "example.weather/get_weather", '{"city":"Oslo"}'];

test("a call on record, in words and in a file has one explanation", async (t) => {
  const { yoi, write } = await enabledForBot(t);
  const denied = await yoi("tool", "call", "get_weather", '{"city":"Oslo"}');
  t.is(denied.code, 3);
  const id = /explain ([0-9A-Z]{26})/.exec(denied.stderr)?.[1] ?? "";
  const recorded = explanationOf(await yoi("plugin", "explain", id, "--json"));
  const words = explanationOf(await yoi("plugin", "explain", ...inWords, "--json"));
  write("call.json", JSON.stringify(words.call));
  const file = explanationOf(await yoi("plugin", "explain", "call.json", "--json"));
  for (const { answer, cause, nearest, suggestions } of [recorded, words, file]) {
    t.deepEqual({ answer, cause, nearest }, { answer: "deny", cause: "no-permit", nearest: words.nearest });
    t.deepEqual(suggestions, words.suggestions);
  }
  t.like(recorded.recorded, { decision: id, answer: "deny", same: true });
});

test("what is suggested was evaluated: added to the policies, it allows the call", async (t) => {
  const { yoi, write } = await enabledForBot(t);
  const {
    suggestions: [suggestion],
  } = explanationOf(await yoi("plugin", "explain", ...inWords, "--json"));
  t.true(suggestion?.allows);
  t.regex(
    (await yoi("plugin", "explain", ...inWords)).stdout,
    /^One change away\n(.*\n)* {2}the policy {3}a permit for this agent, action and tool +→ allowed ✓$/m,
  );
  write(".yoi/policies/suggested.cedar", addedBy(suggestion));
  t.is(explanationOf(await yoi("plugin", "explain", ...inWords, "--json")).answer, "allow");
});

test("where an operator's forbid stands, an exception to it is suggested, and a permit only beside it", async (t) => {
  const { yoi, write } = await enabledForBot(t);
  write(".yoi/policies/more.cedar", '@id("none") forbid (principal, action == Yoi::Action::"tool.execute", resource);');
  const { suggestions } = explanationOf(await yoi("plugin", "explain", ...inWords, "--json"));
  t.deepEqual(
    suggestions.map(({ edits }) => edits.map(({ kind, file }) => `${kind} ${file}`)),
    [["replace .yoi/policies/more.cedar", "add .yoi/policies/suggested.cedar"]],
  );
});

const beyondAPermit: readonly (readonly [title: string, words: readonly string[], policy: string])[] = [
  ["the input is off its schema", [...inWords.slice(0, 3), '{"city":7}'], ""],
  ["the tool does not exist", ["cli", "tool.execute", "example.weather/nothing"], ""],
  ["the plugin does not exist", ["cli", "tool.execute", "project:example.nobody/nothing"], ""],
];
for (const [title, words, policy] of beyondAPermit) {
  test(`no permit is suggested where ${title}`, async (t) => {
    const { yoi, write } = await enabledForBot(t);
    write(".yoi/policies/more.cedar", policy);
    const explanation = explanationOf(await yoi("plugin", "explain", ...words, "--json"));
    t.is(explanation.answer, "deny");
    t.deepEqual(explanation.suggestions, []);
    t.notRegex((await yoi("plugin", "explain", ...words)).stdout, /allowed ✓/);
  });
}

test("whatever is asked for, a suggestion is a policy that can be added", async (t) => {
  const { yoi } = await enabledForBot(t);
  for (const path of [
    'a "quoted" name',
    "it's",
    "naïve/日本",
    "%24{x}",
    "*",
    "a//b",
    "..",
    "-",
    "\u0007",
    "😀\u202e",
  ]) {
    const explanation = explanationOf(
      await yoi("plugin", "explain", "--json", "--", "example.weather", "fs.read", `cache/${path}`),
    );
    t.is(explanation.answer, "deny", path);
    t.true(explanation.suggestions[0]?.allows ?? true, path);
  }
});

test("a forbid that cannot be evaluated denies, and is shown with its error", async (t) => {
  const { yoi, write } = await enabledForBot(t);
  write(
    ".yoi/policies/quota.cedar",
    '@id("quota")\nforbid (principal, action, resource) when { (context.now.weekday + 1) * 9223372036854775807 > 1 };\n',
  );
  const { stdout } = await yoi("plugin", "explain", ...inWords);
  t.regex(stdout, /\(engine-error\)$/m);
  t.regex(stdout, /^! forbid quota +\.yoi\/policies\/quota\.cedar:1:1$/m);
  t.regex(stdout, /overflow/);
});

test("a recorded call is explained under the policies of then, and told what the present ones say", async (t) => {
  const { yoi, write } = await enabledForBot(t);
  const denied = await yoi("tool", "call", "get_weather", '{"city":"Oslo"}');
  const id = /explain ([0-9A-Z]{26})/.exec(denied.stderr)?.[1] ?? "";
  write(".yoi/policies/all.cedar", '@id("all")\npermit (principal, action, resource);\n');
  const { stdout } = await yoi("plugin", "explain", id);
  t.regex(stdout, /^DENIED /m);
  t.regex(stdout, /evaluated again just now: same answer$/m);
  t.regex(stdout, /as things are now: allowed$/m);
  t.notRegex(stdout, /permit all/);
});

test("a decision whose evidence is gone is not explained from what is left", async (t) => {
  const { yoi, places } = await enabledForBot(t);
  const denied = await yoi("tool", "call", "get_weather", '{"city":"Oslo"}');
  const id = /explain ([0-9A-Z]{26})/.exec(denied.stderr)?.[1] ?? "";
  const database = new DatabaseSync(places.journal);
  database.exec("DELETE FROM evidence");
  database.close();
  const { code, stdout, stderr } = await yoi("plugin", "explain", id);
  t.deepEqual([code, stdout], [2, ""]);
  t.regex(stderr.replace(/\s+/g, " "), /the evidence of [0-9A-Z]{26} is gone, so it cannot be evaluated again/);
  t.is((await yoi("journal", "show", id)).code, 0);
});

test("--full shows the request and every policy that was looked at", async (t) => {
  const { yoi } = await enabledForBot(t);
  const short = (await yoi("plugin", "explain", ...inWords)).stdout;
  const full = (await yoi("plugin", "explain", ...inWords, "--full")).stdout;
  t.notRegex(short, /The request as it was evaluated|forbid plugin-is-pinned/);
  t.regex(full, /The request as it was evaluated\n {2}principal +Yoi::Agent::"cli"/);
  t.regex(full, /^✗ forbid plugin-is-pinned/m);
});

test("an explanation writes nothing and needs no journal", async (t) => {
  const { yoi, remove } = await enabledForBot(t);
  remove(".yoi/state");
  t.is((await yoi("plugin", "explain", ...inWords)).code, 0);
  t.throws(() => remove(".yoi/state/journal.db"), { code: "ENOENT" });
});

// ATTACK: threats 34: what a stranger wrote must not repaint the operator's terminal.
test("text of a call cannot repaint the terminal that explains it", async (t) => {
  const { yoi } = await enabledForBot(t);
  const input = JSON.stringify({ city: "\u001b[2J\u202eoslo" });
  for (const more of [[], ["--full"], ["--json"]]) {
    const ran = await yoi("plugin", "explain", ...more, ...inWords.slice(0, 3), input);
    t.is(ran.code, 0, ran.stderr);
    t.notRegex(ran.stdout + ran.stderr, /[^\P{Cc}\n]|\u202e/u);
  }
});
