import test from "ava";
import fc from "fast-check";
import { combineVerdicts } from "../../../src/decisions/combine-verdicts.ts";
import type { VerdictEffect } from "../../../src/decisions/verdict.ts";
import { prepareCedar, readRequest } from "../../support/cedar-sets.ts";
import { opaTest } from "../../support/opa.ts";
import { regoEngine, regoFile, shippedSources } from "../../support/rego-sets.ts";

const engine = regoEngine();
test.after.always(() => engine.close());

const inCedar: { readonly [E in VerdictEffect]: string } = {
  abstain: 'permit (principal, action == Yoi::Action::"fs.write", resource);',
  permit: 'permit (principal, action == Yoi::Action::"fs.read", resource);',
  error: "forbid (principal, action, resource) when { context.via.depth * 9223372036854775807 > 1 };",
  forbid: 'forbid (principal, action == Yoi::Action::"fs.read", resource);',
};
const inRego: { readonly [E in VerdictEffect]: string } = {
  abstain: 'permit contains {"id": "a"} if input.action == "fs.write"',
  permit: 'permit contains {"id": "a"} if input.action == "fs.read"',
  error: 'torn(x) := 1 if x.action\n\ntorn(x) := 2 if x.action\n\nforbid contains {"id": "a"} if torn(input) == 3',
  forbid: 'forbid contains {"id": "a"} if input.action == "fs.read"',
};
const effects = ["abstain", "permit", "error", "forbid"] as const;
// Depth 2 overflows; whatever else is asked does not hang on it.
const request = readRequest({ via: { command: false, depth: 2 } });

const expected: { readonly [row: string]: string } = {
  "abstain abstain": "no-permit",
  "abstain permit": "allow",
  "abstain error": "engine-error",
  "abstain forbid": "explicit-forbid",
  "permit permit": "allow",
  "permit error": "engine-error",
  "permit forbid": "explicit-forbid",
  "error error": "engine-error",
  "error forbid": "explicit-forbid",
  "forbid forbid": "explicit-forbid",
};

async function verdictsOf(cedarText: string, regoText: string) {
  const cedar = await prepareCedar(cedarText);
  const rego = await engine.prepare({
    policies: [...shippedSources, regoFile(`package yoi.policy.row\n\n${regoText}\n`)],
  });
  try {
    return [await cedar.evaluate(request), await rego.evaluate(request)];
  } finally {
    cedar.dispose();
    rego.dispose();
  }
}

for (const one of effects) {
  for (const other of effects) {
    const row = expected[`${one} ${other}`] ?? expected[`${other} ${one}`] ?? "";
    opaTest(`${one} by Cedar and ${other} by Rego come to ${row}`, async (t) => {
      const verdicts = await verdictsOf(inCedar[one], inRego[other]);
      t.deepEqual(
        verdicts.map(({ effect }) => effect),
        [one, other],
      );
      const combined = combineVerdicts(verdicts);
      t.is(combined.kind === "allow" ? "allow" : combined.causes[0], row);
      t.deepEqual(combineVerdicts(verdicts.toReversed()), combined);
    });
  }
}

opaTest("what Rego obliges to counts for what Cedar permits", async (t) => {
  const oblige = 'oblige contains {"id": "small", "max_response_bytes": 100} if input.action == "fs.read"';
  const combined = combineVerdicts(await verdictsOf(inCedar.permit, oblige));
  t.like(combined, { kind: "allow", obligations: [{ kind: "max_response_bytes", bytes: 100 }] });
});

opaTest("no forbid that is added in Rego, in any order and number, allows what was denied", async (t) => {
  const rules = ["permit", "forbid", "oblige"] as const;
  const bodies = ["true", "false", 'input.action == "fs.read"', "not input.context.mount", "input.context.nothing"];
  const rule = fc.record({ kind: fc.constantFrom(...rules), body: fc.constantFrom(...bodies.slice(0, 4)) });
  const textOf = (list: readonly { readonly kind: string; readonly body: string }[]) =>
    list
      .map(
        ({ kind, body }, n) =>
          `${kind} contains {"id": "r${n}"${kind === "oblige" ? ', "timeout": "5s"' : ""}} if ${body}`,
      )
      .join("\n\n");
  await fc.assert(
    fc.asyncProperty(fc.array(rule, { minLength: 1, maxLength: 5 }), fc.constantFrom(...effects), async (list, one) => {
      const [before, shuffled, more] = await Promise.all([
        verdictsOf(inCedar[one], textOf(list)),
        verdictsOf(inCedar[one], textOf(list.toReversed())),
        verdictsOf(inCedar[one], textOf([...list, { kind: "forbid", body: "true" }])),
      ]);
      t.is(combineVerdicts(shuffled).kind, combineVerdicts(before).kind);
      t.is(combineVerdicts(more).kind, "deny");
    }),
    { numRuns: 12 },
  );
});
