import test from "ava";
import fc from "fast-check";
import type { AuthorizationRequest } from "../../src/calls/value.ts";
import { combineVerdicts } from "../../src/decisions/combine-verdicts.ts";
import type { Decision } from "../../src/decisions/decision.ts";
import type { PreparedPolicies } from "../../src/engines/policy-engine.ts";
import { exactRequest } from "../../src/engines/policy-exception.ts";
import { YoiError } from "../../src/errors/yoi-error.ts";
import { evaluateAll } from "../../src/explain/evaluate-all.ts";
import { explainRequest } from "../../src/explain/explain-request.ts";
import type { ExplainedPolicies } from "../../src/explain/explained-policies.ts";
import { explainable } from "../../src/host/explain-in-host.ts";
import { entities, policy, request } from "../support/cedar-arbitraries.ts";
import { cedar, invariants, policyFile } from "../support/cedar-sets.ts";

const runs = process.env["CI"] === undefined ? 60 : 150;

interface World {
  readonly policies: ExplainedPolicies;
  readonly sets: readonly PreparedPolicies[];
}

/** The set of the policies, or nothing where the engine refuses one of them. */
async function worldOf(texts: readonly string[]): Promise<World | undefined> {
  const sources = {
    policies: [invariants, policyFile(texts.join("\n"))],
    entities: [{ file: ".yoi/policies/entities.json", layer: "workspace", text: entities } as const],
  };
  try {
    const sets = [await cedar.prepare(sources)];
    const revision = { digest: "sha256:test", sets, versions: new Map() };
    return { policies: explainable(revision, sources, [cedar]), sets };
  } catch (error) {
    if (YoiError.is(error, "YOI_POLICY_INVALID")) return undefined;
    throw error;
  }
}

async function decide({ sets }: World, asked: AuthorizationRequest): Promise<Decision> {
  const verdicts = await evaluateAll(sets, asked);
  const combined = combineVerdicts(verdicts);
  const base = { id: "01M82BWBH8Y4V0QTFNG5R8MHD4", revision: "sha256:test", verdicts } as const;
  if (combined.kind === "allow") return { ...base, ...combined };
  return { ...base, kind: "deny", cause: combined.causes[0], causes: combined.causes };
}

const sets = fc.array(policy, { minLength: 1, maxLength: 8 });

test("an explanation never changes a decision, and its traces come to it", async (t) => {
  let explained = 0;
  await fc.assert(
    fc.asyncProperty(sets, request, async (texts, asked) => {
      const world = await worldOf(texts);
      if (world === undefined) return;
      const decision = await decide(world, asked);
      const explanation = await explainRequest(asked, decision, world.policies);
      t.is(explanation.answer, decision.kind);
      t.true(explanation.consistent);
      t.deepEqual(await decide(world, asked), decision);
      explained++;
      for (const set of world.sets) set.dispose();
    }),
    { numRuns: runs },
  );
  t.true(explained > 0);
});

test("what is suggested allows the call, and no other call that a forbid denies", async (t) => {
  let suggested = 0;
  const others = fc.array(request, { minLength: 5, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(sets, request, others, async (texts, asked, beside) => {
      const world = await worldOf(texts);
      if (world === undefined) return;
      const { suggestions } = await explainRequest(asked, await decide(world, asked), world.policies);
      for (const { edits } of suggestions) {
        const trial = await world.policies.changed(edits);
        suggested++;
        t.is(combineVerdicts(await evaluateAll(trial.sets, asked)).kind, "allow");
        for (const other of beside) {
          const before = await decide(world, other);
          if (before.kind === "allow" || before.cause === "no-permit" || isSame(other, asked)) continue;
          t.is(combineVerdicts(await evaluateAll(trial.sets, other)).kind, "deny");
        }
        trial.dispose();
      }
      for (const set of world.sets) set.dispose();
    }),
    { numRuns: runs },
  );
  t.true(suggested > 0);
});

function isSame(one: AuthorizationRequest, other: AuthorizationRequest): boolean {
  return JSON.stringify(exactRequest(one)) === JSON.stringify(exactRequest(other));
}
