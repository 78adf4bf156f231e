import test from "ava";
import fc from "fast-check";
import { createCedarEngine } from "../../src/engines/cedar/cedar-engine.ts";
import type { PolicyEngine, PolicySource } from "../../src/engines/policy-engine.ts";
import { YoiError } from "../../src/errors/yoi-error.ts";
import { policy, request } from "../support/cedar-arbitraries.ts";
import { policyFile, schemaJson } from "../support/cedar-sets.ts";

const broken = fc.constantFrom(
  "permit (principal, action, resource",
  "forbid (nobody, action, resource);",
  '@id("a") ',
);
const text = fc
  .tuple(fc.array(policy, { maxLength: 4 }), fc.option(broken, { freq: 6, nil: "" }))
  .map(([policies, rest]) => policies.join("\n") + rest);
const source = fc
  .tuple(text, fc.constantFrom("a.cedar", "b.cedar"), fc.constantFrom("workspace", "user", "grant"))
  .map(([written, file, layer]): PolicySource => {
    const place = layer === "grant" ? { origin: { file: "yoi.toml", line: 3, column: 1 } } : {};
    return policyFile(written, { file, layer, ...place });
  });

/** What an engine makes of sources: what it says of some requests, or why it refuses them. */
async function madeOf(engine: PolicyEngine, policies: readonly PolicySource[], asked: Parameters<typeof ask>[1]) {
  try {
    const set = await engine.prepare({ policies });
    const made = { digest: set.digest, policies: set.policies, verdicts: await ask(set, asked) };
    set.dispose();
    return made;
  } catch (error) {
    if (YoiError.is(error, "YOI_POLICY_INVALID")) return { findings: error.details.findings };
    throw error;
  }
}

async function ask(
  set: Awaited<ReturnType<PolicyEngine["prepare"]>>,
  asked: readonly Parameters<typeof set.evaluate>[0][],
) {
  return Promise.all(asked.map((one) => set.evaluate(one)));
}

test("an engine that remembers what it read says what one that reads anew says", async (t) => {
  let [accepted, refused] = [0, 0];
  const sets = fc.array(fc.array(source, { maxLength: 4 }), { minLength: 2, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(sets, fc.array(request, { minLength: 1, maxLength: 3 }), async (loaded, asked) => {
      const engine = createCedarEngine({ schemaJson });
      // Each set twice: what was refused is refused again, and for the same.
      for (const policies of [...loaded, ...loaded]) {
        const remembered = await madeOf(engine, policies, asked);
        t.deepEqual(remembered, await madeOf(createCedarEngine({ schemaJson }), policies, asked));
        if ("findings" in remembered) refused++;
        else accepted++;
      }
    }),
    { numRuns: process.env["CI"] === undefined ? 15 : 40 },
  );
  t.true(accepted > 0 && refused > 0);
});
