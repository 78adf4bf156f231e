import { isAuthorized } from "@cedar-policy/cedar-wasm/nodejs";
import test from "ava";
import fc from "fast-check";
import { limits } from "../../src/calls/limits.ts";
import type { AuthorizationRequest } from "../../src/calls/value.ts";
import type { Verdict } from "../../src/decisions/verdict.ts";
import { createCedarEngine } from "../../src/engines/cedar/cedar-engine.ts";
import { fromCedarAnswer } from "../../src/engines/cedar/from-cedar-answer.ts";
import { knowEntities } from "../../src/engines/cedar/known-entities.ts";
import { wholeRequest } from "../../src/engines/cedar/projection.ts";
import { readEntities } from "../../src/engines/cedar/read-entities.ts";
import { createSourcesRead, readPolicies } from "../../src/engines/cedar/read-policies.ts";
import { toCedarRequest } from "../../src/engines/cedar/to-cedar-request.ts";
import { schemaAsJson } from "../../src/write-schema.ts";
import { entities, policy, request } from "../support/cedar-arbitraries.ts";
import { judge, policyFile, prepareCedar, readRequest, registerRequest, schemaText } from "../support/cedar-sets.ts";

/** The whole set on the whole request, as the library sees it. */
function judgeWhole(text: string, asked: AuthorizationRequest): Verdict {
  const all = [...readPolicies([policyFile(text)], createSourcesRead())].flatMap((read) => read.policy ?? []);
  const known = knowEntities(
    asked,
    readEntities([{ file: "entities.json", layer: "workspace", text: entities }]).added,
  );
  const staticPolicies = Object.fromEntries(all.map(({ part }, position) => [String(position), part.text]));
  const answer = isAuthorized({ ...toCedarRequest(asked, known, wholeRequest), policies: { staticPolicies } });
  return fromCedarAnswer(answer, all, all.length);
}

// Some combinations contradict themselves, and the validator refuses such a set: that is another test's matter.
async function prepareValid(texts: readonly string[]) {
  const valid: string[] = [];
  for (const text of texts) {
    try {
      (await prepareCedar(text, entities)).dispose();
      valid.push(text);
    } catch {
      // Left out.
    }
  }
  return { text: valid.join("\n"), set: await prepareCedar(valid.join("\n"), entities) };
}

test("slicing and projecting change neither the verdict, nor what determines it, nor what erred", async (t) => {
  let compared = 0;
  const seen = new Set<string>();
  const seenOf = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(policy, { minLength: 1, maxLength: 24 }),
      fc.array(request, { minLength: 6, maxLength: 10 }),
      async (texts, requests) => {
        const { text, set } = await prepareValid(texts);
        for (const asked of [...requests, ...requests]) {
          const sliced = judge(set, asked);
          const whole = judgeWhole(text, asked);
          t.deepEqual({ ...sliced, considered: 0 }, { ...whole, considered: 0 });
          t.true(sliced.considered <= whole.considered);
          seen.add(sliced.effect);
          seenOf.add(`${asked.action} ${sliced.effect}`);
          compared++;
        }
        set.dispose();
      },
    ),
    { numRuns: 150 },
  );
  t.true(compared > 1_000);
  t.deepEqual([...seen].sort(), ["abstain", "error", "forbid", "permit"]);
  for (const action of ["https.request", "network.connect", "secret.use"])
    for (const effect of ["forbid", "permit"]) t.true(seenOf.has(`${action} ${effect}`), `${action} ${effect}`);
});

test("all of a record may be read, and still more of an entity in it", async (t) => {
  const text = `forbid (principal, action, resource) when { context has plugin && context.plugin has version };
forbid (principal, action, resource) when { context.plugin.id.enabled };`;
  const asked = registerRequest({});
  t.deepEqual(judge(await prepareCedar(text, entities), asked).determining, judgeWhole(text, asked).determining);
  t.is(judgeWhole(text, asked).determining.length, 2);
});

test("a call is judged by the policies whose scope can match it, and by no others", async (t) => {
  const read = 'action == Yoi::Action::"fs.read"';
  const matching = [
    `permit(principal, action, resource);`,
    `permit(principal == Yoi::Plugin::"project:example.notes", ${read}, resource);`,
    `permit(principal in Yoi::Source::"project", action in Yoi::Action::"files", resource is Yoi::Path in Yoi::Path::"notes");`,
    `permit(principal is Yoi::Plugin, action in Yoi::Action::"host", resource in Yoi::Path::"notes/2026");`,
  ];
  const others = [
    `permit(principal == Yoi::Plugin::"user:example.notes", ${read}, resource);`,
    `permit(principal in Yoi::Source::"user", ${read}, resource);`,
    `permit(principal, ${read}, resource in Yoi::Path::"notes/2025");`,
    `permit(principal, ${read}, resource == Yoi::Path::"notes");`,
    `permit(principal is Yoi::Plugin in Yoi::Source::"builtin", ${read}, resource);`,
    `permit(principal, action in Yoi::Action::"execute", resource);`,
  ];
  const set = await prepareCedar([...others, ...matching].join("\n"));
  const verdict = judge(set, readRequest());
  t.is(verdict.considered, matching.length);
  t.is(verdict.determining.length, matching.length);
  t.is(verdict.total, matching.length + others.length);
  set.dispose();
});

test("an entity that hangs on another entity's attribute is not projected away", async (t) => {
  const owned = schemaText.replace("pinned: Bool,\n  };", "pinned: Bool,\n    owner: Agent,\n  };");
  t.not(owned, schemaText);
  const engine = createCedarEngine({ schemaJson: schemaAsJson(owned) });
  const text =
    'permit(principal, action == Yoi::Action::"fs.read", resource) when { principal.owner in Yoi::Group::"ops" };';
  const set = await engine.prepare({
    policies: [policyFile(text)],
    entities: [{ file: "entities.json", layer: "workspace", text: entities }],
  });
  const asked = readRequest();
  const owner = { entity: { type: "Agent", id: "cli" } } as const;
  const withOwner = asked.entities.map((entity) =>
    entity.uid.type === "Plugin" ? { ...entity, attributes: { ...entity.attributes, owner } } : entity,
  );
  t.is(judge(set, { ...asked, entities: withOwner }).effect, "permit");
  set.dispose();
});

test("an answer is kept for requests that differ in nothing that a policy mentions", async (t) => {
  const set = await prepareCedar(
    'permit(principal, action == Yoi::Action::"fs.read", resource) when { context.via.depth == 1 };',
  );
  const first = judge(set, readRequest());
  t.is(judge(set, readRequest({ atMs: 0 })), first);
  t.not(judge(set, readRequest({ path: "notes/other.md" })), first);
  t.is(judge(set, readRequest({ via: { command: false, depth: 2 } })).effect, "abstain");
  set.dispose();
});

test("an answer that hangs on the moment is not kept", async (t) => {
  const text = 'permit(principal, action == Yoi::Action::"fs.read", resource) when { context.now.hour < 12 };';
  const set = await prepareCedar(text);
  const morning = readRequest({ atMs: Date.UTC(2026, 1, 1, 9) });
  const first = judge(set, morning);
  t.is(first.effect, "permit");
  t.not(judge(set, morning), first);
  t.is(judge(set, readRequest({ atMs: Date.UTC(2026, 1, 1, 13) })).effect, "abstain");
  set.dispose();
});

test("answers are kept for a bounded number of requests", async (t) => {
  const set = await prepareCedar('permit(principal, action == Yoi::Action::"fs.read", resource);');
  const first = judge(set, readRequest());
  for (let number = 0; number < limits.evaluationCacheMax - 1; number++)
    judge(set, readRequest({ path: `notes/${number}` }));
  t.is(judge(set, readRequest()), first);
  for (let number = 0; number < limits.evaluationCacheMax; number++)
    judge(set, readRequest({ path: `notes/new-${number}` }));
  const again = judge(set, readRequest());
  t.not(again, first);
  t.deepEqual(again, first);
  set.dispose();
});
