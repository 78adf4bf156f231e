import test from "ava";
import type { PolicySource } from "../../../src/engines/policy-engine.ts";
import { lintPolicies } from "../../../src/workbench/lint/lint-policies.ts";
import { policyFile } from "../../support/cedar-sets.ts";
import { lintFound, lintParts } from "../../support/lint-parts.ts";
import { regoEngine } from "../../support/rego-sets.ts";

const rego = regoEngine();
test.after.always(() => rego.close());

const head = 'principal == Yoi::Plugin::"project:example.weather", action';
const https = `${head} == Yoi::Action::"https.request"`;
const named = 'resource in Yoi::Domain::"example.com"';

test("a name that a permit leaves out, and that is nearly one that is here, is told", async (t) => {
  const text =
    'permit (principal, action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes") unless { principal == Yoi::Plugin::"project:example.wether" };';
  t.deepEqual(await lintFound(rego, policyFile(text)), ["unknown-name 1"]);
});

const leftOut = [
  'unless { principal == Yoi::Plugin::"project:acme.coin-miner" }',
  'when { principal != Yoi::Plugin::"project:acme.coin-miner" }',
  'unless { resource in Yoi::Path::"backup" }',
] as const;
for (const condition of leftOut) {
  test(`a name that a permit leaves out may be of nothing that is here: ${condition}`, async (t) => {
    const text = `permit (principal, action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes") ${condition};`;
    t.deepEqual(await lintFound(rego, policyFile(text)), []);
  });
}

test("names that are nearly known are told of forbids and of the user's own policies, and those that are not of permits", async (t) => {
  const text = (effect: string, plugin: string) =>
    `@id("x") @reason("y")\n${effect} (principal == Yoi::Plugin::"${plugin}", action == Yoi::Action::"fs.read", resource);`;
  const user = { file: "~/.config/yoi/policies/x.cedar", layer: "user" } as const;
  t.deepEqual(await lintFound(rego, policyFile(text("forbid", "project:example.wether"))), ["unknown-name 1"]);
  t.deepEqual(await lintFound(rego, policyFile(text("forbid", "project:other.thing"))), []);
  t.deepEqual(await lintFound(rego, policyFile(text("permit", "project:other.thing"))), ["unknown-name 1"]);
  t.deepEqual(await lintFound(rego, policyFile(text("permit", "project:other.thing"), user)), []);
  t.deepEqual(await lintFound(rego, policyFile(text("permit", "builtin:agent.tools"))), []);
  const agent = (id: string) =>
    policyFile(`permit (principal == Yoi::Agent::"${id}", action == Yoi::Action::"tool.execute", resource);`);
  for (const id of ["cli", "ci", "night-watch"]) t.deepEqual(await lintFound(rego, agent(id)), [], id);
  const names = { plugins: new Map(), mounts: [], secrets: [], agents: ["night-watch"] };
  t.deepEqual(await lintFound(rego, agent("night-wach"), { names }), ["unknown-name 1"]);
});

test("a grant is told of when it is broader than its uses or shadowed, and of nothing else", async (t) => {
  const origin = { file: ".yoi/yoi.toml", line: 7, column: 1 };
  const grant: PolicySource = {
    file: ".yoi/yoi.toml",
    layer: "grant",
    language: "cedar",
    text: `permit (${https}, resource in Yoi::Url::"https://api.example.com");`,
    origin,
  };
  t.deepEqual(await lintFound(rego, grant), []);
  t.deepEqual(
    await lintFound(rego, [grant, policyFile('forbid (principal, action in Yoi::Action::"https", resource);')]),
    ["shadowed-permit 7"],
  );
  const seldom = { decisionsWith: () => 999, of: new Map() };
  t.deepEqual(await lintFound(rego, grant, { uses: seldom }), []);
  const uses = { ...seldom, decisionsWith: () => 1_000 };
  t.deepEqual(await lintFound(rego, grant, { uses }), ["broader-than-used 7"]);
  const text = `${"\n".repeat(5)}# lint-ignore broader-than-used: once a year\n[[grants]]\n`;
  t.deepEqual(
    await lintFound(rego, grant, { uses, configuration: [{ file: ".yoi/yoi.toml", language: "toml", text }] }),
    [],
  );
});

test("a permit is said to be broader than its uses from the twentieth on", async (t) => {
  const source = policyFile(`@id("p")\npermit (${https}, ${named});`);
  const used = (allows: number, ids: readonly string[]) => ({
    decisionsWith: () => allows,
    of: new Map([
      [
        ".yoi/policies/test.cedar#p",
        {
          allows,
          actions: new Set(["https.request"] as const),
          principals: [{ type: "Plugin", id: "project:example.weather" } as const],
          resources: ids.map((id) => ({ type: "Url", id }) as const),
        },
      ],
    ]),
  });
  const one = ["https://api.example.com/v1/a", "https://api.example.com/v1/b"];
  t.deepEqual(await lintFound(rego, source, { uses: used(19, one) }), []);
  t.deepEqual(await lintFound(rego, source, { uses: used(20, one) }), ["broader-than-used 1"]);
  t.deepEqual(
    await lintFound(rego, source, { uses: used(20, ["https://a.example.com/x", "https://b.example.com/x"]) }),
    [],
  );
  const [finding] = lintPolicies(await lintParts([source], rego, { uses: used(20, one) }), [
    "broader-than-used",
  ]).findings;
  t.regex(finding?.remedy ?? "", /resource in Yoi::Url::"https:\/\/api\.example\.com\/v1":/);
});

const already = [
  ['permit (PRINCIPAL, action in Yoi::Action::"files", RESOURCE) when { action == Yoi::Action::"fs.read" };', "action"],
  [
    'permit (PRINCIPAL, action in Yoi::Action::"files", RESOURCE) unless { ![Yoi::Action::"fs.read"].contains(action) };',
    "action",
  ],
  ["permit (principal, ACTION, RESOURCE) when { context.plugin.id == PLUGIN };", "principal"],
  ['permit (PRINCIPAL, ACTION, resource) when { context.mount == "notes" };', "resource"],
] as const;
for (const [text, part] of already) {
  test(`a permit whose condition says its ${part} is not told to say it: ${text}`, async (t) => {
    const plugin = 'Yoi::Plugin::"project:example.notes"';
    const written = text
      .replace("PRINCIPAL", `principal == ${plugin}`)
      .replace("PLUGIN", plugin)
      .replace("ACTION", 'action == Yoi::Action::"fs.read"')
      .replace("RESOURCE", 'resource in Yoi::Path::"notes"');
    const use = {
      allows: 50,
      actions: new Set(["fs.read"] as const),
      principals: [{ type: "Plugin", id: "project:example.notes" } as const],
      resources: ["a/x", "b/y"].map((id) => ({ type: "Path", id: `notes/${id}` }) as const),
    };
    const uses = { decisionsWith: () => 50, of: new Map([[".yoi/policies/test.cedar#p", use]]) };
    const bare = `${written.slice(0, written.indexOf(")") + 1)};`;
    const [without, has] = [bare, written].map((one) => policyFile(`@id("p")\n${one}`));
    if (without === undefined || has === undefined) return t.fail("there are two");
    const broader = async (source: PolicySource) =>
      lintPolicies(await lintParts([source], rego, { uses }), ["broader-than-used"]).findings.length;
    t.is(await broader(without), 1);
    t.is(await broader(has), 0);
  });
}
