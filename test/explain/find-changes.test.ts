import test from "ava";
import { putQuestion } from "../../src/broker/put-question.ts";
import type { Call } from "../../src/calls/call.ts";
import { canonicalUrl } from "../../src/calls/canonical-url.ts";
import type { PluginRef } from "../../src/calls/identifiers.ts";
import type { Inventory, PluginStanding } from "../../src/calls/inventory.ts";
import { limits } from "../../src/calls/limits.ts";
import { type Action, actions } from "../../src/calls/powers.ts";
import type { Cause } from "../../src/decisions/cause.ts";
import { findChanges } from "../../src/explain/nearby/find-changes.ts";
import type { Mention } from "../../src/explain/nearby/nearby-call.ts";
import { nearbyUrls } from "../../src/explain/nearby/nearby-urls.ts";
import { readMentions } from "../../src/explain/nearby/read-mentions.ts";
import { parseCallWords } from "../../src/explain/parse-call-words.ts";
import { noonish } from "../support/broker-parts.ts";
import { cedar, policyFile } from "../support/cedar-sets.ts";
import { broadCall, broadInventory, cedarAlone, explaining } from "../support/explained-calls.ts";
import { opaTest } from "../support/opa.ts";
import { regoEngine, regoFile } from "../support/rego-sets.ts";

const rego = regoEngine();
test.after.always(() => rego.close());

interface Row {
  readonly call: Call;
  readonly policy: string;
  /** What changes to what, the parts in their order. */
  readonly to: readonly (readonly [what: string, to: string])[];
}

const request = 'action == Yoi::Action::"https.request"';
const body = new Uint8Array(900);
const changed: { readonly [title: string]: Row } = {
  "another method": {
    call: broadCall("https.request", { method: "POST" }),
    policy: `permit (principal, ${request}, resource) when { context.method == "GET" };`,
    to: [["method", "GET"]],
  },
  "a method in capitals": {
    call: broadCall("https.request", { method: "get" }),
    policy: `permit (principal, ${request}, resource);`,
    to: [["method", "GET"]],
  },
  "the URL that a permit names, with what lies beyond": {
    call: broadCall("https.request"),
    policy: `permit (principal, ${request}, resource in Yoi::Url::"https://api.example.com/v1");`,
    to: [["url", "https://api.example.com/v1/now"]],
  },
  "a URL outside of what a forbid names": {
    call: broadCall("https.request"),
    policy: `permit (principal, ${request}, resource); forbid (principal, action, resource in Yoi::Url::"https://api.example.com/v2");`,
    to: [["url", "https://api.example.com/now"]],
  },
  "another port": {
    call: broadCall("https.request", { url: "https://api.example.com:8443/v1" }),
    policy: `permit (principal, ${request}, resource) when { resource.port == 443 };`,
    to: [["url", "https://api.example.com/v1"]],
  },
  "no secret": {
    call: broadCall("https.request", { secrets: ["weather-key"] }),
    policy: `permit (principal, ${request}, resource) unless { context.secrets.contains(Yoi::Secret::"weather-key") };`,
    to: [["secrets", "none"]],
  },
  "without the header that a forbid names": {
    call: broadCall("https.request", {
      headers: [
        { name: "X-Debug", value: "1" },
        { name: "accept", value: "*/*" },
      ],
    }),
    policy: `permit (principal, ${request}, resource) unless { context.headerNames.contains("x-debug") };`,
    to: [["headers", "accept"]],
  },
  "without a query": {
    call: broadCall("https.request", { url: "https://api.example.com/v1?token=1" }),
    policy: `permit (principal, ${request}, resource) unless { context.queryKeys.contains("token") };`,
    to: [["query", "none"]],
  },
  "a smaller body": {
    call: broadCall("https.request", { method: "POST", body }),
    policy: `permit (principal, ${request}, resource) when { context.bodyBytes < 500 };`,
    to: [["body", "499 bytes"]],
  },
  "directly and not by a redirect": {
    call: broadCall("https.request", { hop: 1 }),
    policy: `permit (principal, ${request}, resource) unless { context.hop > 0 };`,
    to: [["hop", "asked for directly"]],
  },
  "a path in the folder that a permit names": {
    call: broadCall("fs.read", { path: "notes/2024/plan.md" }),
    policy: 'permit (principal, action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes/2026");',
    to: [["path", "notes/2026/plan.md"]],
  },
  "a path out of the folder that a forbid names": {
    call: broadCall("fs.read", { path: "notes/private/plan.md" }),
    policy: 'permit (principal, action, resource); forbid (principal, action, resource in Yoi::Path::"notes/private");',
    to: [["path", "notes/plan.md"]],
  },
  "fewer bytes": {
    call: broadCall("fs.write"),
    policy: 'permit (principal, action == Yoi::Action::"fs.write", resource) when { context.bytes <= 64 };',
    to: [["bytes", "64 bytes"]],
  },
  "another mode": {
    call: broadCall("fs.write"),
    policy: 'permit (principal, action == Yoi::Action::"fs.write", resource) when { context.mode == "replace" };',
    to: [["mode", "replace"]],
  },
  "another agent": {
    call: broadCall("tool.execute"),
    policy: 'permit (principal == Yoi::Agent::"nightly", action == Yoi::Action::"tool.execute", resource);',
    to: [["agent", "nightly"]],
  },
  "an hour that a permit names": {
    call: broadCall("fs.read"),
    policy: 'permit (principal, action == Yoi::Action::"fs.read", resource) when { context.now.hour >= 18 };',
    to: [["moment", "2026-11-22T18:00:00Z"]],
  },
  "a weekday": {
    call: broadCall("fs.read"),
    policy: 'permit (principal, action == Yoi::Action::"fs.read", resource) when { context.now.weekday <= 5 };',
    to: [["moment", "2026-11-23T14:03:22Z"]],
  },
  "the minute at which a forbid ends": {
    call: broadCall("fs.read"),
    policy:
      "permit (principal, action, resource); forbid (principal, action, resource) when { context.now.minute < 50 };",
    to: [["moment", "2026-11-22T14:50:00Z"]],
  },
  "a time of the day that is no whole hour": {
    call: broadCall("fs.read"),
    policy:
      'permit (principal, action == Yoi::Action::"fs.read", resource) when { context.now.time >= duration("15h30m") };',
    to: [["moment", "2026-11-22T15:30:00Z"]],
  },
  "the next morning, for what is over today": {
    call: broadCall("fs.read"),
    policy: 'permit (principal, action == Yoi::Action::"fs.read", resource) when { context.now.hour < 9 };',
    to: [["moment", "2026-11-23T08:00:00Z"]],
  },
  "the file in a folder, and not the folder": {
    call: broadCall("fs.read", { path: "notes/plan.md" }),
    policy: 'permit (principal, action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes/public");',
    to: [["path", "notes/public/plan.md"]],
  },
  "with the header that a permit asks for": {
    call: broadCall("https.request"),
    policy: `permit (principal, ${request}, resource) when { context.headerNames.contains("accept") };`,
    to: [["headers", "accept"]],
  },
  "with the key of a query that a permit asks for": {
    call: broadCall("https.request"),
    policy: `permit (principal, ${request}, resource) when { context.queryKeys.contains("v") };`,
    to: [["query", "v"]],
  },
  "without the key of a query that a forbid names, and with the others": {
    call: broadCall("https.request", { url: "https://api.example.com/v1?debug=1&city=Oslo" }),
    policy: `permit (principal, ${request}, resource) unless { context.queryKeys.contains("debug") };`,
    to: [["query", "city"]],
  },
  "for another tool": {
    call: broadCall("fs.read"),
    policy:
      'permit (principal, action == Yoi::Action::"fs.read", resource) when { context.via has tool && context.via.tool == Yoi::Tool::"project:example.all/nothing" };',
    to: [["tool", "project:example.all/nothing"]],
  },
  "a shorter input": {
    call: broadCall("tool.execute"),
    policy: 'permit (principal, action == Yoi::Action::"tool.execute", resource) when { context.inputBytes < 10 };',
    to: [["input", "{}"]],
  },
  "two parts where one is not enough": {
    call: broadCall("https.request", { method: "DELETE" }),
    policy: `permit (principal, ${request}, resource in Yoi::Url::"https://api.example.com/v1") when { context.method == "GET" };`,
    to: [
      ["method", "GET"],
      ["url", "https://api.example.com/v1/now"],
    ],
  },
};

for (const [title, { call, policy, to }] of Object.entries(changed)) {
  test(`the smallest change of a request: ${title}`, async (t) => {
    const world = await explaining(cedarAlone, [policyFile(policy)]);
    const { changes, answer } = await world.explain(call);
    t.is(answer, "deny");
    const [first] = changes?.allowed ?? [];
    t.deepEqual(
      first?.parts.map(({ what, to: made }) => [what, made]),
      to,
    );
    if (first?.words !== undefined) {
      const words = {
        words: first.words,
        nowMs: noonish,
        qualify: (id: string) => id as PluginRef,
        parseInput: JSON.parse,
      };
      t.is((await world.judge(parseCallWords(words))).kind, "allow");
    }
    world.dispose();
  });
}

opaTest("a change of a tool's input is found where Rego reads it", async (t) => {
  const text = `package yoi.policy.cities

permit contains {"id": "oslo"} if {
	input.action == "tool.execute"
	input.context.input.city == "Bergen"
}
`;
  const world = await explaining([cedar, rego], [regoFile(text)]);
  const { changes } = await world.explain(broadCall("tool.execute"));
  t.deepEqual(changes?.allowed[0]?.parts, [{ what: "input.city", from: '"Oslo"', to: '"Bergen"' }]);
  world.dispose();
});

opaTest("a file that a policy names is asked for itself, and not as a folder", async (t) => {
  const text = `package yoi.policy.named

permit contains {"id": "named"} if {
	input.action == "fs.read"
	input.resource.id in {"notes/2024/plan.md", "notes/today.md"}
}

permit contains {"id": "year"} if {
	input.action == "fs.read"
	startswith(input.resource.id, "notes/2024/")
}
`;
  const world = await explaining([cedar, rego], [regoFile(text)]);
  const { changes } = await world.explain(broadCall("fs.read", { path: "notes/2026/other.md" }));
  t.is(changes?.allowed[0]?.parts[0]?.to, "notes/2024/plan.md");
  world.dispose();
});

opaTest("a change that Cedar asks for is not shown while Rego forbids it", async (t) => {
  const text = 'package yoi.policy.no\n\nforbid contains {"id": "never"} if input.action == "fs.read"\n';
  const permit = 'permit (principal, action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes/2024");';
  const world = await explaining([cedar, rego], [policyFile(permit), regoFile(text)]);
  const { changes } = await world.explain(broadCall("fs.read"));
  t.deepEqual(changes?.allowed, []);
  t.deepEqual(
    changes?.standing.map(({ name }) => name),
    ["no/never"],
  );
  world.dispose();
});

const untrusted: Partial<Inventory> = { trusted: false };
const lacking: {
  readonly [title: string]: readonly [
    cause: Cause,
    name: string,
    standing: Partial<PluginStanding>,
    parts: Partial<Inventory>,
    of: readonly Action[],
  ];
} = {
  "a workspace that nobody trusts": ["untrusted-workspace", "workspace-is-trusted", {}, untrusted, actions],
  "a plugin that is not enabled": ["not-enabled", "plugin-is-enabled", { enabled: false }, {}, actions],
  "a plugin that is not pinned": ["not-pinned", "plugin-is-pinned", { pinned: false }, {}, actions],
  "a mount that is bound to nothing": [
    "undeclared",
    "mount-is-bound",
    { boundMounts: new Map() },
    {},
    actions.filter((action) => action.startsWith("fs.")),
  ],
  "effects that are not granted": [
    "undeclared",
    "effects-are-granted",
    { grantedEffects: ["read"] },
    {},
    ["tool.register", "tool.execute"],
  ],
  "a secret that nobody defined": ["undeclared", "secret-is-defined", {}, { secret: () => undefined }, ["secret.use"]],
};
for (const [title, [cause, name, standing, parts, of]] of Object.entries(lacking)) {
  for (const action of of) {
    test(`${title}: no change to ${action} is claimed to help, nor any policy`, async (t) => {
      const permits = policyFile("permit (principal, action, resource);");
      const world = await explaining(cedarAlone, [permits], { inventory: broadInventory(standing, parts) });
      const { changes, suggestions, cause: headline, consistent } = await world.explain(broadCall(action));
      t.true(consistent);
      t.is(headline, cause);
      t.deepEqual(changes?.allowed, []);
      t.true(changes?.standing.some((policy) => policy.name === name));
      t.deepEqual(suggestions, []);
      world.dispose();
    });
  }
}

const inputs: { readonly [title: string]: readonly [rule: string, body: string, input: object, to: string] } = {
  "a number that is small enough": ["permit", "input.context.input.n < 5", { n: 9 }, "4"],
  "a number that is large enough": ["permit", "input.context.input.n > 5", { n: 1 }, "6"],
  "the member that a forbid names left out, or put out": [
    "forbid",
    "input.context.input.force",
    { force: true },
    "false",
  ],
  "another text than a forbid names": ["forbid", 'input.context.input.mode == "x"', { mode: "x" }, '""'],
  "what a forbid wants absent": ["forbid", "input.context.input.extra >= 0", { extra: 0 }, "-1"],
  "an element that a list has to have": ["permit", '"x" in input.context.input.list', { list: ["y"] }, '["x"]'],
  "a member of a member": ["permit", 'input.context.input.a.b == "x"', { a: { b: "y" } }, '"x"'],
};
for (const [title, [rule, body, input, to]] of Object.entries(inputs)) {
  opaTest(`the smallest change of a tool's input: ${title}`, async (t) => {
    const permits = rule === "forbid" ? [policyFile("permit (principal, action, resource);")] : [];
    const source = `package yoi.policy.x\n\n${rule} contains {"id": "x"} if {\n\tinput.action == "tool.execute"\n\t${body}\n}\n`;
    const world = await explaining([cedar, rego], [...permits, regoFile(source)]);
    const { changes } = await world.explain(broadCall("tool.execute", { input }));
    t.is(changes?.allowed[0]?.parts[0]?.to, to);
    world.dispose();
  });
}

test("nobody can ask in the past: what a permit that has run out would have allowed is not told", async (t) => {
  const policy =
    'permit (principal, action == Yoi::Action::"fs.read", resource) when { context.now.at < datetime("2026-11-01T00:00:00Z") };';
  const world = await explaining(cedarAlone, [policyFile(policy)]);
  const { changes } = await world.explain(broadCall("fs.read"));
  t.deepEqual(changes?.allowed, []);
  t.true((changes?.tried ?? 0) > 0);
  world.dispose();
});

test("the words of a change are told only where what they say is allowed as well", async (t) => {
  const permit = (condition: string) =>
    policyFile(
      `permit (principal, action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes/public")${condition};`,
    );
  const agent = ' when { context.via has agent && context.via.agent == Yoi::Agent::"cli" }';
  for (const [policy, isSaid] of [
    [permit(""), true],
    [permit(agent), false],
  ] as const) {
    const world = await explaining(cedarAlone, [policy]);
    const { changes } = await world.explain(broadCall("fs.read"));
    t.is(changes?.allowed[0]?.parts[0]?.to, "notes/public/plan.md");
    t.is(changes?.allowed[0]?.words !== undefined, isSaid);
    world.dispose();
  }
});

test("the words of a change leave out the values of a query", async (t) => {
  const policy = `permit (principal, ${request}, resource in Yoi::Url::"https://api.example.com/v1");`;
  const world = await explaining(cedarAlone, [policyFile(policy)]);
  const { changes } = await world.explain(
    broadCall("https.request", { url: "https://api.example.com/v2/now?token=s3cr3t&city=Oslo" }),
  );
  const said = changes?.allowed[0]?.words?.join(" ") ?? "";
  t.regex(said, /https:\/\/api\.example\.com\/v1\/now\?token=…&city=…/);
  t.notRegex(said, /s3cr3t|Oslo/);
  world.dispose();
});

test("the URLs nearby keep brackets and ports where the host needs them", (t) => {
  const call = broadCall("https.request", { url: "http://[2001:db8::1]:8080/v2/now" });
  const { request: asked } = putQuestion(call, broadInventory(), noonish);
  const near = (mentions: readonly Mention[]) =>
    [...nearbyUrls({ call, request: asked, atMs: noonish }, mentions)].map(({ part }) => part.to);
  t.deepEqual(near([]), ["https://[2001:db8::1]/v2/now"]);
  t.true(near([{ path: "resource.scheme", literals: ["https"] }]).includes("https://[2001:db8::1]/v2/now"));
  t.true(near([{ path: "resource.host", literals: ["a.example"] }]).includes("http://a.example:8080/v2/now"));
  for (const url of near([{ path: "resource.port", literals: [443] }])) t.is(typeof canonicalUrl(url), "object", url);
});

test("a search that takes too long ends, and says that it did", async (t) => {
  const policy = 'permit (principal, action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes/public");';
  const world = await explaining(cedarAlone, [policyFile(policy)]);
  const { call, request, verdicts, traces, nearest } = await world.explain(broadCall("fs.read"));
  const { put, sets } = world.policies;
  if (call === undefined || put === undefined) return t.fail();
  const mentions = readMentions(traces, nearest);
  for (const [stepMs, unfinished] of [
    [0, false],
    [limits.nearbySearchMs + 1, true],
  ] as const) {
    let nowMs = 0;
    const clockMs = () => (nowMs += stepMs);
    const found = await findChanges({
      origin: { call, request, atMs: noonish },
      verdicts,
      mentions,
      sets,
      put,
      clockMs,
    });
    t.is(found.unfinished, unfinished);
    t.is(found.allowed.length > 0, !unfinished);
  }
  world.dispose();
});

test("what is settled after the engines is no matter of the request's parts", async (t) => {
  const permits = policyFile('permit (principal, action == Yoi::Action::"fs.read", resource);');
  const world = await explaining(cedarAlone, [permits], { effectors: {} });
  t.like(await world.explain(broadCall("fs.read")), { cause: "no-effector", changes: undefined, suggestions: [] });
  world.dispose();
});
