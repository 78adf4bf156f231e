import test from "ava";
import { type Action, actionGroups, actions } from "../../src/calls/powers.ts";
import { dischargeable, type ObligationKind } from "../../src/decisions/obligation.ts";
import { readSchema } from "../../src/engines/cedar/validate-policies.ts";
import {
  findingsOf,
  httpsRequest,
  invariants,
  judge,
  policyFile,
  prepareCedar,
  schemaJson,
} from "../support/cedar-sets.ts";
import { codeOf, plain, readPage, tableOf } from "../support/pages.ts";

const page = readPage("policies.md");
const [entities = ""] = codeOf(page, "json");

/** What a cell names in backticks. */
function namesIn(cell = ""): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
}

test("every policy of `docs/policies.md` loads, with the entities that it shows", async (t) => {
  const examples = codeOf(page, "cedar");
  t.true(examples.length > 4);
  for (const text of examples) t.deepEqual(await findingsOf([invariants, policyFile(text)], entities), [], text);
});

test("the groups of `docs/policies.md` hold what it says of them", async (t) => {
  const text = 'permit (principal, action == Yoi::Action::"https.request", resource in Yoi::Group::"vendors");';
  const set = await prepareCedar([invariants, policyFile(text)], entities);
  t.is(judge(set, httpsRequest({ url: "https://img.cdn.example.net/logo.png" })).effect, "permit");
  t.is(judge(set, httpsRequest({ url: "https://example.net" })).effect, "abstain");
  set.dispose();
});

test("`docs/policies.md` has every action with its groups and what is in its context", (t) => {
  const { contexts } = readSchema(schemaJson);
  const common = ["plugin", "declared", "via", "now", "workspace"];
  const told = new Map<string, { readonly groups: readonly string[]; readonly context: readonly string[] }>();
  let above: readonly string[] = [];
  for (const [named, groups, , , context = ""] of tableOf(page, "action").rows) {
    const own = namesIn(context).map((name) => name.replace("?", ""));
    above = context.startsWith("the same") ? [...above.slice(0, 3), ...own] : own;
    for (const action of namesIn(named)) told.set(action, { groups: namesIn(groups), context: above });
  }
  t.deepEqual([...told.keys()].toSorted(), [...actions].toSorted());
  for (const action of actions) {
    const { groups = [], context = [] } = told.get(action) ?? {};
    t.deepEqual<readonly string[], readonly string[]>(groups, actionGroups[action], action);
    const own = [...(contexts.get(action) ?? [])].filter((name) => !common.includes(name));
    t.deepEqual(context.toSorted(), own.toSorted(), action);
  }
});

test("`docs/policies.md` says of each obligation what it is for", (t) => {
  const isHostCall = (action: Action) => actionGroups[action].some((group) => group === "host");
  const rows = tableOf(page, "annotation").rows.map(
    ([annotation, scope = ""]) => [/@(\w+)/.exec(plain(annotation))?.[1] ?? "", scope] as const,
  );
  for (const [kind, scope] of rows) {
    const [before = "", but = ""] = scope.split(" but ");
    const named = [...namesIn(before), ...(before.includes("every host call") ? actions.filter(isHostCall) : [])];
    const meant = named.filter((action) => !namesIn(but).includes(action));
    const able = actions.filter((action) => dischargeable[action].includes(kind as ObligationKind));
    t.deepEqual(meant.toSorted(), [...able].toSorted(), kind);
  }
  const kinds = new Set(Object.values(dischargeable).flat());
  t.deepEqual(rows.map(([kind]) => kind).toSorted(), [...kinds].toSorted());
});

const mistakes: readonly (readonly [policy: string, said: RegExp])[] = [
  [
    'permit (principal, action, resource) when { resource in Yoi::Url::"https://API.example.com:443/v1/" };',
    /can match nothing.*did you mean `Yoi::Url::"https:\/\/api\.example\.com\/v1"`/,
  ],
  [
    'permit (principal, action == Yoi::Action::"https.request", resource in Yoi::Domain::"*.example.com");',
    /a domain covers everything below it.*did you mean `Yoi::Domain::"example\.com"`/,
  ],
  [
    'permit (principal, action == Yoi::Action::"https.request", resource) when { resource in [Yoi::Url::"https://a.example", Yoi::Domain::"b.example"] };',
    /the types .* are not compatible/,
  ],
  [
    'forbid (principal, action == Yoi::Action::"network.connect", resource) when { context.address == "203.0.113.9" };',
    /the types .* are not compatible/,
  ],
];
for (const [policy, said] of mistakes) {
  test(`loading says what \`docs/policies.md\` tells of ${policy}`, async (t) => {
    const [finding] = await findingsOf(policy);
    t.regex(`${finding?.message} ${finding?.remedy}`, said);
  });
}
