import test from "ava";
import fc from "fast-check";
import { putQuestion } from "../../src/broker/put-question.ts";
import type { Call } from "../../src/calls/call.ts";
import { canonicalUrl } from "../../src/calls/canonical-url.ts";
import { coversUrl } from "../../src/calls/url-pattern.ts";
import { combineVerdicts } from "../../src/decisions/combine-verdicts.ts";
import type { PolicySources, PreparedPolicies } from "../../src/engines/policy-engine.ts";
import { YoiError } from "../../src/errors/yoi-error.ts";
import { evaluateAll } from "../../src/explain/evaluate-all.ts";
import { type Capability, callIn } from "../../src/explain/reach/capability.ts";
import type { ReachedPart } from "../../src/explain/reach/reach-of-capability.ts";
import { entities, policy } from "../support/cedar-arbitraries.ts";
import { cedar, invariants, policyFile } from "../support/cedar-sets.ts";
import { reachBy, reachingInventory, reachingUse } from "../support/reaching-plugin.ts";

const pool = [
  ...["notes", "notes/a.md", "notes/2026", "notes/2026/plan.md", "notes/2026/deep/er", "notes/any-file", "notes/z"],
  ...["https://api.example.com/v1", "https://api.example.com/v1/forecast", "https://api.example.com/v1/x/y"],
  ...["https://api.example.com", "https://api.example.com/v2", "https://edge.example.com/v1", "https://example.com"],
  ...["https://cdn.example.net/v1", "https://x.cdn.example.net", "https://evil-example.com/v1", "https://192.0.2.7/v1"],
  ...[
    "https://a.b.example.com/v1/z",
    "https://any-host.example.com/q",
    "https://example.org",
    "https://any-host.example",
  ],
];

/** Whether a place lies in a part, said again in other words than the product's. */
function liesIn(place: string, { at, extent, except }: ReachedPart): boolean {
  if (at === undefined) return true;
  const isIn = (where: string): boolean => {
    const url = canonicalUrl(place);
    if (typeof url === "string") return place === where || place.startsWith(`${where}/`);
    const [, scheme = "", host = "", path = ""] = /^(\w+:\/\/)([^/]+)(.*)$/.exec(where) ?? [];
    const name = host.replace(/^\[\*\.\]/, "").replace(/^\*\.?/, "");
    const isHost =
      host === "*" ||
      (host.startsWith("[*.]") && (url.host === name || url.host.endsWith(`.${name}`))) ||
      (host.startsWith("*.") && url.host.endsWith(`.${name}`)) ||
      url.host === name;
    const own = url.id.slice(url.origin.length);
    return url.scheme === scheme.slice(0, -3) && isHost && (own === path || own.startsWith(`${path}/`));
  };
  const isItself = place === at;
  if (extent === "itself") return isItself;
  return isIn(at) && !(extent === "below" && isItself) && !except.some(isIn);
}

function isAsked(capability: Capability, place: string): boolean {
  const url = canonicalUrl(place);
  switch (capability.about) {
    case "file":
      return typeof url === "string" && (place !== "notes" || ["fs.list", "fs.stat"].includes(capability.action));
    case "url":
      return typeof url !== "string" && coversUrl(capability.pattern, capability.method, url);
    case "secret":
      return typeof url !== "string" && url.origin === capability.origin;
    case "tool":
      return true;
  }
}

const variation = fc.record({
  place: fc.constantFrom(...pool),
  atMs: fc.integer({ min: 1_790_000_000_000, max: 1_790_600_000_000 }),
  agent: fc.constantFrom("cli", "ci", "other"),
  hop: fc.integer({ min: 0, max: 1 }),
  bytes: fc.integer({ min: 0, max: 100 }),
  hasSecret: fc.boolean(),
});

function varied(capability: Capability, { place, atMs, agent, hop, bytes, hasSecret }: Variation): Call {
  const call = callIn(capability, place, { ...reachingUse, agent }, atMs);
  const body = new Uint8Array(bytes);
  if (call.action === "https.request") {
    const headers = [{ name: "x-key", value: "1" }];
    return { ...call, ask: { ...call.ask, hop, body, headers, secrets: hasSecret ? ["weather-key"] : [] } };
  }
  if (call.action === "fs.write") return { ...call, ask: { ...call.ask, mode: "replace", bytes: body } };
  return call.action === "fs.append" ? { ...call, ask: { ...call.ask, bytes: body } } : call;
}

type Variation = typeof variation extends fc.Arbitrary<infer V> ? V : never;

test("what a row says holds for every call in it, whatever the policies", async (t) => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(policy, { minLength: 1, maxLength: 6 }),
      fc.array(variation, { minLength: 30, maxLength: 30 }),
      async (texts, variations) => {
        const sources: PolicySources = {
          policies: [invariants, policyFile(texts.join("\n"))],
          entities: [{ file: ".yoi/policies/entities.json", layer: "workspace", text: entities }],
        };
        const set = await prepareOrNone(sources);
        fc.pre(set !== undefined);
        if (set === undefined) return;
        for (const [capability, part] of await reachBy(sources, set)) {
          for (const one of variations) {
            if (!isAsked(capability, one.place) || !liesIn(one.place, part)) continue;
            const { request } = putQuestion(varied(capability, one), reachingInventory, one.atMs);
            const verdicts = await evaluateAll([set], request);
            const { kind } = combineVerdicts(verdicts);
            const by = verdicts.flatMap(({ determining }) => determining.map(({ id }) => id));
            const told = JSON.stringify({ capability, part, one, by }, null, 1);
            seen.add(`${part.answer} ${kind}`);
            if (part.answer !== "depends" && part.answer !== kind) throw new Error(`it is ${kind}: ${told}`);
            const known = [...part.by, ...[...part.permits, ...part.forbids].map((bearing) => bearing.policy)];
            const strange = part.answer === "deny" ? [] : by.filter((id) => !known.some((policy) => policy.id === id));
            if (strange.length > 0) throw new Error(`by ${strange.join(", ")}, which the row does not have: ${told}`);
          }
        }
        set.dispose();
      },
    ),
    { numRuns: 120 },
  );
  for (const answer of ["allow allow", "deny deny", "depends allow", "depends deny"]) {
    t.true(seen.has(answer), `${answer} came about`);
  }
});

async function prepareOrNone(sources: PolicySources): Promise<PreparedPolicies | undefined> {
  try {
    return await cedar.prepare(sources);
  } catch (error) {
    if (YoiError.is(error, "YOI_POLICY_INVALID")) return undefined;
    throw error;
  }
}

interface Row {
  readonly title: string;
  readonly policies: string;
  readonly asked: (capability: Capability) => boolean;
  /** `at`, extent, answer and, of a denial, its cause; in the order of the rows. */
  readonly parts: readonly string[];
}

const isRead = ({ action }: Capability) => action === "fs.read";
const isPost = (one: Capability) => one.about === "url" && one.method === "POST";
const isMirror = (one: Capability) => one.about === "url" && one.pattern.segments.includes("v2");
const isAnyHost = (one: Capability) => one.about === "url" && one.method === "HEAD";
const readsAll = 'permit (principal, action == Yoi::Action::"fs.read", resource);';

const rows: readonly Row[] = [
  { title: "nothing is permitted", policies: "", asked: isRead, parts: ["notes all deny no-permit"] },
  { title: "all of a mount is permitted", policies: readsAll, asked: isRead, parts: ["notes all allow"] },
  {
    title: "a folder of a mount is permitted",
    policies: 'permit (principal, action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes/2026");',
    asked: isRead,
    parts: ["notes all deny no-permit", "notes/2026 all allow"],
  },
  {
    title: "a file in a permitted mount is forbidden",
    policies: `${readsAll} forbid (principal, action, resource == Yoi::Path::"notes/diary.md");`,
    asked: isRead,
    parts: ["notes all allow", "notes/diary.md itself deny explicit-forbid"],
  },
  {
    title: "a permit hangs on the hour",
    policies: 'permit (principal, action == Yoi::Action::"fs.read", resource) when { context.now.hour >= 0 };',
    asked: isRead,
    parts: ["notes all depends"],
  },
  {
    title: "a forbid hangs on the hour, and nothing permits",
    policies: 'forbid (principal, action == Yoi::Action::"fs.read", resource) when { context.now.hour >= 0 };',
    asked: isRead,
    parts: ["notes all deny no-permit"],
  },
  {
    title: "a forbid that could overflow stands before what it does not apply to",
    policies: `${readsAll}
      forbid (principal, action == Yoi::Action::"fs.write", resource)
      when { context.bytes * 9223372036854775807 > 1 && context.mount == "other" };
      permit (principal, action == Yoi::Action::"fs.write", resource);`,
    asked: ({ action }) => action === "fs.write",
    parts: ["notes all depends"],
  },
  {
    title:
      "a forbid that asks what an entity has that it names, which may err, stands before what it does not apply to",
    policies: `${readsAll}
      forbid (principal, action == Yoi::Action::"fs.write", resource)
      when { Yoi::Plugin::"project:example.other".enabled && context.mount == "other" };
      permit (principal, action == Yoi::Action::"fs.write", resource);`,
    asked: ({ action }) => action === "fs.write",
    parts: ["notes all depends"],
  },
  {
    title: "one method is permitted",
    policies: `permit (principal, action == Yoi::Action::"https.request", resource)
      when { context.method == "GET" };`,
    asked: isPost,
    parts: ["https://api.example.com/v1 all deny no-permit"],
  },
  {
    title: "a domain among all hosts is permitted",
    policies: 'permit (principal, action == Yoi::Action::"https.request", resource in Yoi::Domain::"example.org");',
    asked: isAnyHost,
    parts: ["https://* all deny no-permit", "https://[*.]example.org all allow"],
  },
  {
    title: "a host is permitted of which only a path is asked for",
    policies: `permit (principal, action == Yoi::Action::"https.request", resource)
      when { resource in Yoi::Url::"https://a.mirror.example" };`,
    asked: isMirror,
    parts: ["https://*.mirror.example/v2 all deny no-permit", "https://a.mirror.example/v2 all allow"],
  },
  {
    title: "one URL among all hosts is forbidden",
    policies: `permit (principal, action == Yoi::Action::"https.request", resource);
      forbid (principal, action, resource in Yoi::Url::"https://example.org/admin");`,
    asked: isAnyHost,
    parts: ["https://* all allow", "https://example.org/admin all deny explicit-forbid"],
  },
  {
    title: "a permit is for one agent",
    policies: `permit (principal, action == Yoi::Action::"fs.read", resource)
      when { context.via has agent && context.via.agent == Yoi::Agent::"cli" };`,
    asked: isRead,
    parts: ["notes all depends"],
  },
];

for (const { title, policies, asked, parts } of rows) {
  test(`where ${title}, the rows say so`, async (t) => {
    const sources = { policies: [invariants, policyFile(policies)] };
    const set = await cedar.prepare(sources);
    const reached = (await reachBy(sources, set)).filter(([capability]) => asked(capability));
    const told = reached.map(([, { at, extent, answer, cause }]) => [at, extent, answer, cause].join(" ").trim());
    t.deepEqual(told, parts);
    set.dispose();
  });
}

test("asked about one agent, what hangs on the agent is settled", async (t) => {
  const text = `permit (principal, action == Yoi::Action::"fs.read", resource)
    when { context.via has agent && context.via.agent == Yoi::Agent::"cli" };`;
  const sources = { policies: [invariants, policyFile(text)] };
  const set = await cedar.prepare(sources);
  const [first] = await reachBy(sources, set, true);
  t.is(first?.[1].answer, "allow");
  set.dispose();
});

// ATTACK: threats 35: a package that asks for so much that nobody waits for the answer.
test("what is left when too much was asked about is said to depend, and is not asked about", async (t) => {
  const sources = { policies: [invariants, policyFile(readsAll)] };
  const set = await cedar.prepare(sources);
  let asked = 0;
  const counting: PreparedPolicies = {
    ...set,
    evaluate: (request) => {
      asked += 1;
      return set.evaluate(request);
    },
  };
  const told = (await reachBy(sources, counting, false, 2)).map(([{ action }, { answer }]) => `${action} ${answer}`);
  t.is(asked, 2);
  t.deepEqual(told.slice(0, 3), ["fs.read allow", "fs.list deny", "fs.stat depends"]);
  t.true(told.slice(2).every((one) => one.endsWith(" depends")));
  set.dispose();
});

test("where no trace could be made, nothing is said to be sure", async (t) => {
  const sources = { policies: [invariants, policyFile(readsAll)] };
  const set = await cedar.prepare(sources);
  const rows = await reachBy(sources, { ...set, trace: () => [] });
  t.deepEqual([...new Set(rows.map(([, { answer }]) => answer))], ["depends"]);
  set.dispose();
});
