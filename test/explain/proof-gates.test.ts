import test from "ava";
import type { Call } from "../../src/calls/call.ts";
import type { Cause } from "../../src/decisions/cause.ts";
import type { PolicyEngine, PolicySource } from "../../src/engines/policy-engine.ts";
import { noonish } from "../support/broker-parts.ts";
import { cedar, policyFile } from "../support/cedar-sets.ts";
import { broadCall, broadInventory, broadStanding, cedarAlone, explaining } from "../support/explained-calls.ts";
import { fakeSet, permitWith } from "../support/fake-engine.ts";
import { createMemoryJournal } from "../support/memory-journal.ts";

// What denies a call after the engines have answered, or although they would allow it: no policy that is added, and no
// part of the request that is changed, would help, and nothing is claimed to.

const permits = policyFile('@id("reads") permit (principal, action == Yoi::Action::"fs.read", resource);');
const rated = policyFile('@id("reads") @rate("1/1h") permit (principal, action == Yoi::Action::"fs.read", resource);');
const ratedId = ".yoi/policies/test.cedar#reads";

interface Row {
  readonly cause: Cause;
  readonly because: RegExp;
  readonly own: readonly PolicySource[];
  readonly call?: Call;
  readonly parts?: Parameters<typeof explaining>[2];
}

async function usedUp() {
  const journal = createMemoryJournal();
  const claim = { key: `${broadStanding.ref} ${ratedId}`, count: 1, windowMs: 3_600_000 };
  await journal.claimRates([claim], noonish, { consume: true });
  return journal;
}

function brokenJournal() {
  const journal = createMemoryJournal();
  journal.breakWhen((what) => what === "rates");
  return journal;
}

const flawed = new Map([
  [
    "everything",
    { effects: [], inputFlaw: () => ({ cause: "schema-invalid", message: "`city` is no text" }) as const },
  ],
]);
const rows: { readonly [title: string]: () => Promise<Row> } = {
  "a rate that is used up": async () => ({
    cause: "limit",
    because: /^1 in 3600 s are used up/,
    own: [rated],
    parts: { journal: await usedUp() },
  }),
  "a rate that cannot be counted": async () => ({
    cause: "journal-unwritable",
    because: /could not count/,
    own: [rated],
    parts: { journal: brokenJournal() },
  }),
  "nothing that could do it": async () => ({
    cause: "no-effector",
    because: /nothing here can do `fs\.read`/,
    own: [permits],
    parts: { effectors: {} },
  }),
  "an input off its schema": async () => ({
    cause: "schema-invalid",
    because: /`city` is no text/,
    own: [],
    call: broadCall("tool.execute"),
    parts: { inventory: broadInventory({ tools: flawed }) },
  }),
};
for (const [title, rowOf] of Object.entries(rows)) {
  test(`${title} is explained, and no change is claimed to help`, async (t) => {
    const { cause, because, own, call = broadCall("fs.read"), parts = {} } = await rowOf();
    const world = await explaining(cedarAlone, own, parts);
    const explanation = await world.explain(call);
    t.is(explanation.cause, cause);
    t.regex(explanation.because ?? "", because);
    t.deepEqual(explanation.suggestions, []);
    t.deepEqual(explanation.changes?.allowed ?? [], []);
    t.true(explanation.consistent);
    world.dispose();
  });
}

test("a path that climbs is explained with the path that would not", async (t) => {
  const world = await explaining(cedarAlone, [permits]);
  const explanation = await world.explain(broadCall("fs.read", { path: "notes/2026/../plan.md" }));
  t.is(explanation.cause, "schema-invalid");
  t.deepEqual(explanation.suggestions, []);
  world.dispose();
});

test("an obligation that nobody knows is explained by its name and its policy", async (t) => {
  // A loader refuses what it can read; what a compiled bundle demands is known only when it answers.
  const odd = { kind: "unknown", name: "watch-closely", policy: "odd.wasm#odd" } as const;
  const { set } = fakeSet(() => permitWith(odd));
  const bundle: PolicyEngine = { name: "fake", version: "1", prepare: async () => set, close: async () => undefined };
  const world = await explaining([cedar, bundle], [permits]);
  const explanation = await world.explain(broadCall("fs.read"));
  t.is(explanation.cause, "obligation-unknown");
  t.is(explanation.because, "no way to discharge `watch-closely` (odd.wasm#odd)");
  t.deepEqual(explanation.suggestions, []);
  world.dispose();
});
