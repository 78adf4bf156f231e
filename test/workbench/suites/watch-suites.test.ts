import test from "ava";
import { watchSuites } from "../../../src/workbench/suites/watch-suites.ts";

/** A watch in the test's hands: runs end when it says so, and changes come when it says so. */
function watchInHand() {
  const ended = Promise.withResolvers<void>();
  const runs: { end(): void; fail(error: Error): void }[] = [];
  const started: (() => void)[] = [];
  let change: () => Promise<void> = async () => undefined;
  let isClosed = false;
  const watching = watchSuites({
    run: () => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      runs.push({ end: resolve, fail: reject });
      for (const tell of started.splice(0)) tell();
      return promise;
    },
    watch: (onChange) => {
      change = onChange;
      const close = () => {
        isClosed = true;
      };
      return { close };
    },
    ended: ended.promise,
  });
  return {
    watching,
    runs,
    ended,
    change: () => change(),
    isClosed: () => isClosed,
    /** The next run; called before what leads to it. */
    nextRun: () => new Promise<void>((resolve) => started.push(resolve)),
  };
}

test("suites are run at once, and again after a change", async (t) => {
  const { watching, runs, ended, change, nextRun, isClosed } = watchInHand();
  t.is(runs.length, 1);
  runs[0]?.end();
  await new Promise(setImmediate);
  const next = nextRun();
  await change();
  await next;
  t.is(runs.length, 2);
  runs[1]?.end();
  ended.resolve();
  await watching;
  t.true(isClosed());
});

test("changes during a run make one more run, and never two at once", async (t) => {
  const { watching, runs, ended, change, nextRun } = watchInHand();
  await change();
  await change();
  t.is(runs.length, 1);
  const next = nextRun();
  runs[0]?.end();
  await next;
  t.is(runs.length, 2);
  runs[1]?.end();
  await new Promise(setImmediate);
  t.is(runs.length, 2);
  ended.resolve();
  await watching;
});

test("the end waits for the run under way, and begins no other", async (t) => {
  const { watching, runs, ended, change, isClosed } = watchInHand();
  await change();
  ended.resolve();
  await new Promise(setImmediate);
  t.true(isClosed());
  runs[0]?.end();
  await watching;
  t.is(runs.length, 1);
});

test("a run that breaks ends the watch with what broke it", async (t) => {
  const { watching, runs } = watchInHand();
  runs[0]?.fail(new Error("broken"));
  await t.throwsAsync(watching, { message: "broken" });
});
