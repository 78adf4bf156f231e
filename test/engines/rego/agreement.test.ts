import { readFileSync } from "node:fs";
import test from "ava";
import type { AuthorizationRequest } from "../../../src/calls/value.ts";
import { combineVerdicts } from "../../../src/decisions/combine-verdicts.ts";
import { tightestBounds } from "../../../src/decisions/obligation.ts";
import type { Verdict } from "../../../src/decisions/verdict.ts";
import { createEvaluator } from "../../../src/engines/rego/evaluation/create-evaluator.ts";
import { fromRegoAnswers } from "../../../src/engines/rego/from-rego-answer.ts";
import { createOpaProgram } from "../../../src/engines/rego/opa/start-opa-program.ts";
import { toRegoInput } from "../../../src/engines/rego/to-rego-input.ts";
import { invariants, judge, policyFile, prepareCedar } from "../../support/cedar-sets.ts";
import { found, opaTest } from "../../support/opa.ts";
import { regoUnit } from "../../support/shipped-rego.ts";
import { workedData, workedEntities, workedFolder, workedPolicies } from "../../support/worked-policies.ts";

const opa = createOpaProgram();
const evaluator = createEvaluator();
test.after.always(async () => {
  await Promise.all([opa.close(), evaluator.close()]);
});

/** Compiles one file and judges by it, as the engine does. */
async function prepareRego(file: string, text: string) {
  const modules = regoUnit({ [file]: text, "data.json": workedData });
  const { rules, wasm, data } = found(await opa.compile(modules));
  const loaded = await evaluator.load({ name: file, wasm, data });
  const unit = { name: file, layer: "workspace", rules } as const;
  return {
    rules,
    judge: async (request: AuthorizationRequest): Promise<Verdict> =>
      fromRegoAnswers([{ unit, answer: await loaded.evaluate(toRegoInput(request)) }], rules.length),
    /** The same by OPA's own evaluator. */
    judgeSlowly: async (request: AuthorizationRequest): Promise<Verdict> => {
      const { decision } = found(await opa.trace(modules, toRegoInput(request)));
      return fromRegoAnswers([{ unit, answer: decision }], rules.length);
    },
    dispose: () => loaded.dispose(),
  };
}

/** What verdicts come to: whether a call is allowed, and what must be done with it then. */
function cameTo(verdicts: readonly Verdict[]) {
  const combined = combineVerdicts(verdicts);
  if (combined.kind === "deny") return { kind: "deny", causes: combined.causes };
  const rates = combined.obligations.flatMap((one) => (one.kind === "rate" ? [[one.count, one.windowMs].join()] : []));
  return { kind: "allow", bounds: tightestBounds(combined.obligations), rates: [...new Set(rates)] };
}

for (const { name, allows, denies, obliges = [] } of workedPolicies) {
  opaTest(`${name}: Cedar alone, Rego alone and both together agree`, async (t) => {
    const [cedarText, regoText] = [".cedar", ".rego"].map((end) =>
      readFileSync(new URL(`${name}${end}`, workedFolder), "utf8"),
    );
    const shipped = await prepareCedar([invariants]);
    const cedar = await prepareCedar([invariants, policyFile(cedarText ?? "")], workedEntities);
    const rego = await prepareRego(`${name}.rego`, regoText ?? "");
    const calls = [...allows.map((call) => ["allow", call] as const), ...denies.map((call) => ["deny", call] as const)];
    for (const [expected, call] of calls) {
      const [byCedar, byShipped, byRego] = [judge(cedar, call), judge(shipped, call), await rego.judge(call)];
      t.deepEqual(byRego.errors, []);
      t.deepEqual(await rego.judgeSlowly(call), byRego);
      const alone = cameTo([byCedar]);
      t.is(alone.kind, expected, toRegoInput(call));
      // What ships is Cedar, and holds whatever operators write in.
      t.deepEqual(cameTo([byShipped, byRego]), alone, toRegoInput(call));
      t.deepEqual(cameTo([byCedar, byRego]), alone, toRegoInput(call));
      if (expected === "allow")
        t.deepEqual(byRego.obligations.map(({ kind }) => kind).toSorted(), [...obliges].toSorted());
    }
    for (const set of [shipped, cedar, rego]) set.dispose();
  });

  opaTest(`${name} gives the same reasons in both languages`, async (t) => {
    const texts = [".cedar", ".rego"].map((end) => readFileSync(new URL(`${name}${end}`, workedFolder), "utf8"));
    const [inCedar, inRego] = texts;
    const reasons = [...(inCedar ?? "").matchAll(/@reason\("([^"]*)"\)/g)].map(([, reason = ""]) => reason);
    t.true(reasons.length > 0);
    for (const reason of reasons) t.true(inRego?.includes(`"because": "${reason}"`), reason);
    t.deepEqual(await opa.format({ file: `${name}.rego`, text: inRego ?? "" }), { text: inRego });
  });
}
