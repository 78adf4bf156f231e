import test from "ava";
import type { PolicySource } from "../../src/engines/policy-engine.ts";
import { YoiError } from "../../src/errors/yoi-error.ts";
import { createEngines } from "../../src/host/load-revision.ts";

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

async function findingsOf(policies: readonly PolicySource[], entities: readonly object[]): Promise<readonly string[]> {
  const [engine] = createEngines();
  try {
    const sources = { policies, entities: { file: "entities.json", text: JSON.stringify(entities) } };
    (await engine?.prepare(sources))?.dispose();
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
