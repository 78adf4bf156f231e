import { isAuthorized } from "@cedar-policy/cedar-wasm/nodejs";
import test from "ava";
import fc from "fast-check";
import { limits } from "../../src/calls/limits.ts";
import type { AuthorizationRequest } from "../../src/calls/value.ts";
import type { Verdict } from "../../src/decisions/verdict.ts";
import { createCedarEngine } from "../../src/engines/cedar/cedar-engine.ts";
import { fromCedarAnswer } from "../../src/engines/cedar/from-cedar-answer.ts";
import { knowEntities } from "../../src/engines/cedar/known-entities.ts";
import { wholeRequest } from "../../src/engines/cedar/projection.ts";
import { readEntities } from "../../src/engines/cedar/read-entities.ts";
import { readPolicies } from "../../src/engines/cedar/read-policies.ts";
import { toCedarRequest } from "../../src/engines/cedar/to-cedar-request.ts";
import {
  executeRequest,
  judge,
  policyFile,
  prepareCedar,
  prepareRequest,
  readRequest,
  registerRequest,
  schemaText,
} from "../support/cedar-sets.ts";

const entities = JSON.stringify([
  { uid: { type: "Yoi::Agent", id: "cli" }, parents: [{ type: "Yoi::Group", id: "ops" }] },
  { uid: { type: "Yoi::Group", id: "ops" }, parents: [{ type: "Yoi::Group", id: "all" }] },
]);

const anyOf = (...texts: readonly string[]) => fc.constantFrom(...texts);
const plugins = ["project:example.notes", "project:example.other", "user:example.notes"] as const;
const agents = ["cli", "ci", "host"] as const;
const paths = ["notes/a.md", "notes/2026/plan.md", "notes-old/a.md", "keys/a"] as const;

const pluginScopes = anyOf(
  "principal",
  "principal is Yoi::Plugin",
  'principal in Yoi::Source::"project"',
  'principal is Yoi::Plugin in Yoi::Source::"user"',
  ...plugins.map((id) => `principal == Yoi::Plugin::"${id}"`),
  'principal in Yoi::Plugin::"project:example.notes"',
);
const agentScopes = anyOf(
  "principal",
  "principal is Yoi::Agent",
  'principal in Yoi::Group::"ops"',
  'principal is Yoi::Agent in Yoi::Group::"all"',
  ...agents.map((id) => `principal == Yoi::Agent::"${id}"`),
  'principal in Yoi::Agent::"cli"',
);
const pathScopes = anyOf(
  "resource",
  "resource is Yoi::Path",
  'resource in Yoi::Path::"notes"',
  'resource is Yoi::Path in Yoi::Path::"notes/2026"',
  'resource in Yoi::Path::"keys"',
  ...paths.map((id) => `resource == Yoi::Path::"${id}"`),
  'resource in Yoi::Path::"notes/a.md"',
);
const toolScopes = anyOf(
  "resource",
  "resource is Yoi::Tool",
  'resource in Yoi::Source::"project"',
  'resource in Yoi::Plugin::"project:example.notes"',
  'resource is Yoi::Tool in Yoi::Plugin::"user:example.notes"',
  'resource == Yoi::Tool::"project:example.notes/search"',
);
const overflow = "context.via.depth * 9223372036854775807 > 1";
const anywhere = [
  overflow,
  "context.via.depth > 0",
  "context.declared",
  "context.now.hour < 12",
  "context.plugin.id.enabled",
  "context.plugin.pinned && context.workspace.trusted",
  "(if context.declared then context.plugin else context.plugin).pinned",
  'context.via has agent && context.via.agent in Yoi::Group::"ops"',
  'context.via has tool && context.via.tool.effects.contains("read")',
  "context.via has tool && context.via.tool in context.plugin.source",
  'context.plugin.id in Yoi::Source::"project"',
  'context.plugin.id == Yoi::Plugin::"project:example.notes"',
  'Yoi::Plugin::"project:example.notes".enabled',
  'Yoi::Agent::"cli" in Yoi::Group::"ops"',
  'action in [Yoi::Action::"host", Yoi::Action::"register"]',
  "{ via: context.via }.via.depth > 0",
  "context.via == { command: false, depth: 1 }",
  "context has plugin && context.plugin has version",
];
const ofPlugins = [
  "principal.enabled",
  "principal has version",
  "principal == context.plugin.id",
  "[principal, context.plugin.id].contains(context.plugin.id)",
  "(if context.declared then principal else context.plugin.id).pinned",
  'principal in [Yoi::Source::"user", Yoi::Source::"builtin"]',
];
const ofTools = ["resource.effects.containsAny(context.grantedEffects)", "resource in context.plugin.id"];
const obligation = anyOf("", "", '@timeout("1s") ');

function policies(
  action: fc.Arbitrary<string>,
  principal: fc.Arbitrary<string>,
  resource: fc.Arbitrary<string>,
  conditions: readonly string[],
  permitAnnotation: fc.Arbitrary<string>,
): fc.Arbitrary<string> {
  const clause = fc
    .tuple(anyOf("when", "unless"), fc.constantFrom(...conditions))
    .map(([kind, body]) => `${kind} { ${body} }`);
  const head = fc.oneof(
    permitAnnotation.map((annotation) => `${annotation}permit`),
    fc.constant("forbid"),
  );
  return fc
    .tuple(head, principal, action, resource, fc.array(clause, { maxLength: 2 }))
    .map(([effect, who, what, which, clauses]) => `${effect} (${who}, ${what}, ${which}) ${clauses.join(" ")};`);
}

const none = fc.constant("");
const policy = fc.oneof(
  policies(
    anyOf(
      'action == Yoi::Action::"fs.read"',
      'action in Yoi::Action::"files"',
      'action in Yoi::Action::"host"',
      'action in [Yoi::Action::"fs.read"]',
    ),
    pluginScopes,
    pathScopes,
    [...anywhere, ...ofPlugins],
    obligation,
  ),
  policies(
    anyOf('action == Yoi::Action::"tool.execute"'),
    agentScopes,
    toolScopes,
    [...anywhere, ...ofTools],
    obligation,
  ),
  policies(
    anyOf('action == Yoi::Action::"tool.register"'),
    pluginScopes,
    toolScopes,
    [...anywhere, ...ofPlugins, ...ofTools],
    none,
  ),
  policies(anyOf("action"), anyOf("principal"), anyOf("resource"), anywhere, none),
);

const parts = fc.record({
  plugin: fc.constantFrom(...plugins),
  agent: fc.constantFrom(...agents),
  tool: fc.constantFrom("search", "delete"),
  path: fc.constantFrom(...paths),
  effects: fc.subarray(["read", "network"]),
  context: fc.record({ declared: fc.boolean(), grantedEffects: fc.subarray(["read", "network"]) }),
  atMs: fc.integer({ min: 1_790_000_000_000, max: 1_790_100_000_000 }),
});
const request = fc
  .tuple(
    parts,
    fc.constantFrom(readRequest, executeRequest, registerRequest, prepareRequest),
    fc.option(fc.integer({ min: 0, max: 3 })),
  )
  .map(([given, requestOf, depth]) =>
    requestOf({ ...given, ...(depth !== null && { via: { command: false, depth } }) }),
  );

/** The whole set on the whole request, as the library sees it. */
function judgeWhole(text: string, asked: AuthorizationRequest): Verdict {
  const all = [...readPolicies([policyFile(text)])].flatMap((read) => read.policy ?? []);
  const known = knowEntities(asked, readEntities("entities.json", entities).groups);
  const staticPolicies = Object.fromEntries(all.map(({ part }, position) => [String(position), part.text]));
  const answer = isAuthorized({ ...toCedarRequest(asked, known, wholeRequest), policies: { staticPolicies } });
  return fromCedarAnswer(answer, all, all.length);
}

// Some combinations contradict themselves, and the validator refuses such a set: that is another test's matter.
async function prepareValid(texts: readonly string[]) {
  const valid: string[] = [];
  for (const text of texts) {
    try {
      (await prepareCedar(text, entities)).dispose();
      valid.push(text);
    } catch {
      // Left out.
    }
  }
  return { text: valid.join("\n"), set: await prepareCedar(valid.join("\n"), entities) };
}

test("slicing and projecting change neither the verdict, nor what determines it, nor what erred", async (t) => {
  let compared = 0;
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(policy, { minLength: 1, maxLength: 14 }),
      fc.array(request, { minLength: 6, maxLength: 10 }),
      async (texts, requests) => {
        const { text, set } = await prepareValid(texts);
        for (const asked of [...requests, ...requests]) {
          const sliced = judge(set, asked);
          const whole = judgeWhole(text, asked);
          t.deepEqual({ ...sliced, considered: 0 }, { ...whole, considered: 0 });
          t.true(sliced.considered <= whole.considered);
          seen.add(sliced.effect);
          compared++;
        }
        set.dispose();
      },
    ),
    { numRuns: 150 },
  );
  t.true(compared > 1_000);
  t.deepEqual([...seen].sort(), ["abstain", "error", "forbid", "permit"]);
});

test("all of a record may be read, and still more of an entity in it", async (t) => {
  const text = `forbid (principal, action, resource) when { context has plugin && context.plugin has version };
forbid (principal, action, resource) when { context.plugin.id.enabled };`;
  const asked = registerRequest({});
  t.deepEqual(judge(await prepareCedar(text, entities), asked).determining, judgeWhole(text, asked).determining);
  t.is(judgeWhole(text, asked).determining.length, 2);
});

test("a call is judged by the policies whose scope can match it, and by no others", async (t) => {
  const read = 'action == Yoi::Action::"fs.read"';
  const matching = [
    `permit(principal, action, resource);`,
    `permit(principal == Yoi::Plugin::"project:example.notes", ${read}, resource);`,
    `permit(principal in Yoi::Source::"project", action in Yoi::Action::"files", resource is Yoi::Path in Yoi::Path::"notes");`,
    `permit(principal is Yoi::Plugin, action in Yoi::Action::"host", resource in Yoi::Path::"notes/2026");`,
  ];
  const others = [
    `permit(principal == Yoi::Plugin::"user:example.notes", ${read}, resource);`,
    `permit(principal in Yoi::Source::"user", ${read}, resource);`,
    `permit(principal, ${read}, resource in Yoi::Path::"notes/2025");`,
    `permit(principal, ${read}, resource == Yoi::Path::"notes");`,
    `permit(principal is Yoi::Plugin in Yoi::Source::"builtin", ${read}, resource);`,
    `permit(principal, action in Yoi::Action::"execute", resource);`,
  ];
  const set = await prepareCedar([...others, ...matching].join("\n"));
  const verdict = judge(set, readRequest());
  t.is(verdict.considered, matching.length);
  t.is(verdict.determining.length, matching.length);
  t.is(verdict.total, matching.length + others.length);
  set.dispose();
});

test("an entity that hangs on another entity's attribute is not projected away", async (t) => {
  const owned = schemaText.replace("pinned: Bool,\n  };", "pinned: Bool,\n    owner: Agent,\n  };");
  t.not(owned, schemaText);
  const engine = createCedarEngine({ schemaText: owned });
  const text =
    'permit(principal, action == Yoi::Action::"fs.read", resource) when { principal.owner in Yoi::Group::"ops" };';
  const set = await engine.prepare({
    policies: [policyFile(text)],
    entities: { file: "entities.json", text: entities },
  });
  const asked = readRequest();
  const owner = { entity: { type: "Agent", id: "cli" } } as const;
  const withOwner = asked.entities.map((entity) =>
    entity.uid.type === "Plugin" ? { ...entity, attributes: { ...entity.attributes, owner } } : entity,
  );
  t.is(judge(set, { ...asked, entities: withOwner }).effect, "permit");
  set.dispose();
});

test("an answer is kept for requests that differ in nothing that a policy mentions", async (t) => {
  const set = await prepareCedar(
    'permit(principal, action == Yoi::Action::"fs.read", resource) when { context.via.depth == 1 };',
  );
  const first = judge(set, readRequest());
  t.is(judge(set, readRequest({ atMs: 0 })), first);
  t.not(judge(set, readRequest({ path: "notes/other.md" })), first);
  t.is(judge(set, readRequest({ via: { command: false, depth: 2 } })).effect, "abstain");
  set.dispose();
});

test("an answer that hangs on the moment is not kept", async (t) => {
  const text = 'permit(principal, action == Yoi::Action::"fs.read", resource) when { context.now.hour < 12 };';
  const set = await prepareCedar(text);
  const morning = readRequest({ atMs: Date.UTC(2026, 1, 1, 9) });
  const first = judge(set, morning);
  t.is(first.effect, "permit");
  t.not(judge(set, morning), first);
  t.is(judge(set, readRequest({ atMs: Date.UTC(2026, 1, 1, 13) })).effect, "abstain");
  set.dispose();
});

test("answers are kept for a bounded number of requests", async (t) => {
  const set = await prepareCedar('permit(principal, action == Yoi::Action::"fs.read", resource);');
  const first = judge(set, readRequest());
  for (let number = 0; number < limits.evaluationCacheMax - 1; number++)
    judge(set, readRequest({ path: `notes/${number}` }));
  t.is(judge(set, readRequest()), first);
  for (let number = 0; number < limits.evaluationCacheMax; number++)
    judge(set, readRequest({ path: `notes/new-${number}` }));
  const again = judge(set, readRequest());
  t.not(again, first);
  t.deepEqual(again, first);
  set.dispose();
});
