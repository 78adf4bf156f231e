import test from "ava";
import type { PolicyDocument, PolicySource } from "../../src/engines/policy-engine.ts";
import { YoiError } from "../../src/errors/yoi-error.ts";
import { cedar, executeRequest, judge } from "../support/cedar-sets.ts";

const source = (layer: "user" | "workspace", text: string): PolicySource => ({
  file: `${layer}.cedar`,
  layer,
  language: "cedar",
  text,
});
const onlyOurCompany = source(
  "user",
  'forbid (principal, action == Yoi::Action::"https.request", resource) unless { resource in Yoi::Domain::"corp.example" };',
);
const trustedAgents = source(
  "user",
  'permit (principal in Yoi::Group::"trusted", action == Yoi::Action::"tool.execute", resource);',
);
const uid = (type: string, id: string) => ({ type: `Yoi::${type}`, id });
const entity = (type: string, id: string, parent: readonly [string, string]) => ({
  uid: uid(type, id),
  parents: [uid(...parent)],
});

const entitiesOf = (layer: PolicyDocument["layer"], entities: readonly object[]): PolicyDocument => ({
  file: `${layer}.json`,
  layer,
  text: JSON.stringify(entities),
});

async function findingsOf(
  policies: readonly PolicySource[],
  brought: readonly object[],
  own: readonly object[] = [],
): Promise<readonly string[]> {
  try {
    const entities = [entitiesOf("user", own), entitiesOf("workspace", brought)];
    (await cedar.prepare({ policies, entities })).dispose();
    return [];
  } catch (error) {
    if (!YoiError.is(error, "YOI_POLICY_INVALID")) throw error;
    return error.details.findings.map(({ message }) => message);
  }
}

// ATTACK: threats 44: a workspace that names itself into what the user's own policies speak of.
const refused = [
  [
    "a domain into the one that a forbid spares",
    onlyOurCompany,
    [entity("Domain", "evil.example", ["Domain", "corp.example"])],
  ],
  ["a domain into one below it", onlyOurCompany, [entity("Domain", "evil.example", ["Domain", "shop.corp.example"])]],
  [
    "a domain by way of another",
    onlyOurCompany,
    [
      entity("Domain", "evil.example", ["Domain", "between.example"]),
      entity("Domain", "between.example", ["Domain", "corp.example"]),
    ],
  ],
  [
    "an agent into the group that a permit speaks of",
    trustedAgents,
    [entity("Agent", "mallory", ["Group", "trusted"])],
  ],
  [
    "an agent by way of another group",
    trustedAgents,
    [entity("Agent", "mallory", ["Group", "mine"]), entity("Group", "mine", ["Group", "trusted"])],
  ],
] as const;
for (const [what, policy, entities] of refused) {
  test(`a workspace cannot put ${what}`, async (t) => {
    const findings = await findingsOf([policy], entities);
    t.regex(findings[0] ?? "", /of the user's own names$/);
  });
}

const accepted = [
  [
    "a group that only its own policies name",
    source("workspace", trustedAgents.text),
    [entity("Agent", "cli", ["Group", "trusted"])],
  ],
  ["what no policy names", onlyOurCompany, [entity("Domain", "evil.example", ["Group", "weather"])]],
  [
    "a domain that lies in a named one by its own name, into a group",
    onlyOurCompany,
    [entity("Domain", "shop.corp.example", ["Group", "shops"])],
  ],
] as const;
for (const [what, policy, entities] of accepted) {
  test(`a workspace can add to ${what}`, async (t) => {
    t.deepEqual(await findingsOf([policy], entities), []);
  });
}

test("the user's own entities fill the groups that the user's own policies speak of", async (t) => {
  const own = entitiesOf("user", [entity("Agent", "cli", ["Group", "trusted"])]);
  const set = await cedar.prepare({ policies: [trustedAgents], entities: [own] });
  t.is(judge(set, executeRequest({ agent: "cli" })).effect, "permit");
  t.is(judge(set, executeRequest({ agent: "other" })).effect, "abstain");
  set.dispose();
});

// ATTACK: threats 44: what the user says of an agent is no door for the workspace to put others beside it.
test("a workspace adds nothing below a group of the user's own that lies in a named one", async (t) => {
  const own = [entity("Group", "ops", ["Group", "trusted"])];
  t.deepEqual(await findingsOf([trustedAgents], [entity("Agent", "cli", ["Group", "staff"])], own), []);
  const [finding = ""] = await findingsOf([trustedAgents], [entity("Agent", "mallory", ["Group", "ops"])], own);
  t.regex(finding, /`Yoi::Group::"trusted"`, which .* of the user's own names$/);
});
