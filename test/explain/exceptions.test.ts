import test from "ava";
import { putQuestion } from "../../src/broker/put-question.ts";
import type { Call } from "../../src/calls/call.ts";
import type { PolicySource } from "../../src/engines/policy-engine.ts";
import { noonish } from "../support/broker-parts.ts";
import { cedar, policyFile } from "../support/cedar-sets.ts";
import { broadCall, broadInventory, edited, explaining } from "../support/explained-calls.ts";
import { opaTest, plainTest } from "../support/opa.ts";
import { regoEngine, regoFile } from "../support/rego-sets.ts";

// An exception for one call must open nothing else: neither another action, nor what differs in a part that the policy reads.

const rego = regoEngine();
test.after.always(() => rego.close());

const permits = policyFile('@id("all") permit (principal, action, resource);', { file: ".yoi/policies/all.cedar" });
const connect = (address: string) => broadCall("network.connect", { address, answer: [address] });
const write = (mode: string, bytes: number) => broadCall("fs.write", { mode, bytes: new Uint8Array(bytes) });
const ask = (ask: object) => broadCall("https.request", ask);
const run = (input: object) => broadCall("tool.execute", { input });
const readFor = (agent: string) =>
  broadCall("fs.read", {}, { via: { agent, tool: "project:example.all/everything", command: false, depth: 2 } });

interface Row {
  readonly title: string;
  readonly cedar?: string;
  /** The body of a forbid. */
  readonly rego?: string;
  readonly call: Call;
  /** Denied before, and after. */
  readonly others: readonly Call[];
  /** What the suggestion says that it speaks of. */
  readonly speaksOf: string;
}

const rows: readonly Row[] = [
  {
    title: "what holds for every action goes on holding for all others",
    cedar: 'forbid (principal, action in Yoi::Action::"host", resource) when { context.declared };',
    rego: "input.context.declared",
    call: ask({}),
    others: [broadCall("fs.read"), broadCall("fs.write"), broadCall("secret.use"), ask({ method: "POST" })],
    speaksOf: "this plugin, action, URL, method and declared",
  },
  {
    title: "an address that is let through is one address",
    cedar:
      'forbid (principal, action == Yoi::Action::"network.connect", resource) unless { context.address.isInRange(ip("93.184.215.0/28")) };',
    rego: 'input.action == "network.connect"\n\tnot startswith(input.context.address, "93.184.215.")',
    call: connect("93.184.216.34"),
    others: [connect("8.8.8.8"), connect("45.33.32.156")],
    speaksOf: "this plugin, action, URL and address",
  },
  {
    title: "so many bytes, written so, are no others",
    cedar:
      'forbid (principal, action == Yoi::Action::"fs.write", resource) when { context.bytes > 50 || context.mode == "replace" };',
    rego: 'input.action == "fs.write"\n\t[input.context.bytes > 50, input.context.mode == "replace"][_]',
    call: write("create", 60),
    others: [write("replace", 10), write("create", 1_000)],
    speaksOf: "this plugin, action, path, bytes and mode",
  },
  {
    title: "a request without a body and a secret is none with them",
    cedar:
      'forbid (principal, action == Yoi::Action::"https.request", resource) when { context.queryKeys.contains("debug") || context.bodyBytes > 0 || !context.secrets.isEmpty() };',
    call: ask({ url: "https://api.example.com/v2/now?debug=1" }),
    others: [
      ask({ secrets: ["weather-key"] }),
      ask({ body: new Uint8Array(1_000) }),
      ask({ url: "https://api.example.com/v2/now?debug=1&more=1" }),
    ],
    speaksOf: "this plugin, action, URL, method, queryKeys, bodyBytes and secrets",
  },
  {
    title: "what one agent may is not what another may",
    cedar:
      'forbid (principal, action == Yoi::Action::"fs.read", resource) when { context.via has agent && context.via.agent in [Yoi::Agent::"cli", Yoi::Agent::"intern"] };',
    rego: 'input.action == "fs.read"\n\tinput.context.via.agent in {"cli", "intern"}',
    call: readFor("cli"),
    others: [readFor("intern")],
    speaksOf: "this plugin, action, path and via.agent",
  },
  {
    title: "what a tool is asked is part of it",
    rego: 'input.action == "tool.execute"\n\tinput.context.input.cmd in {"rm", "ls", "curl"}',
    call: run({ cmd: "ls" }),
    others: [run({ cmd: "rm" }), run({ cmd: "curl" })],
    speaksOf: "this agent, action, tool and input.cmd",
  },
  {
    title: "what is not there has to stay away",
    cedar:
      'forbid (principal, action == Yoi::Action::"fs.read", resource) unless { context.via has agent && context.via.agent == Yoi::Agent::"cli" };',
    rego: 'input.action == "fs.read"\n\tnot input.context.via.agent == "cli"',
    call: broadCall("fs.read", {}, { via: { tool: "project:example.all/everything", command: false, depth: 2 } }),
    others: [readFor("intern")],
    speaksOf: "this plugin, action, path and via.agent",
  },
  {
    title: "a moment is no part of an exception, which says so",
    cedar: 'forbid (principal, action == Yoi::Action::"fs.read", resource) when { context.now.hour > 1 };',
    rego: 'input.action == "fs.read"\n\tinput.context.now.hour > 1',
    call: broadCall("fs.read"),
    others: [broadCall("fs.read", { path: "notes/other.md" })],
    speaksOf: "this plugin, action and path, at any time",
  },
  {
    title: "what is too long to be read is left open, and the exception says so",
    rego: 'input.action == "tool.execute"\n\tinput.context.input.text',
    call: run({ text: "x".repeat(300) }),
    others: [broadCall("tool.execute", { tool: "nothing", input: { text: "y" } })],
    speaksOf: "this agent, action and tool, whatever its input.text",
  },
];

for (const row of rows) {
  const sets = {
    cedar: row.cedar === undefined ? undefined : policyFile(`@id("held") ${row.cedar}`),
    rego:
      row.rego === undefined
        ? undefined
        : regoFile(`package yoi.policy.held\n\nforbid contains {"id": "held"} if {\n\t${row.rego}\n}\n`),
  };
  for (const [language, source] of Object.entries(sets)) {
    if (source === undefined) continue;
    const declare = language === "rego" ? opaTest : plainTest;
    declare(`an exception in ${language} opens one call: ${row.title}`, async (t) => {
      const engines = language === "rego" ? [cedar, rego] : [cedar];
      const own: readonly PolicySource[] = [permits, source];
      const before = await explaining(engines, own);
      for (const other of row.others) t.is((await before.judge(other)).kind, "deny");
      const [first] = (await before.explain(row.call)).suggestions;
      t.regex(first?.title ?? "", /^an exception to the forbid /);
      t.is(first?.title.replace(/^.* for this/, "this"), row.speaksOf);
      const after = await explaining(engines, edited(own, first?.edits ?? []));
      t.is((await after.judge(row.call)).kind, "allow");
      for (const other of row.others) t.is((await after.judge(other)).kind, "deny", JSON.stringify(other.ask));
      before.dispose();
      after.dispose();
    });
  }
}

const parts = 'input.context.input.cmd in {"rm", "ls"}';
const head = 'forbid contains {"id": "held"} if';
const layouts: { readonly [title: string]: readonly [text: string, speaksOf: string] } = {
  "a body on one line": [`${head} { input.action == "tool.execute"; ${parts} }`, "input.cmd"],
  "an `if` on the line below": [`forbid contains {"id": "held"}\nif {\n\t${parts}\n}`, "input.cmd"],
  "an expression without braces": [`${head} ${parts}`, "input.cmd"],
  "an expression that goes on behind its operator": [`${head} input.context.input.cmd ==\n\t"ls"`, "input.cmd"],
  "an expression that begins with an object": [`${head} {"cmd": "ls"} == input.context.input`, "input"],
  "an expression that begins with a comprehension": [
    `${head} {x | x := input.context.input.cmd} == {"ls"}`,
    "input.cmd",
  ],
  "lines that end with CR and LF": [
    `${head} {\r\n\tinput.action == "tool.execute"\r\n\t${parts}\r\n}\r\n`,
    "input.cmd",
  ],
  "an expression of lines that end with CR and LF": [
    `${head} input.context.input.cmd in\r\n\t{"rm", "ls"}\r\n`,
    "input.cmd",
  ],
  "the input by another name": [
    `${head} {\n\ti := input\n\ti.${parts.slice(6)}\n}`,
    "input and input.cmd, whatever else it has",
  ],
  "a function that is given the input whole": [
    `bad(x) if x.${parts.slice(6)}\n\n${head} {\n\tinput.action == "tool.execute"\n\tbad(input)\n}`,
    "input, whatever else it has",
  ],
  "a path that is looked up": [
    `${head} object.get(input, ["context", "input", "cmd"], "") in {"rm", "ls"}`,
    "input, whatever else it has",
  ],
  "a member of what has none": [
    `${head} {\n\tinput.action == "tool.execute"\n\tnot input.context.input.cmd.of\n}`,
    "input.cmd.of",
  ],
};
for (const [title, [text, speaksOf]] of Object.entries(layouts)) {
  opaTest(`an exception in rego opens one call: ${title}`, async (t) => {
    const own = [permits, regoFile(`package yoi.policy.held\n\n${text}\n`)];
    const before = await explaining([cedar, rego], own);
    const [first] = (await before.explain(run({ cmd: "ls" }))).suggestions;
    t.is(first?.title.replace(/^.* for this agent, action, tool(?:,| and) /, ""), speaksOf);
    const after = await explaining([cedar, rego], edited(own, first?.edits ?? []));
    t.is((await after.judge(run({ cmd: "ls" }))).kind, "allow");
    t.is((await after.judge(run({ cmd: "rm" }))).kind, (await before.judge(run({ cmd: "rm" }))).kind);
    if (title.includes("CR and LF"))
      t.notRegex(first?.edits.map((edit) => JSON.stringify(edit)).join("") ?? "", /[^r]\\n|r\\r/);
    before.dispose();
    after.dispose();
  });
}

test("calls on record that differ in more than their moment count as others", async (t) => {
  const inventory = broadInventory();
  const put = (call: Call, atMs = noonish) => putQuestion(call, inventory, atMs).request;
  const forbid = policyFile('@id("small") forbid (principal, action == Yoi::Action::"fs.write", resource);');
  const denied = [put(write("create", 60), noonish - 1_000), put(write("create", 61)), put(write("replace", 60))];
  const world = await explaining([cedar], [permits, forbid], { denials: () => denied });
  const [first] = (await world.explain(write("create", 60))).suggestions;
  // The forbid reads neither bytes nor mode, so its exception is for all of them, and says how many there were.
  t.deepEqual(first?.newly, { allowed: 2, of: 2 });
  world.dispose();
});
