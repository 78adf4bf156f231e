import test from "ava";
import fc from "fast-check";
import { limits } from "../../src/calls/limits.ts";
import type { AuthorizationRequest } from "../../src/calls/value.ts";
import type { PolicyTrace, TraceNode } from "../../src/decisions/trace.ts";
import {
  connectRequest,
  executeRequest,
  httpsRequest,
  judge,
  policyFile,
  prepareCedar,
  readRequest,
} from "../support/cedar-sets.ts";

const read = 'principal, action == Yoi::Action::"fs.read", resource';

async function traceOf(text: string, request: AuthorizationRequest = readRequest()): Promise<readonly PolicyTrace[]> {
  const set = await prepareCedar(text);
  const traces = await set.trace(request);
  set.dispose();
  return traces;
}

/** A clause per line, as `value text [actual]`, parts indented. */
function outline(nodes: readonly TraceNode[], indent = ""): readonly string[] {
  return nodes.flatMap(({ value, text, actual, inside, children }) => [
    `${indent}${value} ${text}${actual === undefined ? "" : ` [${actual}]`}${inside === undefined ? "" : ` in ${inside}`}`,
    ...outline(children, `${indent}  `),
  ]);
}

async function outlineOf(text: string, request?: AuthorizationRequest): Promise<readonly string[]> {
  const [trace] = await traceOf(text, request);
  return outline(trace?.clauses ?? []);
}

test("a policy is told clause by clause, with what the request has", async (t) => {
  const text = `permit(principal == Yoi::Plugin::"project:example.notes", action in Yoi::Action::"files", resource in Yoi::Path::"notes")
    when { context.mount == "notes" && context.via.depth < 1 }
    unless { context.via has agent };`;
  const [trace] = await traceOf(text);
  t.is(trace?.value, "false");
  t.deepEqual(outline(trace?.clauses ?? []), [
    'true principal == Plugin::"project:example.notes" [Plugin::"project:example.notes"]',
    'true action in Action::"files" [Action::"fs.read"] in files · host',
    'true resource in Path::"notes" [notes/2026/plan.md] in notes/2026 · notes',
    'true context.mount == "notes" ["notes"]',
    "false context.via.depth < 1 [1]",
    'true context.via has agent [Agent::"cli"]',
  ]);
  t.deepEqual(
    trace?.clauses.map(({ kind }) => kind),
    ["scope", "scope", "scope", "when", "when", "unless"],
  );
});

test("what a request lacks is shown as absent, and several values by name", async (t) => {
  const request = readRequest({ via: { command: false, depth: 3 } });
  t.deepEqual(await outlineOf(`permit(${read}) when { context.via has agent };`, request), [
    'true action == Action::"fs.read" [Action::"fs.read"]',
    "false context.via has agent [absent]",
  ]);
  t.deepEqual((await outlineOf(`permit(${read}) when { context.via.depth == context.now.hour };`, request)).slice(1), [
    "false context.via.depth == context.now.hour [context.via.depth is 3, context.now.hour is 14]",
  ]);
});

// A guard is there so that what it guards does not err.
test("what a short-circuit never evaluated is not shown with an error that never happened", async (t) => {
  const request = readRequest({ via: { command: false, depth: 3 } });
  const guarded = 'context.via has tool && context.via.tool.effects.contains("read")';
  t.deepEqual((await outlineOf(`forbid(${read}) when { context.declared || (${guarded}) };`, request)).slice(1), [
    `true context.declared || ((context.via has tool) && context.via.tool.effects.contains("read"))`,
    "  true context.declared [true]",
    `  unreached (context.via has tool) && context.via.tool.effects.contains("read")`,
    "    unreached context.via has tool [absent]",
    `    unreached context.via.tool.effects.contains("read") [absent]`,
  ]);
  t.deepEqual((await outlineOf(`forbid(${read}) when { ${guarded} };`, request)).slice(1), [
    "false context.via has tool [absent]",
    `unreached context.via.tool.effects.contains("read") [absent]`,
  ]);
  const choice = `forbid(${read}) when { if context.via has tool then context.via.tool == context.via.tool else !(context.via.depth < 3) };`;
  t.deepEqual((await outlineOf(choice, request)).slice(2), [
    "  false context.via has tool [absent]",
    "  unreached context.via.tool == context.via.tool [absent]",
    "  true !(context.via.depth < 3)",
    "    false context.via.depth < 3 [3]",
  ]);
});

test("an error is shown where it happened, in the library's words and the policy's own numbers", async (t) => {
  const text = `@id("quota") forbid(${read}) when { context.declared } unless { context.via.depth * 9223372036854775807 > 1 };`;
  const [trace] = await traceOf(text, readRequest({ via: { command: false, depth: 2 } }));
  t.is(trace?.value, "error");
  const last = trace?.clauses.at(-1);
  t.is(last?.text, "(context.via.depth * 9223372036854775807) > 1");
  t.is(last?.value, "error");
  t.regex(last?.error ?? "", /integer overflow/);
});

test("numbers that JSON would round are asked about as written", async (t) => {
  const text = `permit(${read}) when { context.via.depth + 9007199254740992 == 9007199254740993 && context.via.depth > -9223372036854775808 };`;
  const [trace] = await traceOf(text);
  t.is(trace?.value, "true");
  t.deepEqual(
    trace?.clauses.map(({ value }) => value),
    ["true", "true", "true"],
  );
  t.is(trace?.clauses[1]?.text, "(context.via.depth + 9007199254740992) == 9007199254740993");
});

test("permits that miss the call by their scope come after the slice, nearest first", async (t) => {
  const traces = await traceOf(`
    @id("both") permit(principal == Yoi::Plugin::"user:x", action == Yoi::Action::"fs.read", resource in Yoi::Path::"keys");
    @id("conditions") permit(principal == Yoi::Plugin::"project:example.notes", action == Yoi::Action::"fs.read", resource in Yoi::Path::"keys") when { context.via.depth > 7 };
    @id("resource") permit(principal == Yoi::Plugin::"project:example.notes", action == Yoi::Action::"fs.read", resource in Yoi::Path::"keys");
    @id("principal") permit(principal == Yoi::Plugin::"user:x", action == Yoi::Action::"fs.read", resource in Yoi::Path::"notes");
    @id("other-action") permit(principal, action == Yoi::Action::"tool.execute", resource);
    @id("other-forbid") forbid(principal == Yoi::Plugin::"user:x", action == Yoi::Action::"fs.read", resource);
    @id("slice") forbid(${read}) when { false || context.via.depth > 7 };
  `);
  t.deepEqual(
    traces.map(({ policy }) => policy.name),
    ["slice", "resource", "principal", "conditions", "both"],
  );
  t.true(traces.every(({ leftOut }) => leftOut === undefined));
});

test("near misses are bounded, and how many more there are is told", async (t) => {
  const count = limits.nearMissCandidatesMax + 50;
  const texts = Array.from(
    { length: count },
    (_, number) => `permit(principal, action == Yoi::Action::"fs.read", resource in Yoi::Path::"keys/${number}");`,
  );
  const traces = await traceOf(texts.join("\n"));
  t.is(traces.length, limits.nearMissesMax);
  t.is(traces.at(-1)?.leftOut, count - limits.nearMissesMax);
});

// ATTACK: threats 34
test("text of guests is made visible", async (t) => {
  const request = readRequest({ context: { mount: "a\u001b[2J\u202eb" } });
  const [, clause] = await outlineOf(`permit(${read}) when { context.mount == "a\\u{1b}" };`, request);
  t.is(clause, 'false context.mount == "a\\u{1b}" ["a\\u001b[2J\\u{202e}b"]');
});

test("the namespace is left out of names, and stays in strings", async (t) => {
  const [, clause] = await outlineOf(`permit(${read}) when { context.mount like "Yoi::*" };`);
  t.is(clause, 'false context.mount like "Yoi::*" ["notes"]');
});

test("a request that cannot be asked has no trace", async (t) => {
  t.deepEqual(await traceOf(`permit(${read});`, { ...readRequest(), entities: [] }), []);
});

const conditions = [
  "context.declared",
  "context.via.depth * 9223372036854775807 > 1",
  "context.via.depth < 2",
  "!(context.via.depth < 2)",
  'context.via has agent && context.via.agent == Yoi::Agent::"cli"',
  'context.declared || (context.via has tool && context.via.tool.effects.contains("read"))',
  'if context.via has agent then context.via.agent == Yoi::Agent::"cli" else context.via.depth * 9223372036854775807 > 1',
  'principal in Yoi::Source::"project" && (context.declared && context.via.depth < 2)',
];

function whole({ clauses }: PolicyTrace): PolicyTrace["value"] {
  for (const { kind, value } of clauses) {
    if (value === "error" || value === "unreached") return value === "error" ? "error" : "false";
    if (value !== (kind === "unless" ? "false" : "true")) return "false";
  }
  return "true";
}

test("a trace agrees with itself and with the verdict", async (t) => {
  const clause = fc
    .tuple(fc.constantFrom("when", "unless"), fc.constantFrom(...conditions))
    .map(([kind, body]) => `${kind} { ${body} }`);
  const policy = fc
    .tuple(fc.constantFrom("permit", "forbid"), fc.array(clause, { maxLength: 3 }))
    .map(([effect, clauses]) => `${effect}(${read}) ${clauses.join(" ")};`);
  const via = fc
    .record({ depth: fc.integer({ min: 0, max: 3 }), hasAgent: fc.boolean() })
    .map(({ depth, hasAgent }) => ({
      depth,
      command: false,
      ...(hasAgent && { agent: { entity: { type: "Agent", id: "cli" } as const } }),
    }));
  const asked = fc
    .tuple(via, fc.boolean())
    .map(([chain, declared]) => readRequest({ via: chain, context: { declared } }));
  await fc.assert(
    fc.asyncProperty(fc.array(policy, { minLength: 1, maxLength: 5 }), asked, async (texts, request) => {
      const set = await prepareCedar([policyFile(texts.join("\n"))]).catch(() => undefined);
      if (set === undefined) return;
      const verdict = judge(set, request);
      const traces = await set.trace(request);
      const named = (value: PolicyTrace["value"]) =>
        traces.filter((trace) => trace.value === value).map(({ policy: { id } }) => id);
      t.deepEqual(
        named("error"),
        verdict.errors.map(({ policy: errored }) => errored?.id ?? ""),
      );
      for (const { id } of verdict.determining) t.true(named("true").includes(id));
      for (const trace of traces) t.is(whole(trace), trace.value);
      set.dispose();
    }),
    { numRuns: 150 },
  );
});

test("an agent's call is traced with the groups that the operator put it in", async (t) => {
  const entities = JSON.stringify([
    { uid: { type: "Yoi::Agent", id: "cli" }, parents: [{ type: "Yoi::Group", id: "ops" }] },
  ]);
  const set = await prepareCedar(
    'permit(principal in Yoi::Group::"ops", action == Yoi::Action::"tool.execute", resource);',
    entities,
  );
  t.like((await set.trace(executeRequest()))[0]?.clauses[0], { actual: "cli", inside: 'Group::"ops"' });
  set.dispose();
});

test("a URL is shown with its folders by their path, its origin, its domains, and what those were put in", async (t) => {
  const entities = JSON.stringify([
    { uid: { type: "Yoi::Domain", id: "example.com" }, parents: [{ type: "Yoi::Group", id: "vendors" }] },
  ]);
  const text = `permit(principal, action == Yoi::Action::"https.request", resource in Yoi::Url::"https://api.example.com/v2")
    when { context.secrets.contains(Yoi::Secret::"key") };`;
  const set = await prepareCedar(text, entities);
  const request = httpsRequest({
    url: "https://api.example.com/v1/a/b",
    context: { secrets: [{ entity: { type: "Secret", id: "other" } }] },
  });
  t.deepEqual(outline((await set.trace(request))[0]?.clauses ?? []).slice(1), [
    'false resource in Url::"https://api.example.com/v2" [https://api.example.com/v1/a/b] in ' +
      '/v1/a · /v1 · https://api.example.com · api.example.com · example.com · com · Group::"vendors"',
    'false context.secrets.contains(Secret::"key") [[Secret::"other"]]',
  ]);
  set.dispose();
});

test("an address is shown as one", async (t) => {
  const text = `forbid(principal, action == Yoi::Action::"network.connect", resource)
    when { context.address.isInRange(ip("203.0.113.0/24")) };`;
  t.deepEqual((await outlineOf(text, connectRequest())).slice(1), [
    'false context.address.isInRange(ip("203.0.113.0/24")) [93.184.215.14]',
  ]);
});
