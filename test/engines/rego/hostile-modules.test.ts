import test, { type ExecutionContext } from "ava";
import { limits } from "../../../src/calls/limits.ts";
import { YoiError } from "../../../src/errors/yoi-error.ts";
import { stoppedEvaluator } from "../../support/evaluation-threads.ts";
import { buildPolicy, type PolicyParts } from "../../support/rego-modules.ts";

// ATTACK: threats 15, 18, 38. What an operator runs as a policy may come from a stranger.

const loop = "(loop $again (br $again)) unreachable";
const fill = (bytes: number) => `(memory.fill (i32.const 4096) (i32.const 120) (i32.const ${bytes})) (i32.const 0)`;
const small = { ...limits, regoAnswerBytesMax: 1_024 };

interface Refused {
  readonly title: string;
  readonly parts: PolicyParts;
  readonly message: RegExp;
}

const notLoaded: readonly Refused[] = [
  { title: "of ABI 2.0", parts: { abi: [2, 0] }, message: /is of OPA's ABI 2\.0/ },
  { title: "of ABI 1.1", parts: { abi: [1, 1] }, message: /is of OPA's ABI 1\.1/ },
  { title: "of ABI 1.4", parts: { abi: [1, 4] }, message: /is of OPA's ABI 1\.4/ },
  {
    title: "without a version",
    parts: { without: ["opa_wasm_abi_version"] },
    message: /does not export the global `opa_wasm_abi_version`/,
  },
  {
    title: "whose version is of another type",
    parts: {
      without: ["opa_wasm_abi_version"],
      more: '(global (export "opa_wasm_abi_version") f64 (f64.const 1.5))',
    },
    message: /is of OPA's ABI \?/,
  },
  { title: "without `eval`", parts: { without: ["eval"] }, message: /does not export the function `eval`/ },
  {
    title: "whose `eval` is no function",
    parts: { without: ["eval"], more: '(global (export "eval") i32 (i32.const 0))' },
    message: /does not export the function `eval`/,
  },
  {
    title: "that imports what no policy needs",
    parts: { imports: '(import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))' },
    message: /imports the function `wasi_snapshot_preview1\.fd_write`/,
  },
  {
    title: "that imports an ABI function as something else",
    parts: { imports: '(import "env" "opa_builtin4" (global i32))' },
    message: /imports the global `env\.opa_builtin4`/,
  },
  {
    title: "that imports the same twice",
    parts: { imports: '(import "env" "opa_abort" (func (param i32)))' },
    message: /imports the function `env\.opa_abort`/,
  },
  {
    title: "that imports a table",
    parts: { imports: '(import "env" "table" (table 1 funcref))' },
    message: /imports the table `env\.table`/,
  },
  { title: "with a memory of its own", parts: { memory: "", more: "(memory 2)" }, message: /has a memory of its own/ },
  {
    title: "with a second memory of its own",
    parts: { more: "(memory 2)" },
    message: /has a memory of its own/,
  },
  {
    title: "that asks for more memory than there is",
    parts: { memory: '(import "env" "memory" (memory 2000))' },
    message: /needs more memory than/,
  },
  {
    title: "with a shared memory",
    parts: { memory: '(import "env" "memory" (memory 2 2 shared))' },
    message: /has a shared or 64-bit memory/,
  },
  { title: "with a table without bound", parts: { more: "(table 1 funcref)" }, message: /has tables that may grow/ },
  {
    title: "with a table beyond the bound",
    parts: { more: "(table 1 50000 funcref) (table 1 60000 funcref)" },
    message: /has tables that may grow/,
  },
  {
    title: "that asks for a builtin that reaches out",
    parts: { builtins: '{"http.send":0}' },
    message: /asks for `http\.send`, which no policy may use: it reaches the network/,
  },
  {
    title: "that asks for a builtin that nobody has",
    parts: { builtins: '{"my.own\\u001b[31m":0}' },
    message: /asks for `my\.own\\u\{1b\}\[31m`, which is no builtin of OPA/,
  },
  {
    title: "whose builtins are a list",
    parts: { builtins: '["sprintf"]' },
    message: /gave a malformed list of builtins while it was loaded/,
  },
  {
    title: "whose builtins have no numbers",
    parts: { builtins: '{"sprintf":"0"}' },
    message: /gave a malformed list of builtins/,
  },
  {
    title: "whose builtins share a number",
    parts: { builtins: '{"sprintf":0,"regex.split":0}' },
    message: /gave a malformed list of builtins/,
  },
  { title: "whose builtins are no JSON", parts: { builtins: "{" }, message: /answered with rubbish/ },
  {
    title: "whose builtins lie nowhere",
    parts: { code: { builtins: "(i32.const -1)" } },
    message: /with an address outside of its memory/,
  },
  {
    title: "whose `builtins` traps",
    parts: { code: { builtins: "unreachable" } },
    message: /trapped while it was loaded/,
  },
  {
    title: "without the entrypoint",
    parts: { entrypoints: '{"yoi/other":0}' },
    message: /has no entrypoint `yoi\/decision`/,
  },
  {
    title: "whose entrypoint is only inherited",
    parts: { entrypoints: '{"__proto__":{"yoi/decision":0}}' },
    message: /has no entrypoint `yoi\/decision`/,
  },
  {
    title: "whose entrypoints are null",
    parts: { entrypoints: "null" },
    message: /gave a malformed list of entrypoints/,
  },
  {
    title: "whose start function traps",
    parts: { code: { start: "unreachable" } },
    message: /trapped while it was loaded/,
  },
  {
    title: "whose start function calls a builtin",
    parts: { code: { start: "(drop (call $builtin0 (i32.const 0) (i32.const 0)))" } },
    message: /called a builtin that it does not list/,
  },
  {
    title: "that does not take its data",
    parts: { code: { parse: "(i32.const 0)" } },
    message: /could not read what it was given/,
  },
];

for (const { title, parts, message } of notLoaded) {
  test(`a module ${title} is not loaded, and a finding says why`, async (t) => {
    const { evaluator } = stoppedEvaluator();
    const error = await t.throwsAsync(evaluator.load({ name: "odd.wasm", wasm: await buildPolicy(parts), data: "{}" }));
    t.true(YoiError.is(error, "YOI_POLICY_INVALID"));
    if (!YoiError.is(error, "YOI_POLICY_INVALID")) return;
    const [finding] = error.details.findings;
    t.regex(finding?.message ?? "", message);
    t.deepEqual(finding?.place, { file: "odd.wasm" });
    await evaluator.close();
  });
}

for (const [title, wasm, message] of [
  ["bytes that are no module", Buffer.from("package yoi"), /is not WebAssembly/],
  ["bytes of a module that is cut short", Buffer.from("0061736d01000000020a", "hex"), /ends in the middle/],
  ["bytes of a component", Buffer.from("0061736d0d000100", "hex"), /is not a core module/],
  ["a million imports", Buffer.from("0061736d010000000204c0843d00", "hex"), /has more than 64 imports or tables/],
  ["numbers without an end", Buffer.from("0061736d0100000002808080808000", "hex"), /has a number that is too long/],
] as const) {
  test(`${title} are refused before they are compiled`, async (t) => {
    const { evaluator, threads } = stoppedEvaluator();
    const loading = evaluator.load({ name: "odd.wasm", wasm, data: "{}" });
    await t.throwsAsync(loading, { code: "YOI_POLICY_INVALID", message });
    t.is(threads.started(), 0);
    await evaluator.close();
  });
}

test("a module and data larger than their bounds are refused before they are read", async (t) => {
  const wasm = await buildPolicy();
  for (const tight of [{ regoModuleBytesMax: wasm.byteLength - 1 }, { regoDataBytesMax: 1 }]) {
    const { evaluator } = stoppedEvaluator({ limits: { ...limits, ...tight } });
    await t.throwsAsync(evaluator.load({ name: "odd.wasm", wasm, data: "{}" }), { message: /of more than/ });
    await evaluator.close();
  }
});

for (const [title, parts] of [
  ["start function", { start: loop }],
  ["`builtins`", { builtins: loop }],
  ["`entrypoints`", { entrypoints: loop }],
  ["reading of data", { parse: loop }],
] as const) {
  test(`a module whose ${title} never ends is refused at the deadline, and others go on`, async (t) => {
    const { evaluator, threads, advance } = stoppedEvaluator();
    const honest = await evaluator.load({ name: "honest.wasm", wasm: await buildPolicy(), data: "{}" });
    const loading = evaluator.load({ name: "odd.wasm", wasm: await buildPolicy({ code: parts }), data: "{}" });
    const refused = t.throwsAsync(loading, { code: "YOI_POLICY_INVALID", message: /did not answer within 1000 ms/ });
    await threads.asked("load", 2);
    t.is(await honest.evaluate('[{"result":1}]'), 1);
    advance(limits.regoEvaluationMs);
    await refused;
    await evaluator.close();
  });
}

interface Failing {
  readonly title: string;
  readonly parts: PolicyParts;
  readonly why: string;
  readonly message?: RegExp;
}

const failing: readonly Failing[] = [
  { title: "traps", parts: { code: { eval: "unreachable" } }, why: "trap" },
  {
    title: "says that it failed",
    parts: { code: { eval: "(i32.const 1)" } },
    why: "trap",
    message: /said that it failed/,
  },
  { title: "recurses without end", parts: { code: { eval: "(call $eval (i32.const 0))" } }, why: "memory" },
  {
    title: "throws",
    parts: { more: "(tag $tag)", code: { eval: "(throw $tag)" } },
    why: "trap",
  },
  {
    title: "aborts",
    parts: { answer: "a\u001b[31mb", code: { eval: "(call $abort (i32.const 4096)) (i32.const 0)" } },
    why: "trap",
    message: /stopped: `a\\u\{1b\}\[31mb`/,
  },
  {
    title: "aborts with an address outside of its memory",
    parts: { code: { eval: "(call $abort (i32.const -8)) (i32.const 0)" } },
    why: "trap",
  },
  {
    title: "catches that it aborted and answers all the same",
    parts: {
      answer: '[{"result":{"permit":[]}}]',
      code: { eval: "(block $caught (try_table (catch_all $caught) (call $abort (i32.const 4096)))) (i32.const 0)" },
    },
    why: "trap",
    message: /stopped/,
  },
  {
    title: "takes all the memory that there is",
    parts: {
      answer: "opa_malloc: failed",
      code: {
        eval: `(loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
          (call $abort (i32.const 4096)) (i32.const 0)`,
      },
    },
    why: "memory",
  },
  {
    title: "calls a builtin that it does not list",
    parts: { code: { eval: "(call $builtin1 (i32.const 7) (i32.const 0) (i32.const 4096))" } },
    why: "trap",
    message: /called a builtin that it does not list/,
  },
  { title: "answers with nothing", parts: { code: { result: "(i32.const 60000)" } }, why: "trap" },
  { title: "answers with what is no JSON", parts: { answer: "[{" }, why: "trap", message: /answered with rubbish/ },
  { title: "answers with what is no list", parts: { answer: '{"permit":[]}' }, why: "trap" },
  { title: "answers twice", parts: { answer: '[{"result":1},{"result":1}]' }, why: "trap" },
  { title: "answers without a result", parts: { answer: '[{"x":1}]' }, why: "trap" },
  {
    title: "answers with what is no text",
    parts: {
      answer: '[{"result":"x"}]',
      code: { eval: "(i32.store8 (i32.const 4108) (i32.const 255)) (i32.const 0)" },
    },
    why: "trap",
    message: /answered with rubbish/,
  },
  { title: "answers from below its memory", parts: { code: { result: "(i32.const -1)" } }, why: "trap" },
  { title: "answers from beyond its memory", parts: { code: { result: "(i32.const 131072)" } }, why: "trap" },
  {
    title: "answers with no number",
    parts: {
      without: ["opa_json_dump"],
      more: `(global $dumped (mut i32) (i32.const 0))
        (func (export "opa_json_dump") (param i32) (result f64)
          (global.set $dumped (i32.add (global.get $dumped) (i32.const 1)))
          (if (result f64) (i32.gt_u (global.get $dumped) (i32.const 2))
            (then (f64.const nan)) (else (f64.convert_i32_u (local.get 0)))))`,
    },
    why: "trap",
    message: /answered with what is no address/,
  },
  {
    title: "answers with a number of 64 bits",
    parts: {
      without: ["opa_eval_ctx_get_result"],
      more: '(func (export "opa_eval_ctx_get_result") (param i32) (result i64) (i64.const -1))',
    },
    why: "trap",
  },
  {
    title: "answers with text that has no end",
    parts: { code: { eval: fill(131_072 - 4_096), result: "(i32.const 130900)" } },
    why: "trap",
    message: /answered with text that has no end/,
  },
  {
    title: "answers with more than the bound",
    parts: { code: { eval: fill(4_096), result: "(i32.const 4096)" } },
    why: "too-large",
  },
];

for (const { title, parts, why, message } of failing) {
  test(`a module that ${title} is an error, and the next evaluation of another is none`, async (t) => {
    const { evaluator } = stoppedEvaluator({ limits: small });
    const odd = await evaluator.load({ name: "odd.wasm", wasm: await buildPolicy(parts), data: "{}" });
    const honest = await evaluator.load({ name: "honest.wasm", wasm: await buildPolicy(), data: "{}" });
    await failsWith(t, odd.evaluate("[]"), why, message);
    t.is(await honest.evaluate('[{"result":1}]'), 1);
    await failsWith(t, odd.evaluate("[]"), why, message);
    await evaluator.close();
  });
}

for (const [title, code] of [
  ["never ends", loop],
  ["prints without end", "(loop $again (call $println (i32.const 4096)) (br $again)) unreachable"],
  ["grows its memory without end", "(loop $again (drop (memory.grow (i32.const 1))) (br $again)) unreachable"],
] as const) {
  test(`a module that ${title} is an error at the deadline, and another thread goes on meanwhile`, async (t) => {
    const { evaluator, threads, advance } = stoppedEvaluator();
    const odd = await evaluator.load({
      name: "odd.wasm",
      wasm: await buildPolicy({ code: { eval: code } }),
      data: "{}",
    });
    const honest = await evaluator.load({ name: "honest.wasm", wasm: await buildPolicy(), data: "{}" });
    const failed = failsWith(t, odd.evaluate("[]"), "deadline", /`odd\.wasm` did not answer within 1000 ms/);
    t.is(await honest.evaluate('[{"result":1}]'), 1);
    t.is(threads.living(), 2);
    advance(limits.regoEvaluationMs);
    await failed;
    t.is(await honest.evaluate('[{"result":2}]'), 2);
    await evaluator.close();
    t.is(threads.living(), 0);
  });
}

async function failsWith(
  t: ExecutionContext,
  evaluation: Promise<unknown>,
  why: string,
  message?: RegExp,
): Promise<void> {
  const error = await t.throwsAsync(evaluation);
  if (!YoiError.is(error, "YOI_EVALUATION_FAILED")) return t.fail(String(error));
  t.is(String(error.details.why), why);
  if (message !== undefined) t.regex(error.message, message);
}
