import test from "ava";
import {
  executeRequest,
  findingsOf,
  httpsRequest,
  judge,
  prepareCedar,
  readRequest,
  secretRequest,
} from "../support/cedar-sets.ts";

const agent = (id: string, ...groups: readonly string[]) => member("Agent", id, groups);
const group = (id: string, ...groups: readonly string[]) => member("Group", id, groups);

function member(type: string, id: string, groups: readonly string[]) {
  return { uid: { type: `Yoi::${type}`, id }, parents: groups.map((name) => ({ type: "Yoi::Group", id: name })) };
}

const domain = (id: string, ...parents: readonly { readonly type: string; readonly id: string }[]) => ({
  uid: { type: "Yoi::Domain", id },
  parents,
});

const opsOnly = 'permit(principal in Yoi::Group::"ops", action == Yoi::Action::"tool.execute", resource);';

test("an agent is in its groups, near and far, and in no others", async (t) => {
  const entities = JSON.stringify([agent("cli", "night"), group("night", "shift"), group("shift", "ops")]);
  const set = await prepareCedar(opsOnly, entities);
  t.is(judge(set, executeRequest({ agent: "cli" })).effect, "permit");
  t.is(judge(set, executeRequest({ agent: "ci" })).effect, "abstain");
  set.dispose();
});

test("groups hold for the agent on whose behalf a plugin asks", async (t) => {
  const text = `permit(principal, action == Yoi::Action::"fs.read", resource)
    when { context.via has agent && context.via.agent in Yoi::Group::"ops" };`;
  const set = await prepareCedar(text, JSON.stringify([agent("cli", "ops")]));
  t.is(judge(set, readRequest({ agent: "cli" })).effect, "permit");
  t.is(judge(set, readRequest({ agent: "ci" })).effect, "abstain");
  set.dispose();
});

test("a URL lies in everything that its domains were put in, and in the names above that", async (t) => {
  const entities = JSON.stringify([
    domain("example.com", { type: "Yoi::Group", id: "vendors" }),
    domain("cdn.example.net", { type: "Yoi::Domain", id: "edge.example.com" }),
    group("vendors", "outside"),
  ]);
  const within = [
    ["https://example.com", "Group", "vendors"],
    ["https://api.example.com/v1", "Group", "vendors"],
    ["https://api.example.com/v1", "Group", "outside"],
    ["https://cdn.example.net", "Domain", "edge.example.com"],
    // Not written down anywhere: the name above the one that is, and what that was put in.
    ["https://cdn.example.net", "Domain", "example.com"],
    ["https://deep.cdn.example.net:8443/x", "Group", "outside"],
  ] as const;
  const outside = [
    ["https://evil-example.com", "Group", "vendors"],
    ["https://example.net", "Domain", "example.com"],
    ["https://example.com.evil.org", "Group", "vendors"],
    ["https://192.0.2.1", "Group", "vendors"],
    ["https://edge.example.com", "Domain", "cdn.example.net"],
  ] as const;
  for (const [cases, effect] of [
    [within, "forbid"],
    [outside, "permit"],
  ] as const) {
    for (const [url, type, id] of cases) {
      const text = `permit(principal, action, resource);
        forbid(principal, action in Yoi::Action::"https", resource in Yoi::${type}::"${id}");`;
      const set = await prepareCedar(text, entities);
      t.is(judge(set, httpsRequest({ url })).effect, effect, `${url} in ${type} ${id}`);
      set.dispose();
    }
  }
});

test("groups of domains hold for the URL that a secret is to be sent to", async (t) => {
  const text = `permit(principal, action == Yoi::Action::"secret.use", resource)
    when { context.url in Yoi::Group::"vendors" };`;
  const set = await prepareCedar(text, JSON.stringify([domain("example.com", { type: "Yoi::Group", id: "vendors" })]));
  t.is(judge(set, secretRequest()).effect, "permit");
  t.is(judge(set, secretRequest({ url: "https://api.example.org/v1" })).effect, "abstain");
  set.dispose();
});

// ATTACK: threats 37
test("an agent called __proto__ is in no group", async (t) => {
  const set = await prepareCedar(opsOnly, JSON.stringify([agent("cli", "ops")]));
  for (const name of ["__proto__", "constructor"]) t.is(judge(set, executeRequest({ agent: name })).effect, "abstain");
  set.dispose();
});

const rows: readonly (readonly [title: string, text: string, place: string, message: RegExp, remedy?: RegExp])[] = [
  ["text that is no JSON", "[\n  { x: 1 }]", "2:5", /not JSON/],
  ["JSON that ends early", "[", "undefined:undefined", /not JSON/],
  ["something that is no list", "{}", "1:1", /entities are a list/],
  ["an entry that is no object", "[\n1]", "2:1", /an entity is an object/],
  [
    "an unknown key",
    '[{ "uid": { "type": "Yoi::Agent", "id": "x" },\n "parent": [] }]',
    "2:12",
    /unknown key `parent`/,
    /did you mean `parents`\?/,
  ],
  [
    "attributes",
    '[{ "uid": { "type": "Yoi::Agent", "id": "x" }, "parents": [],\n "attrs": { "a": 1 } }]',
    "2:11",
    /no attributes/,
  ],
  [
    "an entity that the host describes",
    '[{ "uid": {\n "type": "Yoi::Plugin", "id": "project:x" }, "parents": [] }]',
    "2:10",
    /only `Yoi::Agent` or `Yoi::Group`/,
  ],
  [
    "a misspelt type",
    '[{ "uid": { "type": "Yoi::Agnt", "id": "x" }, "parents": [] }]',
    "1:21",
    /only/,
    /did you mean `Yoi::Agent`\?/,
  ],
  [
    "a parent that is no group",
    '[{ "uid": { "type": "Yoi::Agent", "id": "x" }, "parents": [{ "type": "Yoi::Agent", "id": "y" }] }]',
    "1:70",
    /only `Yoi::Group`/,
  ],
  [
    "an id that no agent can have",
    '[{ "uid": { "type": "Yoi::Agent", "id": "" }, "parents": [] }]',
    "1:41",
    /an agent's id/,
  ],
  [
    "an entity twice",
    `${JSON.stringify([agent("x")]).slice(0, -1)},\n${JSON.stringify([agent("x", "ops")]).slice(1)}`,
    "2:8",
    /named twice/,
  ],
  [
    "a group that lies in itself",
    JSON.stringify([group("a", "b"), group("b", "a")]),
    "1:50",
    /`Yoi::Group::"a"` lies in itself/,
  ],
  [
    "a domain that lies in a name below itself",
    JSON.stringify([domain("example.com", { type: "Yoi::Domain", id: "api.example.com" })]),
    "1:61",
    /`Yoi::Domain::"example.com"` lies in itself/,
  ],
  [
    "domains that lie in one another",
    JSON.stringify([
      domain("a.example", { type: "Yoi::Domain", id: "x.b.example.org" }),
      domain("b.example.org", { type: "Yoi::Domain", id: "a.example" }),
    ]),
    "1:59",
    /`Yoi::Domain::"a.example"` lies in itself/,
  ],
  [
    "a group in a domain",
    '[{ "uid": { "type": "Yoi::Group", "id": "g" }, "parents": [{ "type": "Yoi::Domain", "id": "example.com" }] }]',
    "1:70",
    /only `Yoi::Group` can stand here/,
  ],
  [
    "an agent in a domain",
    '[{ "uid": { "type": "Yoi::Agent", "id": "g" }, "parents": [{ "type": "Yoi::Domain", "id": "example.com" }] }]',
    "1:70",
    /only `Yoi::Group` can stand here/,
  ],
  ...["Url", "Path", "Tool", "Plugin", "Secret", "Source"].map(
    (type) =>
      [
        `a parent of a ${type}`,
        `[{ "uid": { "type": "Yoi::${type}", "id": "x" }, "parents": [{ "type": "Yoi::Group", "id": "g" }] }]`,
        "1:21",
        /only `Yoi::Agent` or `Yoi::Group` or `Yoi::Domain` can stand here/,
      ] as const,
  ),
  [
    "a domain that no host can have",
    JSON.stringify([domain("API.example.com")]),
    "1:36",
    /./,
    /did you mean `Yoi::Domain::"api.example.com"`/,
  ],
  [
    // ATTACK: threats 37. `JSON.parse` keeps the last of them, and with it loses a parent that a forbid may name.
    "a key twice",
    '[{ "uid": { "type": "Yoi::Agent", "id": "x" },\n "parents": [{ "type": "Yoi::Group", "id": "ops" }], "parents": [] }]',
    "2:54",
    /the key `parents` twice/,
  ],
];

for (const [title, text, place, message, remedy = /^$/] of rows) {
  test(`a set is refused whole for entities with ${title}`, async (t) => {
    const [finding] = await findingsOf("permit(principal, action, resource);", text);
    t.regex(finding?.message ?? "", message);
    t.regex(finding?.remedy ?? "", remedy);
    t.deepEqual(
      `${finding?.place?.file}:${finding?.place?.line}:${finding?.place?.column}`,
      `.yoi/entities.json:${place}`,
    );
  });
}

test("entities without attributes and without parents are taken", async (t) => {
  const text =
    '[{ "uid": { "type": "Yoi::Agent", "id": "x" } }, { "uid": { "type": "Yoi::Group", "id": "g" }, "attrs": {}, "parents": [] }]';
  t.deepEqual(await findingsOf("", text), []);
});
