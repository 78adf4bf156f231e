import { readFileSync } from "node:fs";
import test from "ava";
import { limits } from "../../../src/calls/limits.ts";
import { hostBuiltins, refusedBuiltins } from "../../../src/engines/rego/evaluation/host-builtins.ts";
import { startOpa } from "../../../src/engines/rego/opa/opa-instance.ts";
import type { OpaModules } from "../../../src/engines/rego/opa/opa-program.ts";
import { createOpaProgram } from "../../../src/engines/rego/opa/start-opa-program.ts";
import { type BuiltinRow, builtinRows } from "../../support/builtin-rows.ts";
import { stoppedEvaluator } from "../../support/evaluation-threads.ts";
import { found, opaPath, opaTest } from "../../support/opa.ts";
import { buildPolicy } from "../../support/rego-modules.ts";

const opa = createOpaProgram();
const { evaluator } = stoppedEvaluator();
test.after.always(() => Promise.all([opa.close(), evaluator.close()]));

/** A decision of every case of a row that has a value, as text: what of it is a set is seen to be one. */
function modulesOf(rows: readonly BuiltinRow[]): OpaModules {
  const rules = rows.map(
    ({ call }, row) => `results contains ["${row}", sprintf("%d", [n]), sprintf("%v", [v])] if {
  some n, i in input[${row}]
  v := ${call}
}`,
  );
  const text = `package yoi\n\ndecision := {"results": results}\n\n${rules.join("\n\n")}\n`;
  return { modules: [], shipped: [{ file: "main.rego", text }], data: [], schema: "{}" };
}

type Result = readonly [row: string, number: string, text: string];

/** The set of results, in one order. */
function resultsOf(decision: unknown): readonly Result[] {
  const { results } = decision as { readonly results: readonly Result[] };
  return results.toSorted((one, other) => Number(one[0]) - Number(other[0]) || Number(one[1]) - Number(other[1]));
}

for (const [family, rows] of Object.entries(builtinRows)) {
  opaTest(`${family}: compiled and evaluated, every builtin answers and fails as in OPA itself`, async (t) => {
    const modules = modulesOf(rows);
    const input = JSON.stringify(rows.map(({ cases, failing = [] }) => [...cases, ...failing]));
    const { wasm, data } = found(await opa.compile(modules));
    const unit = await evaluator.load({ name: family, wasm, data });
    const { decision } = found(await opa.trace(modules, input));
    const answer = await unit.evaluate(input);
    const results = resultsOf(answer);
    t.deepEqual(results, resultsOf(decision));
    for (const [row, { call, cases, failing = [] }] of rows.entries()) {
      const valued = results.filter(([of]) => of === String(row)).map(([, n]) => Number(n));
      t.deepEqual(valued, [...cases.keys()], call);
      t.true(
        failing.every((_, n) => !valued.includes(cases.length + n)),
        call,
      );
    }
    unit.dispose();
  });
}

opaTest("what a policy may ask for, and what not, is what OPA's program says", async (t) => {
  const program = await startOpa(await WebAssembly.compile(readFileSync(opaPath)));
  const { names, refused } = JSON.parse(program.ask("builtins", "{}"));
  t.deepEqual([...hostBuiltins].toSorted(), names);
  t.deepEqual({ ...refusedBuiltins }, refused);
});

// ATTACK: threats 16. OPA's one-shot `opa_eval` evaluates without an input where it cannot read the one that it has.
for (const input of ['{"banned": true', '{"banned": true, "text": "\\ud800"}', "", "nul"]) {
  opaTest(`the input ${JSON.stringify(input)} is an error of a real policy, and not no input`, async (t) => {
    const text = 'package yoi\n\ndecision := {"permit": [1 | not input.banned]}\n';
    const { wasm, data } = found(
      await opa.compile({ modules: [], shipped: [{ file: "main.rego", text }], data: [], schema: "{}" }),
    );
    const unit = await evaluator.load({ name: "banned", wasm, data });
    t.deepEqual(await unit.evaluate('{"banned": true}'), { permit: [] });
    await t.throwsAsync(unit.evaluate(input), { code: "YOI_EVALUATION_FAILED" });
    unit.dispose();
  });
}

opaTest("numbers that only OPA reads are the numbers that they are", async (t) => {
  const text = 'package yoi\n\ndecision := {"sum": to_number(input[0]) + to_number(input[1])}\n';
  const { wasm, data } = found(
    await opa.compile({ modules: [], shipped: [{ file: "main.rego", text }], data: [], schema: "{}" }),
  );
  const unit = await evaluator.load({ name: "numbers", wasm, data });
  t.deepEqual(await unit.evaluate('["007", "+5"]'), { sum: 12 });
  t.deepEqual(await unit.evaluate('[".5", "1_000"]'), { sum: 1_000.5 });
  unit.dispose();
});

opaTest("a name that a package gives a meaning of its own keeps it", async (t) => {
  const texts = {
    "main.rego": `package yoi

import data.own as json

decision := {"own": concat("a", "b"), "imported": json.marshal("c"), "nested": upper(replace("abc", "b", "x"))}

concat(a, b) := sprintf("%s+%s", [a, b])
`,
    "own.rego": 'package own\n\nmarshal(x) := sprintf("<%s>", [x])\n',
  };
  const shipped = Object.entries(texts).map(([file, text]) => ({ file, text }));
  const modules = { modules: [], shipped, data: [], schema: "{}" };
  const { wasm, data } = found(await opa.compile(modules));
  const unit = await evaluator.load({ name: "own", wasm, data });
  const { decision } = found(await opa.trace(modules, "{}"));
  t.deepEqual(await unit.evaluate("{}"), decision);
  t.deepEqual(decision, { own: "a+b", imported: "<c>", nested: "AXC" });
  t.deepEqual(unit.builtins.toSorted(), ["replace", "sprintf"]);
  unit.dispose();
});

// ATTACK: threats 38. OPA is Go, and has no deadline of its own.
opaTest("a builtin that takes for ever is an error at the deadline, and others go on", async (t) => {
  const stopped = stoppedEvaluator();
  const text = 'package yoi\n\ndecision := {"count": count(numbers.range_step(1, input, 1))}\n';
  const { wasm, data } = found(
    await opa.compile({ modules: [], shipped: [{ file: "main.rego", text }], data: [], schema: "{}" }),
  );
  const unit = await stopped.evaluator.load({ name: "range.rego", wasm, data });
  const late = t.throwsAsync(unit.evaluate("1000000000"), { message: "`range.rego` did not answer within 1000 ms" });
  t.deepEqual(await unit.evaluate("3"), { count: 3 });
  stopped.advance(limits.regoEvaluationMs);
  await late;
  t.deepEqual(await unit.evaluate("4"), { count: 4 });
  await stopped.evaluator.close();
});

test("a unit whose builtins OPA would answer is refused where OPA is not built", async (t) => {
  const { evaluator: without } = stoppedEvaluator({ programPath: "/nowhere/opa.wasm" });
  const asking = { name: "asking.wasm", wasm: await buildPolicy({ builtins: '{"host.sprintf":0}' }), data: "{}" };
  const error = await t.throwsAsync(without.load(asking), { code: "YOI_POLICY_INVALID" });
  t.is(error?.message, "`asking.wasm` asks for builtins that OPA itself answers, and OPA is not built here");
  const silent = await without.load({ name: "silent.wasm", wasm: await buildPolicy(), data: "{}" });
  t.is(await silent.evaluate('[{"result":1}]'), 1);
  await without.close();
});
