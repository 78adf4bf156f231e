import test from "ava";
import { tellProgress } from "../../src/cli/tell-progress.ts";

/** Reads so many calls, each of which takes so long. */
function read(calls: number, eachMs: number, isTerminal: boolean) {
  const told: string[] = [];
  let clock = 0;
  const context = { isTerminal, nowMs: () => clock, warn: (line: string) => told.push(line) };
  const passed: number[] = [];
  const numbers = Array.from({ length: calls }, (_, number) => number);
  for (const call of tellProgress(context, numbers, "looked at")) {
    passed.push(call);
    clock += eachMs;
  }
  return { told, passed };
}

test("a person at a terminal who waits is told once a second how far it is", (t) => {
  t.deepEqual(read(2_600, 1, true).told, ["looked at 1,000 decisions …", "looked at 2,000 decisions …"]);
});

test("who does not wait is told nothing", (t) => {
  t.deepEqual(read(900, 1, true).told, []);
});

test("a program is told nothing, however long it takes", (t) => {
  t.deepEqual(read(10, 5_000, false).told, []);
});

test("every call is passed on, in its order", (t) => {
  t.deepEqual(read(5, 2_000, true).passed, [0, 1, 2, 3, 4]);
});
