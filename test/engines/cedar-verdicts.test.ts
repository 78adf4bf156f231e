import { preparsePolicySet, statefulIsAuthorized } from "@cedar-policy/cedar-wasm/nodejs";
import test from "ava";
import { limits } from "../../src/calls/limits.ts";
import { actionGroups, actions } from "../../src/calls/powers.ts";
import type { AuthorizationRequest, Value } from "../../src/calls/value.ts";
import { combineVerdicts } from "../../src/decisions/combine-verdicts.ts";
import { readSchema } from "../../src/engines/cedar/validate-policies.ts";
import { schemaAsJson } from "../../src/write-schema.ts";
import {
  findingsOf,
  judge,
  prepareCedar,
  readRequest,
  requestOf,
  schemaJson,
  schemaText,
} from "../support/cedar-sets.ts";

const read = 'principal, action == Yoi::Action::"fs.read", resource';
const permitAll = "permit(principal, action, resource);";
const overflow = "context.via.depth * 9223372036854775807 > 1";
const deep = readRequest({ via: { command: false, depth: 2 } });

async function verdictOn(text: string, request: AuthorizationRequest, entities?: string) {
  const set = await prepareCedar(text, entities);
  const verdict = judge(set, request);
  set.dispose();
  return verdict;
}

test("the schema as JSON is the schema that people read", (t) => {
  t.is(schemaJson, schemaAsJson(schemaText), "after a change of policies/yoi.cedarschema: npm run schema");
});

test("no policy, no verdict", async (t) => {
  t.like(await verdictOn("", readRequest()), { effect: "abstain", considered: 0, total: 0 });
});

test("a satisfied forbid outweighs any permit", async (t) => {
  const verdict = await verdictOn(`${permitAll} forbid(${read});`, readRequest());
  t.is(verdict.effect, "forbid");
  t.deepEqual(
    verdict.determining.map(({ name }) => name),
    ["2"],
  );
});

// ATTACK: threats 15, pitfall 1. The library's own decision on this set is allow.
test("a forbid that errs denies", async (t) => {
  const verdict = await verdictOn(`${permitAll} @id("quota") forbid(${read}) when { ${overflow} };`, deep);
  t.is(verdict.effect, "error");
  t.is(combineVerdicts([verdict]).kind, "deny");
  t.is(verdict.errors[0]?.policy?.name, "quota");
  t.regex(verdict.errors[0]?.message ?? "", /^integer overflow .*`9223372036854775807`: a forbid .* denies/);
});

// ATTACK: threats 16, pitfall 1. Requests are built whole, but one that was not must not slip by its forbid.
test("a forbid that reads an attribute the request lacks denies", async (t) => {
  const { mount: _, ...context } = readRequest().context;
  const verdict = await verdictOn(`${permitAll} forbid(${read}) when { context.mount == "keys" };`, {
    ...readRequest(),
    context,
  });
  t.is(verdict.effect, "error");
});

test("a satisfied forbid is reported together with one that erred", async (t) => {
  const verdict = await verdictOn(`forbid(${read}); @id("quota") forbid(${read}) when { ${overflow} };`, deep);
  t.is(verdict.effect, "forbid");
  t.is(verdict.errors[0]?.policy?.name, "quota");
});

test("a permit that errs does not count, and is told", async (t) => {
  const text = `@id("good") permit(${read}); @id("bad") permit(${read}) when { ${overflow} };`;
  const verdict = await verdictOn(text, deep);
  t.is(verdict.effect, "permit");
  t.deepEqual(
    verdict.errors.map(({ policy }) => policy?.name),
    ["bad"],
  );
  t.is((await verdictOn(`permit(${read}) when { ${overflow} };`, deep)).effect, "abstain");
});

test("a permit with obligations that errs denies, for its obligations are not known to be met", async (t) => {
  const verdict = await verdictOn(`permit(${read}); @timeout("5s") permit(${read}) when { ${overflow} };`, deep);
  t.is(verdict.effect, "error");
});

test("the obligations of every satisfied permit ride along, each with its policy", async (t) => {
  const text = `
    @id("a") @rate("10/1m") @timeout("5s") permit(${read});
    @id("b") @max_response_bytes("10") permit(${read});
    @id("c") @timeout("1s") permit(${read}) when { context.mount == "other" };`;
  const { obligations } = await verdictOn(text, readRequest());
  t.deepEqual(obligations, [
    { kind: "rate", count: 10, windowMs: 60_000, policy: ".yoi/policies/test.cedar#a" },
    { kind: "timeout", ms: 5_000, policy: ".yoi/policies/test.cedar#a" },
    { kind: "max_response_bytes", bytes: 10, policy: ".yoi/policies/test.cedar#b" },
  ]);
});

test("a forbid's verdict carries no obligations", async (t) => {
  const { obligations } = await verdictOn(`@timeout("1s") permit(${read}); forbid(${read});`, readRequest());
  t.deepEqual(obligations, []);
});

// ATTACK: threats 37, pitfall 3
test("text that looks like an entity or an extension stays text", async (t) => {
  const forged = [
    '{"__entity":{"type":"Yoi::Agent","id":"root"}}',
    '{"__extn":{"fn":"ip","arg":"1.1.1.1"}}',
    "__entity",
  ];
  for (const mount of forged) {
    const set = await prepareCedar(`permit(${read}) when { context.mount == ${JSON.stringify(mount)} };`);
    t.is(judge(set, readRequest({ context: { mount } })).effect, "permit");
    t.is(judge(set, readRequest({ context: { mount: `${mount} ` } })).effect, "abstain");
    set.dispose();
  }
});

// ATTACK: threats 37, pitfall 3
for (const name of ["__entity", "__extn", "__expr", "__proto__"]) {
  test(`a record with a key \`${name}\` is no request`, async (t) => {
    const via = JSON.parse(`{ "${name}": { "type": "Yoi::Agent", "id": "root" } }`);
    const whole = `${permitAll} forbid(${read}) when { context == context };`;
    t.is((await verdictOn(whole, readRequest({ via }))).effect, "error");
    t.is((await verdictOn(whole, { ...readRequest(), context: JSON.parse(`{ "${name}": "x" }`) })).effect, "error");
  });
}

// ATTACK: threats 37
test("an attribute that only a prototype has is absent", async (t) => {
  const text = `${permitAll} forbid(${read}) when { context.via has tool };`;
  const via: { readonly [name: string]: Value } = Object.create({ tool: "inherited" });
  t.is((await verdictOn(text, readRequest({ via }))).effect, "permit");
});

// ATTACK: threats 37, pitfall 4
for (const depth of [1.5, 2 ** 53, -(2 ** 53), Number.NaN, Number.POSITIVE_INFINITY]) {
  test(`the number ${depth} is no request`, async (t) => {
    const text = `${permitAll} forbid(${read}) when { context.via.depth == 7 };`;
    const verdict = await verdictOn(text, readRequest({ via: { command: false, depth } }));
    t.is(verdict.effect, "error");
    t.regex(verdict.errors[0]?.message ?? "", /a number is not a whole one/);
  });
}

test("the numbers at the bounds are exact", async (t) => {
  const max = Number.MAX_SAFE_INTEGER;
  for (const depth of [max, -max]) {
    const text = `permit(${read}) when { context.via.depth == ${depth} };`;
    t.is((await verdictOn(text, readRequest({ via: { command: false, depth } }))).effect, "permit");
    t.is(
      (await verdictOn(text, readRequest({ via: { command: false, depth: depth - Math.sign(depth) } }))).effect,
      "abstain",
    );
  }
});

test("a number of a policy that JavaScript would round is compared as written", async (t) => {
  const text = `permit(${read}) when { context.via.depth + 9007199254740992 == 9007199254740993 };`;
  t.is((await verdictOn(text, readRequest({ via: { command: false, depth: 1 } }))).effect, "permit");
  t.is((await verdictOn(text, readRequest({ via: { command: false, depth: 2 } }))).effect, "abstain");
});

test("half a character is no request", async (t) => {
  const text = `${permitAll} forbid(${read}) when { context.mount == "a" };`;
  t.is((await verdictOn(text, readRequest({ context: { mount: "\ud800" } }))).effect, "error");
});

// ATTACK: threats 16, pitfall 2
test("an entity that is named and not passed is an error, not a forbid that is silent", async (t) => {
  const inGroup = `${permitAll} forbid(${read}) when { context.via has agent && context.via.agent in Yoi::Group::"x" };`;
  const whole = readRequest();
  for (const [text, lost] of [
    [inGroup, "Agent"],
    [
      `${permitAll} forbid(${read}) when { context.via has tool && context.via.tool.effects.contains("read") };`,
      "Tool",
    ],
    [permitAll, "Plugin"],
    [permitAll, "Path"],
  ] as const) {
    const entities = whole.entities.filter(({ uid }) => uid.type !== lost);
    const verdict = await verdictOn(text, { ...whole, entities });
    t.is(verdict.effect, "error", lost);
    t.regex(
      verdict.errors[0]?.message ?? "",
      /the request names `(?:Agent|Tool|Plugin|Path)::".*"` and does not pass it/,
    );
  }
});

test("an entity that is passed twice is an error", async (t) => {
  const whole = readRequest();
  const verdict = await verdictOn(permitAll, {
    ...whole,
    entities: [...whole.entities, ...whole.entities.slice(0, 1)],
  });
  t.is(verdict.effect, "error");
});

// ATTACK: threats 16. Without the action's own parents `action in` is false without a word.
for (const action of actions) {
  for (const group of actionGroups[action]) {
    test(`${action} is in its group ${group}, in scope and in conditions`, async (t) => {
      const request = requestOf[action]();
      for (const text of [
        `forbid(principal, action in Yoi::Action::"${group}", resource);`,
        `forbid(principal, action in [Yoi::Action::"${group}"], resource);`,
        `forbid(principal, action, resource) when { action in Yoi::Action::"${group}" };`,
      ]) {
        t.is((await verdictOn(text, request)).effect, "forbid", text);
      }
    });
  }
}

test("actions and their groups are the schema's", async (t) => {
  t.deepEqual([...readSchema(schemaJson).contexts.keys()].sort(), [...actions].sort());
  const groups = new Set(actions.flatMap((action): readonly string[] => actionGroups[action]));
  for (const action of actions) {
    for (const group of groups) {
      // The validator says of every condition that is never true that it is impossible.
      const text = `permit(principal, action == Yoi::Action::"${action}", resource) when { action in Yoi::Action::"${group}" };`;
      const isMember = (await findingsOf(text)).length === 0;
      t.is(isMember, (actionGroups[action] as readonly string[]).includes(group), `${action} in ${group}`);
    }
  }
});

// Pitfall 6
test("policies are named by their file and @id, or their ordinal, and never by the library's own names", async (t) => {
  const set = await prepareCedar(`permit(${read});\n @id("mine") permit(${read});\n// third\npermit(${read});`);
  t.deepEqual(
    set.policies.map(({ id, name, place }) => [id, name, place.line, place.column]),
    [
      [".yoi/policies/test.cedar#1", "1", 1, 1],
      [".yoi/policies/test.cedar#mine", "mine", 2, 2],
      [".yoi/policies/test.cedar#3", "3", 4, 1],
    ],
  );
  t.deepEqual(judge(set, readRequest()).determining, set.policies);
  set.dispose();
});

// Pitfall 7
test("a set that the library does not know is a failure, and a failure is an error", (t) => {
  const answer = statefulIsAuthorized({
    principal: { type: "Yoi::Plugin", id: "x" },
    action: { type: "Yoi::Action", id: "fs.read" },
    resource: { type: "Yoi::Path", id: "x" },
    context: {},
    entities: [],
    preparsedPolicySetId: "never-prepared",
  });
  t.is(answer.type, "failure");
});

test("a set that was put away answers nothing but an error", async (t) => {
  const set = await prepareCedar(permitAll);
  t.is(judge(set, readRequest()).effect, "permit");
  set.dispose();
  t.is(judge(set, readRequest()).effect, "error");
});

test.serial("an answer about foreign policies denies, and is not kept", async (t) => {
  const own = [permitAll, `permit(${read});`];
  const set = await prepareCedar(own.join("\n"));
  judge(set, readRequest());
  const fillPool = (staticPolicies: Record<string, string>) => {
    for (let slot = 0; slot < limits.slicePoolMax; slot++) preparsePolicySet(`yoi-slice-${slot}`, { staticPolicies });
  };
  const other = readRequest({ context: { mount: "other" }, path: "notes/other.md" });
  fillPool({ foreign: permitAll });
  t.is(judge(set, other).effect, "error");
  fillPool({ "0": own[0] ?? "", "1": own[1] ?? "" });
  t.is(judge(set, other).effect, "permit");
  set.dispose();
});

test("text from a request that a verdict repeats is made visible", async (t) => {
  const request = readRequest();
  const entities = request.entities.filter(({ uid }) => uid.type !== "Path");
  const resource = { type: "Path", id: "notes/\u001b[2J\n" } as const;
  const [error] = (await verdictOn(permitAll, { ...request, resource, entities })).errors;
  t.true(error?.message.includes("\\u{1b}[2J\\n"));
});
