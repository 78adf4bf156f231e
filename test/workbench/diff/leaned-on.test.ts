import test from "ava";
import { policyFile } from "../../support/cedar-sets.ts";
import { type Documents, differ, shownBy } from "../../support/diffed-sets.ts";
import { opaTest } from "../../support/opa.ts";
import { regoFile } from "../../support/rego-sets.ts";

const { diffOf, close } = differ();
test.after.always(close);

const wholesale = policyFile(
  'permit (principal, action == Yoi::Action::"https.request", resource in Yoi::Url::"https://api.example.com");',
);
const inGroup = policyFile(
  '@id("on-watch") permit (principal in Yoi::Group::"ops", action == Yoi::Action::"tool.execute", resource);\n' +
    '@id("to-vendors") permit (principal, action == Yoi::Action::"https.request", resource in Yoi::Group::"vendors");\n' +
    '@id("elsewhere") permit (principal in Yoi::Group::"others", action == Yoi::Action::"tool.execute", resource);',
);
type Lies = readonly [type: "Agent" | "Domain" | "Group", id: string, group: string];
const entities = (...members: readonly Lies[]): Documents => ({
  entities: [
    {
      file: ".yoi/policies/entities.json",
      layer: "workspace",
      text: JSON.stringify(
        members.map(([type, id, group]) => ({
          uid: { type: `Yoi::${type}`, id },
          parents: [{ type: "Yoi::Group", id: group }],
        })),
      ),
    },
  ],
});
const owl: Lies = ["Agent", "owl", "ops"];

const memberRows: {
  readonly [title: string]: readonly [before: Documents, after: Documents, shown: readonly string[]];
} = {
  "one agent more": [entities(owl), entities(owl, ["Agent", "bat", "ops"]), ["wider on-watch"]],
  "one agent less": [entities(owl, ["Agent", "bat", "ops"]), entities(owl), ["narrower on-watch"]],
  "another agent": [entities(owl), entities(["Agent", "bat", "ops"]), ["narrower on-watch", "wider on-watch"]],
  "an agent by a group between": [
    entities(owl, ["Group", "night", "ops"]),
    entities(owl, ["Group", "night", "ops"], ["Agent", "bat", "night"]),
    ["wider on-watch"],
  ],
  "a domain": [entities(), entities(["Domain", "api.example.com", "vendors"]), ["wider to-vendors"]],
  "a group that nothing names": [entities(owl), entities(owl, ["Agent", "bat", "unheard"]), []],
  "the last of many agents": [entities(...many()), entities(...many(), ["Agent", "zebra", "ops"]), ["wider on-watch"]],
};

function many(): readonly Lies[] {
  return Array.from({ length: 60 }, (_, index): Lies => ["Agent", `agent-${index}`, "ops"]);
}

for (const [title, [before, after, shown]] of Object.entries(memberRows)) {
  test(`what lies in a group counts with the policies that name it: ${title}`, async (t) => {
    const diff = await diffOf([inGroup], [inGroup], { documents: [before, after] });
    t.deepEqual(shownBy(diff), shown);
    t.true(diff.touched.every(({ change }) => change === "members"));
    t.like(diff.documents, { length: 1, 0: { change: "changed", kind: "entities" } });
  });
}

test("a permit for a group is shown by somebody in it", async (t) => {
  const diff = await diffOf([], [inGroup], { documents: [entities(owl), entities(owl)] });
  const shown = diff.probed.find(({ touched }) => touched.policy.name === "on-watch")?.witnesses[0];
  t.is(shown?.request.principal.id, "owl");
  t.deepEqual(diff.documents, []);
});

const data = (text: string): Documents => ({ data: [{ file: ".yoi/policies/data.json", layer: "workspace", text }] });

opaTest("data that a policy reads makes it another, and is named whether one does or not", async (t) => {
  const reading = regoFile(
    'package yoi.policy.reading\n\nforbid contains {"id": "closed"} if {\n\tinput.action == "https.request"\n\tinput.resource.host == data.closed[_]\n}\n',
  );
  const own = [wholesale, reading];
  const read = await diffOf(own, own, {
    documents: [data('{"closed":["api.example.com"]}'), data('{"closed":["x.example.com"]}')],
  });
  t.deepEqual(shownBy(read), ["wider reading/closed"]);
  t.like(read.documents, { length: 1, 0: { change: "changed", kind: "data" } });
  const unread = await diffOf(own, own, { documents: [data('{"closed":[]}'), data('{"closed":[],"more":1}')] });
  t.deepEqual(unread.touched, []);
  t.like(unread.documents, { length: 1, 0: { change: "changed", kind: "data" } });
});
