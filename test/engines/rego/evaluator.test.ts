import test from "ava";
import { type Limits, limits } from "../../../src/calls/limits.ts";
import { createEvaluator } from "../../../src/engines/rego/evaluation/create-evaluator.ts";
import type { ThreadAnswer, ThreadQuestion } from "../../../src/engines/rego/evaluation/evaluation-message.ts";
import { readAnswer } from "../../../src/engines/rego/evaluation/read-answer.ts";
import type { StartThread, ThreadListener } from "../../../src/engines/rego/evaluation/start-thread.ts";
import { stoppedEvaluator } from "../../support/evaluation-threads.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { buildCounter, buildPolicy } from "../../support/rego-modules.ts";
import { runProgram } from "../../support/run-program.ts";

const honest = await buildPolicy();
const unitOf = (wasm: Uint8Array, name = "one.rego") => ({ name, wasm, data: "{}" });

for (const result of ["5", '"text"', "null", "false", "[1,[]]", '{"permit":[{"id":"a"}]}', "0.1"]) {
  test(`a result ${result} is answered as it is, and not looked at`, async (t) => {
    const { evaluator } = stoppedEvaluator();
    const unit = await evaluator.load(unitOf(honest));
    t.deepEqual(await unit.evaluate(`[{"result":${result}}]`), JSON.parse(result));
    await evaluator.close();
  });
}

test("no result is undefined", async (t) => {
  const { evaluator } = stoppedEvaluator();
  const unit = await evaluator.load(unitOf(honest));
  t.is(await unit.evaluate("[]"), undefined);
  await evaluator.close();
});

// Pitfall 22: numbers of 64 bits do not survive in doubles.
for (const [text, value] of [
  ["9007199254740991", 9_007_199_254_740_991],
  ["9007199254740993", 9_007_199_254_740_993n],
  ["-9223372036854775808", -9_223_372_036_854_775_808n],
  ["18446744073709551615", 18_446_744_073_709_551_615n],
  ["1234567890.1234567890", 1_234_567_890.123_456_7],
  ['"1234567890123456789"', "1234567890123456789"],
] as const) {
  test(`${text} comes out as it went in`, (t) => {
    t.is(readAnswer(`[{"result":${text}}]`), value);
    t.deepEqual(readAnswer(`[{"result":{"a":[${text}]}}]`), { a: [value] });
  });
}

// Pitfall 21: what one evaluation left in the memory, or made of it, is not there for the next.
test("after a trap the instance is made anew", async (t) => {
  const { evaluator, threads } = stoppedEvaluator();
  const counter = await evaluator.load(unitOf(await buildCounter()));
  t.is(await counter.evaluate("0"), 1);
  t.is(await counter.evaluate("0"), 2);
  await t.throwsAsync(counter.evaluate("1"), { code: "YOI_EVALUATION_FAILED", message: "`one.rego` trapped" });
  t.is(await counter.evaluate("0"), 1);
  t.is(threads.started(), 1);
  await evaluator.close();
});

test("an instance that has taken more than half of the memory is replaced after its answer", async (t) => {
  const bounds = { ...limits, regoMemoryBytesMax: 1_024 * 1_024 };
  const { evaluator } = stoppedEvaluator({ limits: bounds });
  // The answer is how many pages there were when it began, as a letter after `?`.
  const wasm = await buildPolicy({
    answer: '[{"result":"?"}]',
    code: {
      eval: `(i32.store8 (i32.const 4108) (i32.add (i32.const 63) (memory.size)))
        (drop (memory.grow (i32.const 4))) (i32.const 0)`,
    },
  });
  const unit = await evaluator.load(unitOf(wasm));
  const pages = [];
  for (let round = 0; round < 6; round++) pages.push(String(await unit.evaluate("0")).charCodeAt(0) - 63);
  t.deepEqual(pages, [2, 6, 2, 6, 2, 6]);
  await evaluator.close();
});

for (const [title, memory, pages] of [
  ["the bound", '(import "env" "memory" (memory 2))', 16],
  ["its own maximum", '(import "env" "memory" (memory 2 8))', 8],
] as const) {
  test(`the memory of a module grows to ${title} and no further`, async (t) => {
    const { evaluator } = stoppedEvaluator({ limits: { ...limits, regoMemoryBytesMax: 1_024 * 1_024 } });
    const wasm = await buildPolicy({
      memory,
      answer: '[{"result":"?"}]',
      code: {
        eval: `(loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
          (i32.store8 (i32.const 4108) (i32.add (i32.const 63) (memory.size))) (i32.const 0)`,
      },
    });
    const unit = await evaluator.load(unitOf(wasm));
    t.is(String(await unit.evaluate("0")).charCodeAt(0) - 63, pages);
    await evaluator.close();
  });
}

// ATTACK: threats 16. Without an input no forbid that asks for something of it matches.
test("an input that a module cannot read is an error, and not no input", async (t) => {
  const { evaluator } = stoppedEvaluator();
  const wasm = await buildPolicy({
    code: { parse: "(select (i32.const 0) (local.get $at) (i32.eq (i32.load8_u (local.get $at)) (i32.const 33)))" },
  });
  const unit = await evaluator.load(unitOf(wasm));
  await t.throwsAsync(unit.evaluate("!"), { message: "`one.rego` could not read what it was given" });
  await evaluator.close();
});

test("memory is flat over a thousand evaluations, and over two hundred times loading and putting away", async (t) => {
  const { evaluator, threads } = stoppedEvaluator();
  // A module that needs some of its memory for each input, and says how much it has: `B` is two pages.
  const wasm = await buildPolicy({
    answer: '[{"result":"?"}]',
    code: { eval: "(i32.store8 (i32.const 4108) (i32.add (i32.const 64) (memory.size))) (i32.const 0)" },
  });
  const unit = await evaluator.load(unitOf(wasm));
  const input = JSON.stringify("x".repeat(10_000));
  const seen = new Set<unknown>();
  for (let round = 0; round < 1_000; round++) seen.add(await unit.evaluate(input));
  t.deepEqual([...seen], ["B"]);
  unit.dispose();
  for (let round = 0; round < 200; round++) {
    const next = await evaluator.load(unitOf(wasm));
    t.is(await next.evaluate(input), "B");
    next.dispose();
  }
  const count = (ask: string) => threads.questions.filter((one) => one === ask).length;
  t.is(count("load"), 201);
  t.is(count("drop"), 201);
  t.is(threads.started(), 1);
  await evaluator.close();
});

test("a thread keeps nothing of a module that it refused", async (t) => {
  const { evaluator, threads } = stoppedEvaluator();
  await t.throwsAsync(evaluator.load(unitOf(await buildPolicy({ abi: [2, 0] }))));
  t.deepEqual(threads.questions, ["load", "drop"]);
  await evaluator.close();
});

test("an evaluator that is not closed keeps no process alive, and one that is asked does", async (t) => {
  const program = runProgram(t, "evaluate-once", []);
  t.is(await program.nextLine(), "7");
  t.is(await program.ended, 0);
});

test("an input larger than its bound is not asked about", async (t) => {
  const { evaluator, threads } = stoppedEvaluator();
  const unit = await evaluator.load(unitOf(honest));
  const input = JSON.stringify("é".repeat(limits.regoInputBytesMax / 2));
  await t.throwsAsync(unit.evaluate(input), { message: /the input has more than 524288 bytes/ });
  t.false(threads.questions.includes("evaluate"));
  await evaluator.close();
});

test("what was put away, and what is closed, answers no more", async (t) => {
  const { evaluator, threads } = stoppedEvaluator();
  const [gone, kept] = [await evaluator.load(unitOf(honest)), await evaluator.load(unitOf(honest))];
  gone.dispose();
  await t.throwsAsync(gone.evaluate("[]"), { code: "YOI_EVALUATION_FAILED", message: /was put away/ });
  t.is(await kept.evaluate("[]"), undefined);
  await evaluator.close();
  await t.throwsAsync(kept.evaluate("[]"), { code: "YOI_EVALUATION_FAILED", message: /closed/ });
  await t.throwsAsync(evaluator.load(unitOf(honest)), { code: "YOI_EVALUATION_FAILED", message: /closed/ });
  t.is(threads.living(), 0);
});

test("nothing is started before the first load", async (t) => {
  const { evaluator, threads } = stoppedEvaluator();
  t.is(threads.started(), 0);
  await evaluator.close();
});

// From here on the threads are none: the test answers for them.
interface PlayedThread {
  readonly listener: ThreadListener;
  readonly asked: ThreadQuestion[];
  readonly pending: ThreadAnswer[];
  ended: boolean;
}

function played(tight: Partial<Limits> = {}) {
  const threads: PlayedThread[] = [];
  const clock = fakeClock();
  const startThread: StartThread = (listener) => {
    const thread: PlayedThread = { listener, asked: [], pending: [], ended: false };
    threads.push(thread);
    return {
      post: (question) => {
        thread.asked.push(question);
        if (question.ask === "load") queueMicrotask(() => listener.answered({ loaded: true, builtins: [] }));
      },
      take: () => thread.pending.shift(),
      keepAwake: () => undefined,
      end: async () => {
        thread.ended = true;
      },
    };
  };
  const evaluator = createEvaluator({ limits: { ...limits, ...tight }, clock, startThread });
  const load = async () => {
    const loading = evaluator.load(unitOf(honest));
    while (threads.length === 0) await settled();
    threads[0]?.listener.answered({ ready: true });
    return loading;
  };
  return { evaluator, threads, clock, load };
}

/** Everything that needs no thread and no time has happened. */
function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

function inputsOf(thread: PlayedThread | undefined): readonly string[] {
  return (thread?.asked ?? []).flatMap((question) => (question.ask === "evaluate" ? [question.input] : []));
}

const answerOf = (value: number) => `[{"result":${value}}]`;

test("the second thread is started when the first is busy, a third never", async (t) => {
  const { threads, load } = played();
  const unit = await load();
  t.is(threads.length, 1);
  const answers = Promise.all(["1", "2", "3", "4"].map((input) => unit.evaluate(input)));
  await settled();
  t.is(threads.length, 2);
  t.deepEqual(inputsOf(threads[0]), ["1"]);
  threads[1]?.listener.answered({ ready: true });
  await settled();
  t.deepEqual(inputsOf(threads[1]), ["2"]);
  threads[0]?.listener.answered(answerOf(1));
  await settled();
  t.deepEqual(inputsOf(threads[0]), ["1", "3"]);
  threads[0]?.listener.answered(answerOf(3));
  await settled();
  threads[1]?.listener.answered(answerOf(2));
  threads[0]?.listener.answered(answerOf(4));
  t.deepEqual(await answers, [1, 2, 3, 4]);
  t.is(threads.length, 2);
});

test("one evaluation at a time is asked of a thread, and one that nobody needs is not started", async (t) => {
  const { threads, load } = played();
  const unit = await load();
  for (const input of ["1", "2"]) {
    const answer = unit.evaluate(input);
    await settled();
    threads[0]?.listener.answered(answerOf(Number(input)));
    t.is(await answer, Number(input));
  }
  t.is(threads.length, 1);
});

test("more than may wait are refused at once, and those that wait are asked in their order", async (t) => {
  const { threads, load } = played({ regoThreadsMax: 1, regoEvaluationsQueuedMax: 2 });
  const unit = await load();
  const answers = ["1", "2", "3"].map((input) => unit.evaluate(input));
  await t.throwsAsync(unit.evaluate("4"), {
    code: "YOI_EVALUATION_FAILED",
    message: "`one.rego` was not asked: 2 evaluations wait already",
  });
  for (const value of [1, 2, 3]) {
    await settled();
    threads[0]?.listener.answered(answerOf(value));
  }
  t.deepEqual(await Promise.all(answers), [1, 2, 3]);
  t.deepEqual(inputsOf(threads[0]), ["1", "2", "3"]);
});

test("the deadline counts from when a thread takes the evaluation", async (t) => {
  const { threads, clock, load } = played({ regoThreadsMax: 1 });
  const unit = await load();
  const [first, second] = [unit.evaluate("1"), unit.evaluate("2")];
  await settled();
  clock.advance(limits.regoEvaluationMs - 1);
  threads[0]?.listener.answered(answerOf(1));
  t.is(await first, 1);
  await settled();
  clock.advance(limits.regoEvaluationMs - 1);
  threads[0]?.listener.answered(answerOf(2));
  t.is(await second, 2);
});

test("a missed deadline ends the thread, and what waits is asked of another when it is gone", async (t) => {
  const { threads, clock, load } = played({ regoThreadsMax: 1 });
  const unit = await load();
  const [late, waiting] = [unit.evaluate("1"), unit.evaluate("2")];
  await settled();
  clock.advance(limits.regoEvaluationMs);
  await t.throwsAsync(late, { message: "`one.rego` did not answer within 1000 ms" });
  t.true(threads[0]?.ended);
  await settled();
  t.is(threads.length, 1);
  threads[0]?.listener.ended("trap");
  t.is(threads.length, 2);
  threads[1]?.listener.answered({ ready: true });
  await settled();
  // Another thread has to be given the unit first.
  t.deepEqual(
    threads[1]?.asked.map(({ ask }) => ask),
    ["load", "evaluate"],
  );
  threads[1]?.listener.answered(answerOf(2));
  t.is(await waiting, 2);
});

test("an answer that is there when the time runs out was in time: the host itself was late", async (t) => {
  const { threads, clock, load } = played();
  const unit = await load();
  const answer = unit.evaluate("1");
  await settled();
  threads[0]?.pending.push(answerOf(1));
  clock.advance(limits.regoEvaluationMs);
  t.is(await answer, 1);
  t.false(threads[0]?.ended);
});

for (const why of ["memory", "trap"] as const) {
  test(`a thread that ends by itself is an error (${why}) of what it was asked, and of nothing else`, async (t) => {
    const { threads, load } = played({ regoThreadsMax: 1 });
    const unit = await load();
    const [first, second] = [unit.evaluate("1"), unit.evaluate("2")];
    await settled();
    threads[0]?.listener.ended(why);
    await t.throwsAsync(first, { message: "`one.rego` took its thread down" });
    threads[1]?.listener.answered({ ready: true });
    await settled();
    threads[1]?.listener.answered(answerOf(2));
    t.is(await second, 2);
  });
}

test("a thread that is spent is not asked again", async (t) => {
  const { threads, load } = played({ regoThreadsMax: 1 });
  const unit = await load();
  const first = unit.evaluate("1");
  await settled();
  threads[0]?.listener.answered({ text: answerOf(1), spent: true });
  t.is(await first, 1);
  t.true(threads[0]?.ended);
  threads[0]?.listener.ended("trap");
  const second = unit.evaluate("2");
  await settled();
  t.is(threads.length, 2);
  threads[1]?.listener.answered({ ready: true });
  await settled();
  threads[1]?.listener.answered(answerOf(2));
  t.is(await second, 2);
});

test("a thread that does not start is an error of whoever waits, and is not started for ever", async (t) => {
  const { evaluator, threads, clock } = played();
  const loading = t.throwsAsync(evaluator.load(unitOf(honest)), { message: /its thread could not be started/ });
  while (threads.length === 0) await settled();
  clock.advance(limits.regoThreadStartMs);
  await loading;
  threads[0]?.listener.ended("trap");
  await settled();
  t.is(threads.length, 1);
  t.true(threads[0]?.ended);
});

test("what is put away while it waits for a thread is given to none", async (t) => {
  const { threads, load } = played();
  const unit = await load();
  const outcomes = Promise.allSettled([unit.evaluate("1"), unit.evaluate("2")]);
  await settled();
  unit.dispose();
  threads[1]?.listener.answered({ ready: true });
  threads[0]?.listener.answered(answerOf(1));
  const [first, second] = await outcomes;
  t.deepEqual(first, { status: "fulfilled", value: 1 });
  t.is(second.status === "rejected" && second.reason.details.why, "closed");
  t.deepEqual(
    threads[0]?.asked.map(({ ask }) => ask),
    ["load", "evaluate", "drop"],
  );
  t.deepEqual(threads[1]?.asked, []);
});

test("closing is an error of what is under way, and of what waits", async (t) => {
  const { evaluator, threads, load } = played({ regoThreadsMax: 1 });
  const unit = await load();
  const outcomes = Promise.allSettled([unit.evaluate("1"), unit.evaluate("2")]);
  await settled();
  await evaluator.close();
  for (const outcome of await outcomes) {
    t.is(outcome.status === "rejected" && outcome.reason.details.why, "closed");
  }
  t.true(threads[0]?.ended);
});
