import test, { type ExecutionContext } from "ava";
import type { Call } from "../../src/calls/call.ts";
import type { PolicyEngine, PolicySource } from "../../src/engines/policy-engine.ts";
import { cedar, policyFile } from "../support/cedar-sets.ts";
import { broadCall, cedarAlone, edited, explaining } from "../support/explained-calls.ts";
import { opaTest } from "../support/opa.ts";
import { regoEngine, regoFile } from "../support/rego-sets.ts";

// ATTACK: threats 34: a guest asks for what would end the text of a policy that is suggested, and begin another.

const rego = regoEngine();
test.after.always(() => rego.close());

const names = [
  'a"); permit (principal, action, resource); @id("b") forbid (principal == Yoi::Plugin::"x',
  'a" ] != [ "b", "c',
  'a" } unless { true }; //',
  "a `b` 'c' #",
  "a*b",
  "\u{1f600} ünï \u00a0",
] as const;
const calls: readonly Call[] = [
  ...names.map((name) => broadCall("fs.read", { path: `notes/${name}` })),
  ...['"', "%22);permit(principal,action,resource)", "'*'", "%2a"].map((part) =>
    broadCall("https.request", { url: `https://api.example.com/v2/${part}` }),
  ),
];
const others = [broadCall("fs.read", { path: "notes/other.md" }), broadCall("https.request"), broadCall("fs.write")];

const inCedar = policyFile('@id("held") forbid (principal, action, resource) when { context.declared };');
const inRego = regoFile('package yoi.policy.held\n\nforbid contains {"id": "held"} if input.context.declared\n');

async function holds(t: ExecutionContext, own: readonly PolicySource[], engines: readonly PolicyEngine[]) {
  let suggested = 0;
  for (const call of calls) {
    const world = await explaining(engines, own);
    const [narrowest] = (await world.explain(call)).suggestions;
    world.dispose();
    for (const { edits } of narrowest === undefined ? [] : [narrowest]) {
      suggested++;
      const after = await explaining(engines, edited(own, edits));
      t.is((await after.judge(call)).kind, "allow");
      for (const other of others) t.is((await after.judge(other)).kind, "deny");
      after.dispose();
    }
  }
  t.true(suggested > 0);
}

test("a permit that is suggested for a hostile name speaks of that name alone", (t) => holds(t, [], cedarAlone));
test("an exception in Cedar for a hostile name speaks of that name alone", (t) => holds(t, [inCedar], cedarAlone));
opaTest("an exception in Rego for a hostile name speaks of that name alone", (t) => holds(t, [inRego], [cedar, rego]));
