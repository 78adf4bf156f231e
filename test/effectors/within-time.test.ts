import test from "ava";
import { withinTime } from "../../src/effectors/within-time.ts";
import { YoiError } from "../../src/errors/yoi-error.ts";

const never = new Promise<never>(() => undefined);
const { signal } = new AbortController();

test("work that ends in time is answered with what it made", async (t) => {
  t.is(await withinTime({ signal, timeoutMs: 60_000 }, async () => "made"), "made");
  await t.throwsAsync(
    withinTime({ signal, timeoutMs: 60_000 }, async () => Promise.reject(new Error("its own"))),
    { message: "its own" },
  );
});

test("work that hangs is left when the time is up, and told to stop", async (t) => {
  const told = Promise.withResolvers<void>();
  const hanging = withinTime({ signal, timeoutMs: 1 }, (stop) => {
    stop.addEventListener("abort", () => told.resolve());
    return never;
  });
  const error = await t.throwsAsync(hanging, { instanceOf: YoiError });
  t.deepEqual(error?.details, { why: "timeout" });
  await told.promise;
  t.pass();
});

test("work that hangs is left when the caller gives up", async (t) => {
  const caller = new AbortController();
  const hanging = withinTime({ signal: caller.signal, timeoutMs: 60_000 }, () => never);
  caller.abort();
  const error = await t.throwsAsync(hanging, { instanceOf: YoiError });
  t.deepEqual(error?.details, { why: "cancelled" });
});

test("work that has passed its point of no return is neither timed out nor called off", async (t) => {
  const caller = new AbortController();
  const { promise: committed, resolve } = Promise.withResolvers<void>();
  const { promise: more, resolve: end } = Promise.withResolvers<string>();
  const working = withinTime({ signal: caller.signal, timeoutMs: 1 }, async (stop, commit) => {
    commit();
    resolve();
    const made = await more;
    t.false(stop.aborted);
    return made;
  });
  await committed;
  for (const start = performance.now(); performance.now() - start < 5; );
  await new Promise((turn) => setImmediate(turn));
  caller.abort();
  end("made");
  t.is(await working, "made");
});

test("work that was called off does not get past its point of no return", async (t) => {
  const caller = new AbortController();
  const { promise: told, resolve } = Promise.withResolvers<unknown>();
  const working = withinTime({ signal: caller.signal, timeoutMs: 60_000 }, async (stop, commit) => {
    await new Promise((aborted) => stop.addEventListener("abort", aborted));
    try {
      commit();
      resolve("it did");
    } catch (error) {
      resolve(error);
    }
  });
  caller.abort();
  const error = await t.throwsAsync(working, { instanceOf: YoiError });
  t.is(await told, error);
});
