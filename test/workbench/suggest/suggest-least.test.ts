import test from "ava";
import fc from "fast-check";
import type { Call } from "../../../src/calls/call.ts";
import { limits } from "../../../src/calls/limits.ts";
import { actions } from "../../../src/calls/powers.ts";
import { combineVerdicts } from "../../../src/decisions/combine-verdicts.ts";
import type { PreparedPolicies } from "../../../src/engines/policy-engine.ts";
import { recordedCalls } from "../../../src/workbench/recorded-calls.ts";
import { suggestLeast } from "../../../src/workbench/suggest/suggest-least.ts";
import { readCall, requestCall } from "../../support/calls.ts";
import { entities, policy } from "../../support/cedar-arbitraries.ts";
import { cedar, findingsOf, invariants, policyFile, prepareCedar, requestOf } from "../../support/cedar-sets.ts";
import { fakeSet, policyNamed, verdictOf } from "../../support/fake-engine.ts";
import { opaTest } from "../../support/opa.ts";
import { recordDecisions, variedCalls } from "../../support/recorded-decisions.ts";
import { regoEngine, regoFile, shippedSources } from "../../support/rego-sets.ts";
import { suggestFor } from "../../support/suggested-sets.ts";

const allows = (set: PreparedPolicies, request: Parameters<PreparedPolicies["evaluate"]>[0]) => {
  const verdict = set.evaluate(request);
  if (verdict instanceof Promise) throw new TypeError("the Cedar engine answers at once");
  return combineVerdicts([verdict]);
};

test("a suggestion permits every call that was allowed, as it was bound, and none that the permits in force do not", async (t) => {
  const neighbours = ["project:example.other", "user:example.notes"].flatMap((plugin) =>
    actions.map((action) => requestOf[action]({ plugin })),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(policy, { minLength: 1, maxLength: 12 }),
      fc.array(fc.nat({ max: 60 }), { maxLength: 20 }),
      async (texts, paths) => {
        const valid: string[] = [];
        for (const text of texts) if ((await findingsOf(text, entities)).length === 0) valid.push(text);
        const whole = [invariants, policyFile(valid.join("\n"))];
        const more = paths.flatMap((number) => [
          readCall(`notes/${number % 5}/${number}`),
          requestCall({
            url: `https://api.example.com/v1/${number % 7}/${number}`,
            method: number % 2 ? "GET" : "POST",
          }),
        ]);
        const { least, recorded, suggested } = await suggestFor(t, whole, [...variedCalls(), ...more]);
        t.deepEqual(least.wrong, []);
        t.deepEqual(least.unprovided, []);
        const before = await prepareCedar(whole, entities);
        for (const { entry, request } of recorded()) {
          if (request === undefined) continue;
          const now = allows(suggested, request);
          if (entry.answer === "allow") t.is(now.kind, "allow", `${entry.action} ${entry.resource}\n${least.text}`);
          // Nothing is permitted that was not; forbids stay beside it.
          if (now.kind === "allow" && entry.answer === "deny") t.not(entry.cause, "no-permit");
          if (now.kind === "allow" && entry.answer === "allow")
            t.deepEqual(boundsIn(now.obligations), boundsIn(entry.obligations));
        }
        for (const request of neighbours) {
          if (request.action === "network.connect") continue;
          if (allows(suggested, request).kind === "allow") t.is(allows(before, request).kind, "allow");
        }
        suggested.dispose();
        before.dispose();
      },
    ),
    { numRuns: 25 },
  );
});

const boundsIn = (obligations: readonly object[]) =>
  obligations
    .map((one) => JSON.stringify(Object.entries({ ...one, policy: "" }).toSorted(([a], [b]) => (a < b ? -1 : 1))))
    .toSorted()
    .filter((one, index, all) => all.indexOf(one) === index);

const anything = '@id("all") permit (principal, action, resource);';

test("where one policy permits everything, no other plugin gets anything of what is suggested", async (t) => {
  const { least, suggested } = await suggestFor(t, [invariants, policyFile(anything)], variedCalls());
  t.true(least.permits.length > 5);
  for (const action of actions.filter((one) => one !== "network.connect")) {
    const other = requestOf[action]({ plugin: "project:example.other", agent: "elsewhere" });
    t.is(allows(suggested, other).kind, "deny", action);
  }
});

const reads = (...paths: readonly string[]) => paths.map(readCall);
const rows: readonly {
  readonly what: string;
  readonly policies: string;
  readonly calls: readonly Call[];
  readonly has: readonly RegExp[];
  readonly count: number;
}[] = [
  {
    what: "few files are named, each by itself",
    policies: '@id("notes") permit (principal, action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes");',
    calls: reads("notes/a", "notes/b", "notes/a"),
    has: [
      /resource == Yoi::Path::"notes\/a"/,
      /resource == Yoi::Path::"notes\/b"/,
      /@reason\("2 calls on 2026-11-22; a part of notes"\)/,
    ],
    count: 2,
  },
  {
    what: "many files are covered by the nearest folder that they all lie in",
    policies: '@id("notes") permit (principal, action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes");',
    calls: reads("notes/2026/a", "notes/2026/b", "notes/2026/c", "notes/2026/deep/d"),
    has: [/resource in Yoi::Path::"notes\/2026"\n/],
    count: 1,
  },
  {
    what: "folders are told apart where they are few",
    policies: '@id("notes") permit (principal, action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes");',
    calls: reads(...["a", "b", "c", "d"].flatMap((name) => [`notes/2025/${name}`, `notes/2026/${name}`])),
    has: [/resource in Yoi::Path::"notes\/2025"/, /resource in Yoi::Path::"notes\/2026"/],
    count: 2,
  },
  {
    what: "methods are those that were used, and origins are never covered together",
    policies:
      '@id("web") @timeout("5s") permit (principal, action == Yoi::Action::"https.request", resource) unless { context.hop > 3 };',
    calls: [requestCall(), requestCall({ method: "POST" })],
    has: [
      /\["GET", "POST"\]\.contains\(context\.method\)/,
      /@timeout\("5s"\)/,
      /unless \{ context\.hop > 3 \}/,
      /!context\.broad/,
    ],
    count: 1,
  },
  {
    what: "two permits with obligations are both needed, and one without none",
    policies: `@id("slow") @timeout("5s") permit (principal, action == Yoi::Action::"fs.read", resource);
@id("small") @max_response_bytes("100") permit (principal, action == Yoi::Action::"fs.read", resource);
@id("plain") permit (principal, action == Yoi::Action::"fs.read", resource);`,
    calls: reads("notes/a"),
    has: [/@timeout\("5s"\)/, /@max_response_bytes\("100"\)/],
    count: 2,
  },
  {
    what: "a name that no policy can say is covered by its folder",
    policies: '@id("notes") permit (principal, action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes");',
    calls: reads("notes/x/\u202egnp.exe"),
    has: [/resource in Yoi::Path::"notes\/x"/],
    count: 1,
  },
];

for (const { what, policies, calls, has, count } of rows) {
  test(what, async (t) => {
    const { least } = await suggestFor(t, [invariants, policyFile(policies)], calls);
    for (const pattern of has) t.regex(least.text, pattern);
    t.is(least.permits.length, count, least.text);
    t.deepEqual(least.wrong, []);
  });
}

test("permits in force that nothing used are listed, and what was taken away is not given back", async (t) => {
  const text = `@id("used") permit (principal, action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes");
@id("idle") permit (principal, action == Yoi::Action::"fs.write", resource in Yoi::Path::"notes");`;
  const { least } = await suggestFor(t, [invariants, policyFile(text)], reads("notes/a"));
  t.is(least.inForce, 2);
  t.deepEqual(
    least.unused.map(({ name }) => name),
    ["idle"],
  );
  const wide = await prepareCedar([invariants, policyFile(anything)]);
  const reader = await recordDecisions(t, [wide], reads("notes/a", "notes/b"));
  const narrow = await prepareCedar([
    invariants,
    policyFile('permit (principal, action, resource == Yoi::Path::"notes/a");'),
  ]);
  const later = await suggestLeast({
    calls: () => recordedCalls(reader, { last: 10 }),
    sets: [narrow],
    sources: { policies: [invariants] },
    cedar,
  });
  t.like(later, { calls: 1, deniedNow: 1, wrong: [] });
  t.notRegex(later.text, /notes\/b/);
});

opaTest("what a permit in Rego allowed is named thing by thing, and its obligations stay with it", async (t) => {
  const rego = `package yoi.policy.notes

permit contains {"id": "reads"} if {
	input.action == "fs.read"
	"notes" in input.resource.within
}

oblige contains {"id": "slowly", "timeout": "5s"} if input.action == "fs.read"
`;
  const engine = regoEngine();
  const unit = await engine.prepare({ policies: [...shippedSources, regoFile(rego)] });
  const calls = reads("notes/a", "notes/b", "notes/c", "notes/d", "notes/e");
  const { least } = await suggestFor(t, [invariants], calls, [unit]);
  t.is(least.permits.length, 5);
  t.deepEqual(least.wrong, []);
  t.notRegex(least.text, /timeout|resource in/);
  await engine.close();
});

test("what only Rego permits and is too much to name is said to need its permit", async (t) => {
  const permit = policyNamed("reads", "permit");
  const { set } = fakeSet(
    () => verdictOf("permit", { engine: "rego", determining: [{ ...permit, engine: "rego" }] }),
    "rego",
  );
  const [wide] = (await prepareCedar("permit (principal, action, resource);")).outline();
  if (wide === undefined) return t.fail("a policy has an outline");
  const own = { ...permit, engine: "rego" };
  const rego = { ...set, policies: [own], outline: () => [{ ...wide, policy: own }] };
  const calls = reads(...Array.from({ length: limits.suggestedPermitsMax + 1 }, (_, number) => `notes/${number}`));
  const slow =
    '@id("slow") @timeout("5s") permit (principal, action == Yoi::Action::"fs.read", resource in Yoi::Path::"keys");';
  const { least } = await suggestFor(t, [invariants, policyFile(slow)], calls, [rego]);
  // What stays permits what this obliges to, too.
  t.deepEqual(
    least.permits.map(({ id }) => id),
    ["slow"],
  );
  t.like(least, { calls: calls.length, wrong: [], unprovided: [{ policy: { name: "reads" }, calls: calls.length }] });
});

test("a suggestion that would take a call away, or give one, is known to be wrong", async (t) => {
  const permit = { ...policyNamed("reads", "permit"), engine: "cedar" };
  const text = 'permit (principal, action == Yoi::Action::"fs.read", resource) when { context.via.depth > 5 };';
  const { set } = fakeSet(() => verdictOf("permit", { engine: "cedar", determining: [permit] }), "cedar");
  const [outline] = (await prepareCedar(text)).outline();
  if (outline === undefined) return t.fail("a policy has an outline");
  // What it says is not what it does: its narrowed part does what it says.
  const untrue = { ...set, policies: [permit], outline: () => [{ ...outline, policy: permit }] };
  const reader = await recordDecisions(t, [untrue], reads("notes/a"));
  const calls = () => recordedCalls(reader, { last: 10 });
  const taken = await suggestLeast({ calls, sets: [untrue], sources: { policies: [invariants] }, cedar });
  t.is(taken.wrong.length, 1);
  // One that says more than it does: what it denied would be allowed.
  const { set: picky } = fakeSet(
    ({ resource }) =>
      resource.id.endsWith("x")
        ? verdictOf("abstain", { engine: "cedar" })
        : verdictOf("permit", { engine: "cedar", determining: [permit] }),
    "cedar",
  );
  const [wide] = (await prepareCedar("permit (principal, action, resource);")).outline();
  if (wide === undefined) return t.fail("a policy has an outline");
  const lax = { ...picky, policies: [permit], outline: () => [{ ...wide, policy: permit }] };
  const more = await recordDecisions(t, [lax], reads("notes/a", "notes/b", "notes/c", "notes/d", "notes/x"));
  const given = await suggestLeast({
    calls: () => recordedCalls(more, { last: 10 }),
    sets: [lax],
    sources: { policies: [invariants] },
    cedar,
  });
  t.is(given.wrong.length, 1);
});

test("a suggestion that would hold a call to less is known to be wrong", async (t) => {
  const permit = { ...policyNamed("reads", "permit"), engine: "cedar" };
  const timeout = { kind: "timeout", ms: 5, policy: permit.id } as const;
  const { set } = fakeSet(
    () => verdictOf("permit", { engine: "cedar", determining: [permit], obligations: [timeout] }),
    "cedar",
  );
  const [outline] = (await prepareCedar("permit (principal, action, resource);")).outline();
  if (outline === undefined) return t.fail("a policy has an outline");
  // It obliges without an annotation that says so, which no policy of Cedar's can.
  const untold = { ...set, policies: [permit], outline: () => [{ ...outline, policy: permit }] };
  const reader = await recordDecisions(t, [untold], reads("notes/a"));
  const loose = await suggestLeast({
    calls: () => recordedCalls(reader, { last: 10 }),
    sets: [untold],
    sources: { policies: [invariants] },
    cedar,
  });
  t.is(loose.wrong.length, 1);
});
