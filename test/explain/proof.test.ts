import test, { type ExecutionContext } from "ava";
import type { Call } from "../../src/calls/call.ts";
import { type Action, actions } from "../../src/calls/powers.ts";
import { combineVerdicts } from "../../src/decisions/combine-verdicts.ts";
import type { PolicyEngine, PolicySource } from "../../src/engines/policy-engine.ts";
import { evaluateAll } from "../../src/explain/evaluate-all.ts";
import type { Explanation } from "../../src/explain/explanation.ts";
import { readMentions } from "../../src/explain/nearby/read-mentions.ts";
import { nearbyCalls } from "../../src/explain/nearby/walk-nearby.ts";
import { noonish } from "../support/broker-parts.ts";
import { cedar } from "../support/cedar-sets.ts";
import { broadCall, cedarAlone, type Explaining, edited, explaining } from "../support/explained-calls.ts";
import { opaTest, plainTest } from "../support/opa.ts";
import { regoEngine } from "../support/rego-sets.ts";
import { deniedBy, denyingPolicies, languages, namedBy, neighboursOf } from "./proof-rows.ts";

const rego = regoEngine();
test.after.always(() => rego.close());
const bothEngines: readonly PolicyEngine[] = [cedar, rego];

/** Calls with up to two parts changed, as far as policies mention what could matter: all of them. */
function* everyNearby({ request, traces, nearest }: Explanation, call: Call) {
  const mentions = readMentions(traces, nearest);
  const origin = { call, request, atMs: noonish };
  for (const one of nearbyCalls(origin, mentions)) {
    yield one;
    yield* nearbyCalls({ call: one.call, request, atMs: one.atMs }, mentions);
  }
}

/** What an explanation claims about changes, held against evaluation. */
async function holdChanges(t: ExecutionContext, explanation: Explanation, call: Call, world: Explaining) {
  const { changes } = explanation;
  if (changes === undefined) return;
  if (changes.allowed.length > 0) {
    for (const { words, parts } of changes.allowed) t.true(parts.length > 0, words?.join(" "));
    return;
  }
  const { put, sets } = world.policies;
  if (put === undefined) throw new Error("nothing to put questions with");
  for (const { call: nearby, atMs, part } of everyNearby(explanation, call)) {
    const { request, flaw } = put(nearby, atMs);
    const isAllowed = flaw === undefined && combineVerdicts(await evaluateAll(sets, request)).kind === "allow";
    t.false(isAllowed, `${part.what} ${part.to}`);
  }
}

/** The first suggestion, made: exactly the call is allowed by it, and all others stay as they were. */
async function holdSuggestion(
  t: ExecutionContext,
  { suggestions: [first] }: Explanation,
  row: { readonly action: Action; readonly own: readonly PolicySource[]; readonly engines: readonly PolicyEngine[] },
) {
  const { action, own, engines } = row;
  if (first === undefined) return;
  t.true(first.allows);
  const before = await explaining(engines, own);
  const after = await explaining(engines, edited(own, first.edits));
  try {
    t.is((await after.judge(broadCall(action))).kind, "allow");
    for (const other of neighboursOf(action)) {
      const [was, is] = [await before.judge(other), await after.judge(other)];
      t.is(is.kind, was.kind, `${other.principal.id} ${other.action} ${JSON.stringify(other.ask)}`);
    }
  } finally {
    before.dispose();
    after.dispose();
  }
}

for (const language of languages) {
  for (const cause of deniedBy) {
    for (const action of actions) {
      // What ships permits every connection for a request: only a forbid denies one.
      if (action === "network.connect" && cause === "no-permit") continue;
      const declare = language === "cedar" ? plainTest : opaTest;
      declare(
        `${cause} of ${action} by ${language}: the policy, its place, and a first suggestion that mends exactly this`,
        async (t) => {
          const engines = language === "cedar" ? cedarAlone : bothEngines;
          const own = denyingPolicies(cause, action, language);
          const world = await explaining(engines, own);
          try {
            const call = broadCall(action);
            const explanation = await world.explain(call);
            t.like(explanation, { answer: "deny", cause, consistent: true });
            const traced = explanation.traces.filter(({ policy }) => policy.name.endsWith(namedBy(cause)));
            t.is(traced.length, own.length);
            for (const { policy } of traced) t.true(own.some(({ file }) => file === policy.place.file));
            t.true(explanation.suggestions.length > 0);
            await holdSuggestion(t, explanation, { action, own, engines });
            await holdChanges(t, explanation, call, world);
          } finally {
            world.dispose();
          }
        },
      );
    }
  }
}
