import test from "ava";
import type { PolicyTrace, TraceNode } from "../../../src/decisions/trace.ts";
import { renderExplanation } from "../../../src/explain/render-explanation.ts";
import { plain } from "../../../src/terminal/paint.ts";
import { cedar, httpsRequest, readRequest } from "../../support/cedar-sets.ts";
import { broadCall, explaining } from "../../support/explained-calls.ts";
import { opaTest } from "../../support/opa.ts";
import { regoEngine, regoFile, shippedSources } from "../../support/rego-sets.ts";

const engine = regoEngine();
test.after.always(() => engine.close());

async function traceOf(rego: string, request = httpsRequest()): Promise<readonly PolicyTrace[]> {
  const policies = [...shippedSources, regoFile(`package yoi.policy.x\n\n${rego}\n`)];
  const set = await engine.prepare({ policies });
  const traces = await set.trace(request);
  set.dispose();
  return traces;
}

function textsOf(nodes: readonly TraceNode[]): readonly string[] {
  return nodes.flatMap(({ text, children }) => [text, ...textsOf(children)]);
}

const mixed: { readonly [how: string]: string } = {
  "in one list": '[input.action, input.resource.id] == ["https.request", "https://elsewhere.example"]',
  "by a table": 'input.resource.id in {"https.request": {"https://elsewhere.example"}}[input.action]',
  "in a set of both": '{input.action, input.context.method} == {"https.request", "POST"}',
};
for (const [how, expression] of Object.entries(mixed)) {
  // FAIL-CLOSED: of a rule that is left out, nobody can know that it would be true of the next call.
  opaTest(`a rule that asks for the action and for more in one expression is not left out: ${how}`, async (t) => {
    const [trace] = await traceOf(`forbid contains {"id": "x"} if {\n\t${expression}\n}`);
    t.like(trace, { value: "false", policy: { name: "x/x" } });
    t.is(trace?.clauses[0]?.kind, "when");
  });
}

opaTest("a rule that asks for another action, whatever else, is left out", async (t) => {
  const rule =
    'forbid contains {"id": "x"} if {\n\tinput.action in {"https.request", "secret.use"}\n\tinput.resource.id == "x"\n}';
  t.deepEqual(await traceOf(rule, readRequest()), []);
  t.is((await traceOf(rule))[0]?.clauses[0]?.kind, "scope");
});

opaTest("what a rule leans on hangs below the expression that names it, and below no part of the input", async (t) => {
  const [trace] = await traceOf(
    'method if input.context.bodyBytes > 5\n\npermit contains {"id": "m"} if {\n\tinput.action == "https.request"\n\tinput.context.method == "GET"\n\tcontains("a method", "method")\n\tmethod\n}',
  );
  const below = (trace?.clauses ?? []).map(({ children }) => textsOf(children));
  t.deepEqual(below.slice(0, 3), [[], [], []]);
  t.true(below[3]?.includes("input.context.bodyBytes > 5"));
});

opaTest("where the compiled policies give no answer, none is said to be the same or another", async (t) => {
  const slow = regoFile(
    'package yoi.policy.x\n\nforbid contains {"id": "slow"} if {\n\tinput.action == "fs.read"\n\tcount([n | some n in numbers.range(1, 400000)]) < 0\n}\n',
  );
  const world = await explaining([cedar, engine], [slow]);
  const explanation = await world.explain(broadCall("fs.read"));
  t.is(explanation.cause, "engine-error");
  t.true(
    explanation.traces.every(({ policy, secondOpinion }) => policy.engine === "cedar" || secondOpinion === undefined),
  );
  const text = renderExplanation(explanation, plain, { full: false });
  t.regex(text, /^! `\.yoi\/policies\/test\.rego` stopped/m);
  t.regex(text, /mend what is marked !/);
  t.notRegex(text, /no permit speaks|no forbid stands|OPA itself|read by themselves/);
  world.dispose();
});
