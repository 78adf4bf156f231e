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
