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

const helped = (parts: { readonly [K in "imports" | "above" | "entry" | "below" | "rate"]?: string }) =>
  regoFile(
    `package yoi.policy.helped

${parts.imports ?? ""}
${parts.above ?? ""}
forbid contains {"id": "closed"} if {
\tinput.action == "https.request"
\t${parts.entry ?? "level(input.resource.host) == 2"}
}

oblige contains {"id": "slow", "rate": rate} if input.action == "https.request"

${parts.below ?? 'level(host) := 1 if host == "x.example.com"\nelse := 3'}

rate := ${parts.rate ?? '"9/1m"'}
`,
  );
type Helped = Parameters<typeof helped>[0];
const chain = (last: string) =>
  [
    "level(host) := deeper(host)",
    ...["deeper", "deeper2", "deeper3", "deeper4", "deeper5"].map((name, at) =>
      at === 4 ? `${name}(host) := ${last} if host != ""` : `${name}(host) := deeper${at + 2}(host)`,
    ),
  ].join("\n");
const long = (last: string) =>
  `level(input.resource.host) in {${Array.from({ length: 100 }, (_, index) => index + 10).join(", ")}, ${last}}`;

const helpedRows: {
  readonly [title: string]: {
    readonly from: Helped;
    readonly to: Helped;
    readonly data?: readonly [before: string, after: string];
    readonly touched: readonly string[];
    readonly shown: readonly string[];
  };
} = {
  "what stands above moves it": {
    from: {},
    to: { above: "# Words,\n# and more of them.\nunheard if lower(input.action) == upper(input.action)\n" },
    touched: [],
    shown: [],
  },
  "the value of an else": {
    from: {},
    to: { below: 'level(host) := 1 if host == "x.example.com"\nelse := 2' },
    touched: ["helped/closed"],
    shown: ["narrower helped/closed"],
  },
  "a default": {
    from: { entry: "high", below: 'default high := false\n\nhigh if input.resource.host == "x.example.com"' },
    to: { entry: "high", below: 'default high := true\n\nhigh if input.resource.host == "x.example.com"' },
    touched: ["helped/closed"],
    shown: ["narrower helped/closed"],
  },
  "a rule in the head of an entry": {
    from: { rate: '"1/1m"' },
    to: {},
    touched: ["helped/slow"],
    shown: ["wider helped/slow"],
  },
  "data in the head of an entry": {
    from: { rate: "data.rates.slow" },
    to: { rate: "data.rates.slow" },
    data: ['{"rates":{"slow":"1/1m"}}', '{"rates":{"slow":"9/1m"}}'],
    touched: ["helped/slow"],
    shown: ["wider helped/slow"],
  },
  "a rule more than four below": {
    from: { below: chain("1") },
    to: { below: chain("2") },
    touched: ["helped/closed"],
    shown: ["narrower helped/closed"],
  },
  "the end of a long condition": {
    from: { entry: long("4") },
    to: { entry: long("3") },
    touched: ["helped/closed"],
    shown: ["narrower helped/closed"],
  },
  "what a name is imported as": {
    from: { imports: "import data.ones as levels\n", below: "level(_) := levels.any", entry: "level(1) == 2" },
    to: { imports: "import data.twos as levels\n", below: "level(_) := levels.any", entry: "level(1) == 2" },
    data: ['{"ones":{"any":1},"twos":{"any":2}}', '{"ones":{"any":1},"twos":{"any":2}}'],
    touched: ["helped/closed"],
    shown: ["narrower helped/closed"],
  },
  "data of which a name is computed": {
    from: { entry: "data[input.action].closed" },
    to: { entry: "data[input.action].closed" },
    data: ['{"https.request":{"closed":false}}', '{"https.request":{"closed":true}}'],
    touched: ["helped/closed"],
    shown: ["narrower helped/closed"],
  },
};

for (const [title, { from, to, data: [was, is] = ["{}", "{}"], touched, shown }] of Object.entries(helpedRows)) {
  opaTest(`a policy in Rego is another where what it leans on is: ${title}`, async (t) => {
    const diff = await diffOf([wholesale, helped(from)], [wholesale, helped(to)], { documents: [data(was), data(is)] });
    t.deepEqual(
      diff.touched.map(({ policy }) => policy.name),
      touched,
    );
    t.deepEqual(shownBy(diff), shown);
  });
}

test("a constant that looks like a place is not taken for one", async (t) => {
  const draft = (number: number) =>
    policyFile(
      `@id("draft") permit (principal, action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes/a (draft:${number})");`,
    );
  const diff = await diffOf([draft(1)], [draft(2)]);
  t.deepEqual(shownBy(diff), ["narrower draft", "wider draft"]);
});
