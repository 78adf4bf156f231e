import { existsSync } from "node:fs";
import test from "ava";
import { limits } from "../../src/calls/limits.ts";
import { YoiError } from "../../src/errors/yoi-error.ts";
import type { GuestAnswer, GuestHost, SandboxComponent, SandboxPool } from "../../src/sandbox/sandbox.ts";
import { fakeClock } from "../support/fake-clock.ts";
import { failureOf, fileOf, recordingHost, testPool, testRequest, watComponent } from "../support/sandboxes.ts";

const echoed = { summary: "echo", content: "content", isError: false };

/** Resolves once `holds` is true; the pool's own events are what makes it so. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

function pids(pool: SandboxPool): number[] {
  return pool.status().sandboxes.map(({ pid }) => pid);
}

/** Whether the system still knows the process; a zombie counts as known. */
function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}

/** A host that answers only when it is told to, and tells what became of its asks. */
function heldHost(): GuestHost & { readonly asked: Promise<AbortSignal>; answer(answer: GuestAnswer): void } {
  const asked = Promise.withResolvers<AbortSignal>();
  const answer = Promise.withResolvers<GuestAnswer>();
  return {
    asked: asked.promise,
    answer: answer.resolve,
    ask: (_, signal) => {
      asked.resolve(signal);
      return answer.promise;
    },
    log: () => undefined,
  };
}

async function prepared(pool: SandboxPool, name = "honest-neighbour"): Promise<SandboxComponent> {
  const component = await watComponent(name);
  await pool.prepare(component);
  return component;
}

test.serial(
  "a prepared component has one idle process with a spare instance, however often it is prepared",
  async (t) => {
    const pool = testPool(t);
    const component = await prepared(pool);
    await pool.prepare(component);
    await pool.prepare({ ...component });
    const { sandboxes, queued } = pool.status();
    t.deepEqual(
      sandboxes.map(({ pid: _, ...rest }) => rest),
      [{ plugin: component.plugin, digest: component.digest, state: "idle", spare: true }],
    );
    t.is(queued, 0);
  },
);

test.serial("a guest's ask reaches the host of its own call, and the answer reaches the guest", async (t) => {
  const pool = testPool(t);
  const component = await prepared(pool);
  const host = recordingHost(fileOf("grüße\0"));
  const output = await pool.call(component, testRequest({ host, tool: "get_it", input: "notes/ü.md" }));
  t.deepEqual(output, { summary: "echo", content: "grüße\0", isError: false });
  t.deepEqual(host.asked, [{ kind: "fs.read", path: "notes/ü.md" }]);
  t.deepEqual(host.lines, ["info: get_it"]);
});

for (const [title, answer] of [
  ["a denial", { tag: "denied", val: "01JDQ5T8C3M0V9W7QK2D7Q5T8X" }],
  ["a limit", { tag: "limit", val: "fileReadBytesMax" }],
  ["a failure", { tag: "failed", val: "io" }],
] as const) {
  test.serial(`${title} reaches the guest as the variant of the interface`, async (t) => {
    const pool = testPool(t);
    const host = recordingHost({ ok: false, error: answer });
    const output = await pool.call(await watComponent("honest-neighbour"), testRequest({ host }));
    t.deepEqual(output, { summary: "echo", content: answer.val, isError: true });
  });
}

test.serial("a host that breaks while it answers is `failed` to the guest, and nothing of why", async (t) => {
  const host = { ...recordingHost(), ask: () => Promise.reject(new Error("/secret/path")) };
  const output = await testPool(t).call(await watComponent("honest-neighbour"), testRequest({ host }));
  t.deepEqual(output, { summary: "echo", content: "host", isError: true });
});

test.serial("an answer that no frame can hold is a limit to the guest", async (t) => {
  const host = recordingHost(fileOf("x".repeat(limits.frameBytesMax)));
  const output = await testPool(t).call(await watComponent("honest-neighbour"), testRequest({ host }));
  t.deepEqual(output, { summary: "echo", content: "frameBytesMax", isError: true });
});

test.serial("a path over its bound never leaves the guest's process", async (t) => {
  const host = recordingHost();
  const input = "a".repeat(limits.pathBytesMax + 1);
  const output = await testPool(t).call(await watComponent("honest-neighbour"), testRequest({ host, input }));
  t.deepEqual(output, { summary: "echo", content: "pathBytesMax", isError: true });
  t.deepEqual(host.asked, []);
});

test.serial("input over its bound is refused before any process hears of it", async (t) => {
  const pool = testPool(t);
  const call = pool.call(
    await watComponent("honest-neighbour"),
    testRequest({ input: "a".repeat(limits.toolInputBytesMax + 1) }),
  );
  t.true(YoiError.is(await t.throwsAsync(call), "YOI_LIMIT_EXCEEDED"));
  t.deepEqual(pool.status().sandboxes, []);
});

test.serial("two calls of one plugin run side by side, and no more than two; the others wait", async (t) => {
  const pool = testPool(t);
  const component = await watComponent("honest-neighbour");
  const hosts = [heldHost(), heldHost(), heldHost()];
  const calls = hosts.map((host) => pool.call(component, testRequest({ host })));
  await Promise.all(hosts.slice(0, 2).map(({ asked }) => asked));
  t.is(new Set(pids(pool)).size, 2);
  t.is(pool.status().queued, 1);
  for (const host of hosts) host.answer(fileOf("content"));
  t.deepEqual(await Promise.all(calls), [echoed, echoed, echoed]);
});

test.serial("a plugin whose queue is full is overloaded, and another plugin is not", async (t) => {
  const pool = testPool(t);
  const component = await watComponent("honest-neighbour");
  const other = { ...component, plugin: "project:test.other" } as const;
  const host = heldHost();
  const calls = Array.from({ length: limits.sandboxQueueMax }, () => pool.call(component, testRequest({ host })));
  t.is((await failureOf(t, pool.call(component, testRequest({ host })))).details.why, "overloaded");
  t.deepEqual(await pool.call(other, testRequest()), echoed);
  host.answer(fileOf("content"));
  await Promise.all(calls);
});

test.serial(
  "an aborted call ends its guest, tells the asks in flight, and a warm process takes its place",
  async (t) => {
    const deaths: string[] = [];
    const pool = testPool(t, { onDeath: (plugin, why) => deaths.push(`${plugin} ${why}`) });
    const component = await prepared(pool);
    const [before = 0] = pids(pool);
    const host = heldHost();
    const stop = new AbortController();
    const call = pool.call(component, testRequest({ host, signal: stop.signal }));
    const asked = await host.asked;
    stop.abort();
    t.is((await failureOf(t, call)).details.why, "cancelled");
    t.true(asked.aborted);
    t.deepEqual(deaths, [`${component.plugin} cancelled`]);
    await until(() => pool.status().sandboxes[0]?.spare === true);
    t.false(pids(pool).includes(before));
    await until(() => !isAlive(before));
    t.deepEqual(await pool.call(component, testRequest()), echoed);
  },
);

test.serial("a call that was aborted before it began, or while it waits, runs nothing", async (t) => {
  const pool = testPool(t, { sandboxesPerPluginMax: 1 });
  const component = await watComponent("honest-neighbour");
  t.is(
    (await failureOf(t, pool.call(component, testRequest({ signal: AbortSignal.abort() })))).details.why,
    "cancelled",
  );
  t.deepEqual(pool.status().sandboxes, []);
  const busy = heldHost();
  const first = pool.call(component, testRequest({ host: busy }));
  await busy.asked;
  const stop = new AbortController();
  const host = recordingHost();
  const waiting = pool.call(component, testRequest({ host, signal: stop.signal }));
  stop.abort();
  t.is((await failureOf(t, waiting)).details.why, "cancelled");
  t.is(pool.status().queued, 0);
  busy.answer(fileOf("content"));
  t.deepEqual(await first, echoed);
  t.deepEqual(host.asked, []);
});

test.serial("the whole call has a timeout that waiting for the host counts into", async (t) => {
  const pool = testPool(t);
  const component = await prepared(pool);
  const call = pool.call(component, testRequest({ host: heldHost(), timeoutMs: 200 }));
  t.is((await failureOf(t, call)).details.why, "timeout");
});

test.serial("a process that is killed from outside fails its call, and the next call has another", async (t) => {
  const pool = testPool(t);
  const component = await prepared(pool);
  const [pid = 0] = pids(pool);
  const host = heldHost();
  const call = pool.call(component, testRequest({ host }));
  await host.asked;
  process.kill(pid, "SIGKILL");
  t.is((await failureOf(t, call)).details.why, "crashed");
  t.deepEqual(await pool.call(component, testRequest()), echoed);
});

// ATTACK: threats 19, 46
test.serial("spares end when the policies change: idle ones at once, a busy one after its call", async (t) => {
  const pool = testPool(t);
  const component = await prepared(pool);
  const idle = await prepared(pool, "traps");
  const [busyPid = 0, idlePid = 0] = pids(pool);
  const host = heldHost();
  const call = pool.call(component, testRequest({ host }));
  await host.asked;
  pool.dropSpares();
  t.deepEqual(pids(pool), [busyPid]);
  host.answer(fileOf("content"));
  t.deepEqual(await call, echoed);
  await until(() => pids(pool).length === 0);
  await until(() => !isAlive(busyPid) && !isAlive(idlePid));
  t.is((await pool.call(idle, testRequest())).summary, "ok");
});

test.serial("dropping one plugin's spares leaves the others alone", async (t) => {
  const pool = testPool(t);
  const component = await prepared(pool);
  const other = await prepared(pool, "traps");
  pool.dropSpares(component.plugin);
  t.deepEqual(
    pool.status().sandboxes.map(({ plugin }) => plugin),
    [other.plugin],
  );
});

test.serial("a process belongs to one plugin, digest, configuration and set of limits", async (t) => {
  const pool = testPool(t, { sandboxesPerPluginMax: 8 });
  const component = await prepared(pool);
  await pool.prepare({ ...component, plugin: "user:test.honest-neighbour" });
  await pool.prepare({ ...component, digest: "sha256:other" });
  await pool.prepare({ ...component, config: "{}" });
  await pool.prepare({ ...component, limits: { ...component.limits, logLinesPerCallMax: 1 } });
  t.is(new Set(pids(pool)).size, 5);
});

test.serial("where there is no room, the process that has been idle the longest makes way", async (t) => {
  const clock = fakeClock();
  const pool = testPool(t, { sandboxesMax: 2, clock });
  const first = await prepared(pool);
  clock.advance(1);
  const second = await prepared(pool, "traps");
  clock.advance(1);
  t.deepEqual(await pool.call(first, testRequest()), echoed);
  await until(() => pool.status().sandboxes.every(({ spare }) => spare));
  clock.advance(1);
  const third = await prepared(pool, "remembers");
  t.deepEqual(new Set(pool.status().sandboxes.map(({ plugin }) => plugin)), new Set([first.plugin, third.plugin]));
  t.is((await pool.call(second, testRequest())).summary, "ok");
});

test.serial("an idle process goes when nobody wanted it for its time", async (t) => {
  const clock = fakeClock();
  const pool = testPool(t, { clock });
  await prepared(pool);
  const [pid = 0] = pids(pool);
  clock.advance(limits.sandboxIdleMs - 1);
  t.deepEqual(pids(pool), [pid]);
  clock.advance(1);
  t.deepEqual(pids(pool), []);
  await until(() => !isAlive(pid));
});

test.serial("closing fails who waits, ends every process, and leaves no zombie", async (t) => {
  const pool = testPool(t, { sandboxesPerPluginMax: 1 });
  const component = await watComponent("honest-neighbour");
  const host = heldHost();
  const running = pool.call(component, testRequest({ host }));
  await host.asked;
  const waiting = pool.call(component, testRequest());
  const [pid = 0] = pids(pool);
  const failures = Promise.all([failureOf(t, running), failureOf(t, waiting)]);
  await pool.close();
  t.deepEqual(
    (await failures).map(({ details }) => details.why),
    ["cancelled", "cancelled"],
  );
  t.false(isAlive(pid));
  t.is((await failureOf(t, pool.call(component, testRequest()))).details.why, "cancelled");
});
