import test from "ava";
import fc from "fast-check";
import type { AuthorizationRequest } from "../../../src/calls/value.ts";
import type { PreparedPolicies } from "../../../src/engines/policy-engine.ts";
import type { LintFinding } from "../../../src/workbench/lint/lint-policies.ts";
import { lintPolicies } from "../../../src/workbench/lint/lint-policies.ts";
import { readOptionalParts } from "../../../src/workbench/lint/optional-parts.ts";
import { entities, policy, request } from "../../support/cedar-arbitraries.ts";
import { judge, policyFile, prepareCedar } from "../../support/cedar-sets.ts";
import { shippedRego } from "../../support/shipped-rego.ts";

const optional = readOptionalParts(shippedRego.schema);

interface LintedSet {
  readonly set: PreparedPolicies;
  readonly texts: ReadonlyMap<string, string>;
  readonly findings: readonly LintFinding[];
}

/** Policies of which one refines the other: a scope that is narrower, a further condition. */
const related = fc
  .tuple(policy, fc.constantFrom("", "when { context.declared }", "when { context.via.depth > 1 }"))
  .map(([text, more]) => {
    const permit = text.replace(/^(?:@\w+\("[^"]*"\) )?(?:permit|forbid)/, "permit");
    return [text.replace(/^(?:@\w+\("[^"]*"\) )?(?:permit|forbid)/, "forbid"), permit.replace(/;$/, `${more};`)];
  });

/** Those of the policies that are valid, together. */
async function lintedSet(policies: readonly string[]): Promise<LintedSet | undefined> {
  const valid: string[] = [];
  for (const text of policies) {
    const one = await prepareCedar([policyFile(text)], entities).catch(() => undefined);
    if (one !== undefined) valid.push(text);
    one?.dispose();
  }
  if (valid.length === 0) return undefined;
  const set = await prepareCedar([policyFile(valid.join("\n"))], entities);
  const outlines = set.outline();
  const texts = new Map(outlines.map((outline, index) => [outline.policy.id, valid[index] ?? ""]));
  const { findings } = lintPolicies({ outlines, sources: [], optional, nowMs: 0 });
  return { set, texts, findings };
}

async function alone(text: string): Promise<PreparedPolicies> {
  return prepareCedar([policyFile(text)], entities);
}

const sets = fc
  .tuple(fc.array(policy, { maxLength: 2 }), fc.array(related, { minLength: 1, maxLength: 2 }))
  .map(([some, pairs]) => [...some, ...pairs.flat()]);
const requests = fc.array(request, { minLength: 20, maxLength: 40 });

/** Holds every finding of a rule against requests. */
function holds(rule: string, check: (found: LintFinding, linted: LintedSet, asked: AuthorizationRequest[]) => unknown) {
  return fc.assert(
    fc.asyncProperty(sets, requests, async (policies, asked) => {
      const linted = await lintedSet(policies);
      for (const found of linted?.findings ?? []) {
        if (linted !== undefined && found.rule === rule) await check(found, linted, asked);
      }
      linted?.set.dispose();
    }),
    { numRuns: 60 },
  );
}

test("a permit that is called shadowed permits no request that is allowed", async (t) => {
  let shadowed = 0;
  await holds("shadowed-permit", async (found, { set, texts }, asked) => {
    shadowed++;
    const permit = await alone(texts.get(found.policy ?? "") ?? "");
    for (const one of asked) {
      if (judge(permit, one).effect === "permit") t.not(judge(set, one).effect, "permit", found.message);
    }
    permit.dispose();
  });
  t.true(shadowed > 0, "the generated policies shadow one another now and then");
});

const contradicting = [
  "when { context.via.depth > 2 } when { context.via.depth < 2 }",
  "when { context.via.depth > 1 } when { context.via.depth < 3 }",
  "when { context.now.hour >= 18 } unless { context.now.hour >= 8 }",
  "when { context.now.hour >= 8 } unless { context.now.hour >= 18 }",
  "when { context.declared } unless { context.declared }",
  "when { context.plugin.version == context.plugin.version } unless { context.declared }",
  'when { context.plugin.id == Yoi::Plugin::"a" } when { context.plugin.id == Yoi::Plugin::"b" }',
  'when { context.plugin.id == Yoi::Plugin::"project:example.notes" } when { context.plugin.id in Yoi::Source::"user" }',
];

test("a policy that is said never to apply determines no verdict", async (t) => {
  let told = 0;
  const changed = fc
    .tuple(policy, fc.constantFrom(...contradicting))
    .map(([text, more]) => text.replace(/;$/, `${more};`));
  await fc.assert(
    fc.asyncProperty(changed, requests, async (text, asked) => {
      const linted = await lintedSet([text]);
      if (linted?.findings.some(({ rule }) => rule === "never-applies") === true) {
        told++;
        for (const one of asked) t.deepEqual(judge(linted.set, one).determining, [], text);
      }
      linted?.set.dispose();
    }),
    { numRuns: 100 },
  );
  t.true(told > 0, "some of the generated policies never apply");
});
