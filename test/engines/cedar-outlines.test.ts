import test from "ava";
import type { ConditionOutline, PlainTest } from "../../src/engines/policy-outline.ts";
import { prepareCedar } from "../support/cedar-sets.ts";

const https = 'permit (principal, action == Yoi::Action::"https.request", resource)';

async function outlineOf(text: string) {
  const set = await prepareCedar(text);
  const [outline] = set.outline();
  set.dispose();
  if (outline === undefined) throw new Error("there is no outline");
  return outline;
}

async function conditionOf(condition: string): Promise<ConditionOutline> {
  const [first] = (await outlineOf(`${https} when { ${condition} };`)).conditions;
  if (first === undefined) throw new Error("there is no condition");
  return first;
}

const isGet: PlainTest = { path: "context.method", op: "==", values: ["GET"], not: false, orAbsent: false };
const tests: readonly (readonly [condition: string, test: PlainTest | undefined])[] = [
  ['context.method == "GET"', isGet],
  ['"GET" == context.method', isGet],
  ['context.method != "GET"', { ...isGet, not: true }],
  ['!(context.method == "GET")', { ...isGet, not: true }],
  ['["GET", "HEAD"].contains(context.method)', { ...isGet, values: ["GET", "HEAD"] }],
  ['context.method == "GET" || context.method == "HEAD"', { ...isGet, values: ["GET", "HEAD"] }],
  ['context.method == "GET" || context.hop == 0', undefined],
  ['context.method == "GET" || context.method != "HEAD"', undefined],
  ["context.declared", { ...isGet, path: "context.declared", values: [true] }],
  ["!context.declared", { ...isGet, path: "context.declared", values: [true], not: true }],
  ["context.bodyBytes < 10", { ...isGet, path: "context.bodyBytes", op: "<", values: [10] }],
  ["10 < context.bodyBytes", { ...isGet, path: "context.bodyBytes", op: ">", values: [10] }],
  ["context.bodyBytes + 1 < 10", undefined],
  ["context.bodyBytes < 9007199254740993", undefined],
  [
    'context.headerNames.contains("accept")',
    { ...isGet, path: "context.headerNames", op: "contains", values: ["accept"] },
  ],
  ["context has openedBy", { ...isGet, path: "context.openedBy", op: "has", values: [] }],
  [
    'resource in Yoi::Domain::"example.com"',
    { ...isGet, path: "resource", op: "in", values: [{ entity: { type: "Domain", id: "example.com" } }] },
  ],
  [
    'context.now.at < datetime("2026-01-01")',
    { ...isGet, path: "context.now.at", op: "<", values: [{ datetime: "2026-01-01" }] },
  ],
  ['context.method like "G*"', undefined],
];

for (const [condition, expected] of tests) {
  test(`\`${condition}\` is ${expected === undefined ? "no plain test" : "a plain test"}`, async (t) => {
    t.deepEqual((await conditionOf(condition)).test, expected);
  });
}

const failing: readonly (readonly [condition: string, canErr: boolean])[] = [
  ["context.bodyBytes > 1", false],
  ["context.bodyBytes + 1000 > 1", false],
  ["context.bodyBytes * 9223372036854775807 > 1", true],
  ["context.bodyBytes * context.bodyBytes > 1", true],
  ["-context.bodyBytes < 1", false],
  ["context.now.hour * 3600000 + context.now.minute * 60000 > 1", false],
  ["9223372036854775807 + context.hop > 1", true],
  ["-9223372036854775807 - context.hop > 1", true],
  ["9223372036854775807 - context.hop > 1", false],
  ['context.now.at.offset(duration("1h")) > datetime("2026-01-01")', false],
  ['Yoi::Plugin::"project:example.notes".enabled', true],
  ["principal.enabled", false],
  ["context.plugin.id.enabled", false],
];

for (const [condition, canErr] of failing) {
  test(`\`${condition}\` ${canErr ? "can" : "cannot"} fail`, async (t) => {
    t.is((await conditionOf(condition)).canErr, canErr);
  });
}

test("an outline has the scope, the actions and every condition with its place", async (t) => {
  const outline = await outlineOf(`// a note; with a semicolon
@id("one")
permit (
  principal in Yoi::Source::"project",
  action in Yoi::Action::"files",
  resource is Yoi::Path in Yoi::Path::"notes"
) when {
  // a comment: context.declared
  (context.declared
    && context.via.command) && (context.mount == "notes" || !( context.mounted ))
} unless { resource in Yoi::Path::"notes/private" };`);
  t.is(outline.policy.name, "one");
  t.true(outline.text.startsWith('@id("one")'));
  t.deepEqual(outline.principal, { op: "in", entity: { type: "Source", id: "project" } });
  t.deepEqual(outline.resource, { op: "is", type: "Path", in: { type: "Path", id: "notes" } });
  t.true(outline.actions.every((action) => action.startsWith("fs.")));
  const shown = (each: ConditionOutline): unknown => [
    `${each.kind} ${each.place.line}:${each.place.column} ${each.text}`,
    ...each.children.map(shown),
  ];
  t.deepEqual(outline.conditions.map(shown), [
    ["when 9:4 context.declared"],
    ["when 10:8 context.via.command"],
    [
      'when 10:33 (context.mount == "notes") || (!context.mounted)',
      ['operand 10:33 context.mount == "notes"'],
      ["operand 10:61 !context.mounted", ["operand 10:64 context.mounted"]],
    ],
    ['unless 11:12 resource in Path::"notes/private"'],
  ]);
});

test("an outline tells what each condition reads and the constants in it", async (t) => {
  const condition = await conditionOf('context.method == "GET" && context.hop == 0 || resource.host == "a.example"');
  t.deepEqual(condition.reads, ["context.method", "context.hop", "resource.host"]);
  t.deepEqual(condition.literals, ["GET", 0, "a.example"]);
});

test("an outline of a set is made once", async (t) => {
  const set = await prepareCedar(`${https};`);
  t.is(set.outline(), set.outline());
});
