import test from "ava";
import type { Call } from "../../src/calls/call.ts";
import type { PluginRef } from "../../src/calls/identifiers.ts";
import type { Inventory, PluginStanding } from "../../src/calls/inventory.ts";
import { type Action, actions } from "../../src/calls/powers.ts";
import type { Cause } from "../../src/decisions/cause.ts";
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
  "a moment before a permit ended": {
    call: broadCall("fs.read"),
    policy:
      'permit (principal, action == Yoi::Action::"fs.read", resource) when { context.now.at < datetime("2026-11-01T00:00:00Z") };',
    to: [["moment", "2026-10-31T23:59:59Z"]],
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

test("what is settled after the engines is no matter of the request's parts", async (t) => {
  const permits = policyFile('permit (principal, action == Yoi::Action::"fs.read", resource);');
  const world = await explaining(cedarAlone, [permits], { effectors: {} });
  t.like(await world.explain(broadCall("fs.read")), { cause: "no-effector", changes: undefined, suggestions: [] });
  world.dispose();
});
