import test from "ava";
import { limits } from "../../src/calls/limits.ts";
import { YoiError } from "../../src/errors/yoi-error.ts";
import { residentBytes } from "../../src/sandbox/resident-bytes.ts";
import {
  failureOf,
  fileOf,
  recordingHost,
  shortCpuMs,
  testPool,
  testRequest,
  watComponent,
} from "../support/sandboxes.ts";

const nothing = { ok: true, value: { kind: "nothing" } } as const;
const emptyResponse = { status: 204, headers: [], url: "", truncated: false, bytes: new Uint8Array(0) };

/** Numbers as the fixture `oversteps` reads them. */
function hexWords(words: readonly number[]): string {
  return Array.from({ length: 9 }, (_, index) => (words[index] ?? 0).toString(16).padStart(8, "0")).join("");
}

// ATTACK: threats 22, 23, 42, 46. Each guest is the text of a component in fixtures/hostile.
const failures = [
  ["a guest that never answers is ended at its deadline", "loops-in-call", "deadline"],
  ["a start function that never ends is ended at the deadline", "loops-in-start", "deadline"],
  ["cleaning up that never ends is ended at the deadline", "loops-in-post-return", "deadline"],
  ["an allocator that never ends is ended at the deadline", "loops-in-realloc", "deadline"],
  ["an allocator that asks the host while it is being called fails its own call", "reenters-in-realloc", "trap"],
  ["endless recursion is a trap", "recurses", "trap"],
  ["output that no frame can hold is no output", "floods-output", "bad-output"],
  ["a boolean that is neither true nor false is a trap", "breaks-shape", "trap"],
  ["a string outside the guest's memory is a trap", "points-outside", "trap"],
  ["a guest that ends the program ends its own call", "exits", "trap"],
  ["a guest that waits for ever is ended at its deadline", "polls-for-ever", "deadline"],
  ["a request for 4 GiB of chance is a trap", "wants-chance", "trap"],
  ["asking the host during instantiation gets nowhere", "asks-in-start", "instantiation"],
  ["a module that is instantiated too often is refused", "instantiates-often", "instantiation"],
  ["a memory that is brought in more often than it was counted is refused", "multiplies-memory", "instantiation"],
] as const;

for (const [title, name, why] of failures) {
  test.serial(`${title}, and its neighbour goes on`, async (t) => {
    const pool = testPool(t);
    const neighbour = await watComponent("honest-neighbour");
    await pool.prepare(neighbour);
    const host = recordingHost();
    const component = await watComponent(name, why === "deadline" ? { guestCpuMs: shortCpuMs } : {});
    const hostile = pool.call(component, testRequest({ host }));
    const beside = pool.call(neighbour, testRequest());
    t.is((await failureOf(t, hostile)).details.why, why);
    t.deepEqual(await beside, { summary: "echo", content: "content", isError: false });
    t.deepEqual(await pool.call(neighbour, testRequest()), { summary: "echo", content: "content", isError: false });
    t.deepEqual(host.asked, []);
  });
}

const invalid = [
  ["a component that starts with more memory than it may have", "declares-huge-memory", /more memory than/],
  ["a component that starts with more table elements than it may have", "declares-huge-table", /more table than/],
  ["an import that no plugin may have", "opens-sockets", /imports `wasi:sockets\/instance-network`/],
] as const;

for (const [title, name, message] of invalid) {
  test.serial(`${title} is refused by name before anything runs`, async (t) => {
    const pool = testPool(t);
    const error = await t.throwsAsync(pool.prepare(await watComponent(name)), { instanceOf: YoiError, message });
    t.is(error?.code, "YOI_COMPONENT_INVALID");
    t.deepEqual(pool.status().sandboxes, []);
  });
}

for (const [name, message] of [
  ["wants-chance", /more than 65536 random bytes/],
  ["exits", /ended its program/],
] as const) {
  test.serial(`a trap of our own making says what the guest did: ${name}`, async (t) => {
    t.regex((await failureOf(t, testPool(t).call(await watComponent(name), testRequest()))).message, message);
  });
}

// ATTACK: threats 46
test.serial("a start function that asks the host is told in words that the host is unavailable", async (t) => {
  const host = recordingHost();
  const failure = await failureOf(t, testPool(t).call(await watComponent("asks-in-start"), testRequest({ host })));
  t.is(failure.message, "the component could not be instantiated: `the host is unavailable during instantiation`");
  t.deepEqual(host.asked, []);
});

for (const name of ["grows-memory", "grows-table"]) {
  test.serial(`what a guest asks for beyond its bounds it does not get: ${name}`, async (t) => {
    const pool = testPool(t);
    const component = await watComponent(name, { guestMemoryBytesMax: 16 * 1024 * 1024 });
    t.is((await pool.call(component, testRequest())).summary, "refused");
  });
}

test.serial("memory that one call filled is not there any more after many calls", async (t) => {
  const pool = testPool(t);
  const component = await watComponent("grows-memory");
  for (let count = 0; count < 6; count++) {
    t.is((await pool.call(component, testRequest())).summary, "refused");
    for (const { pid } of pool.status().sandboxes) t.true((residentBytes(pid) ?? 0) < 2 * limits.sandboxKeptBytesMax);
  }
});

test.serial("a log flood is cut after its last line, and the call goes on", async (t) => {
  const pool = testPool(t);
  const host = recordingHost();
  const component = await watComponent("floods-log", { logLinesPerCallMax: 100, logLineBytesMax: 512 });
  t.is((await pool.call(component, testRequest({ host }))).summary, "ok");
  t.is(host.lines.length, 101);
  t.is(host.lines[99]?.length, "info: ".length + 512);
  t.is(host.lines[100], "warn: the log was cut after 100 lines");
});

for (const [name, answer] of [
  ["floods-host", fileOf("content")],
  ["floods-servers", { ok: true, value: { kind: "response", ...emptyResponse } }],
] as const) {
  test.serial(`a guest that floods the host with asks gets a limit, not an answer: ${name}`, async (t) => {
    const pool = testPool(t);
    const host = recordingHost(answer);
    const component = await watComponent(name, { hostCallsPerCallMax: 50 });
    t.is((await pool.call(component, testRequest({ host }))).summary, "refused");
    t.is(host.asked.length, 50);
  });
}

// ATTACK: threats 20, 22
const overstepping = [
  ["a method", "send", [0x61, limits.httpsMethodBytesMax + 1], "httpsMethodBytesMax"],
  ["a URL", "send", [0x61, 3, limits.urlBytesMax + 1], "urlBytesMax"],
  ["too many header lines", "send", [0x61, 3, 9, limits.httpsRequestHeadersMax + 1, 1, 1], "httpsRequestHeadersMax"],
  ["a header line", "send", [0x61, 3, 9, 1, 1, limits.httpsHeaderBytesMax], "httpsHeaderBytesMax"],
  ["header lines together", "send", [0x61, 3, 9, 9, 1, limits.httpsHeaderBytesMax - 1], "httpsHeadersBytesMax"],
  ["header lines as the pipe writes them", "send", [1, 3, 9, 8, 1, 8_000], "frameHeaderBytesMax"],
  ["a body", "send", [0x61, 3, 9, 0, 0, 0, limits.httpsBodyBytesMax + 1], "httpsBodyBytesMax"],
  ["too many secrets", "send", [0x61, 3, 9, 0, 0, 0, 0, limits.secretsPerRequestMax + 1, 1], "secretsPerRequestMax"],
  ["a secret's name", "send", [0x61, 3, 9, 0, 0, 0, 0, 1, 65], "that is no name of a secret"],
  ["a path to write to", "write", [0x61, limits.pathBytesMax + 1], "pathBytesMax"],
  ["a path to look at", "t", [0x61, limits.pathBytesMax + 1], "pathBytesMax"],
  ["bytes to write", "write", [0x61, 9, limits.fileWriteBytesMax + 1], "fileWriteBytesMax"],
  ["bytes to append", "append", [0x61, 9, limits.fileWriteBytesMax + 1], "fileWriteBytesMax"],
  ["a name to list after", "list", [0x61, 9, limits.segmentBytesMax + 1], "`after` is no name of an entry"],
  ["a range's length", "range", [0x61, 9, 0, 0, 0, limits.fileReadBytesMax + 1], "fileReadBytesMax"],
  ["an offset that no number holds", "range", [0x61, 9, 0, 2 ** 21, 0, 1], "the offset is beyond every file"],
  ["the highest offset", "range", [0x61, 9, 0, 0xffff_ffff, 0xffff_ffff, 1], "the offset is beyond every file"],
] as const;

for (const [title, tool, words, refusal] of overstepping) {
  test.serial(`${title} over its bound is refused by name, asks nothing, and ends no process`, async (t) => {
    const pool = testPool(t);
    const host = recordingHost();
    const component = await watComponent("oversteps");
    const output = await pool.call(component, testRequest({ host, tool, input: hexWords(words) }));
    t.deepEqual(output, { summary: refusal, isError: true });
    t.deepEqual(host.asked, []);
    const [before] = pool.status().sandboxes;
    const largest = hexWords([0x61, 9, tool === "append" ? limits.fileWriteBytesMax : 9]);
    const next = testRequest({ host: recordingHost(nothing), tool: "append", input: largest });
    t.deepEqual(await pool.call(component, next), { summary: "ok", isError: false });
    t.is(pool.status().sandboxes[0]?.pid, before?.pid);
  });
}

// ATTACK: threats 22
test.serial(
  "a guest that passes the same text a hundred thousand times is trapped before it fills the machine",
  async (t) => {
    const pool = testPool(t);
    const component = await watComponent("oversteps", { guestMemoryBytesMax: 16 * 1024 * 1024, guestCpuMs: 5_000 });
    const host = recordingHost();
    const input = hexWords([0x61, 3, 9, 100_000, 1, 2 ** 21]);
    const failure = await failureOf(t, pool.call(component, testRequest({ host, tool: "send", input })));
    t.is(failure.message, "the guest trapped: `the guest passed more than 16777216 bytes of text at once`");
    t.deepEqual(host.asked, []);
    // The next call begins anew, with all that it may pass.
    const honest = testRequest({ host: recordingHost(nothing), tool: "append", input: hexWords([0x61, 9, 9]) });
    t.deepEqual(await pool.call(component, honest), { summary: "ok", isError: false });
  },
);

for (const name of ["floods-log", "floods-stderr"]) {
  test.serial(`text that is passed piece by piece is no more than a piece: ${name}`, async (t) => {
    const component = await watComponent(name, { guestMemoryBytesMax: 16 * 1024 * 1024 });
    t.is((await testPool(t).call(component, testRequest())).summary, "ok");
  });
}

test.serial("a call after a trap has a fresh instance in the same process", async (t) => {
  const pool = testPool(t);
  const component = await watComponent("traps");
  const host = recordingHost();
  t.is(
    (
      await pool.call(
        component,
        testRequest({ host, tool: "calm" }).tool === "calm" ? testRequest({ tool: "get" }) : testRequest(),
      )
    ).summary,
    "ok",
  );
  const [before] = pool.status().sandboxes;
  const failure = await failureOf(t, pool.call(component, testRequest({ host, tool: "trap" })));
  t.is(failure.details.why, "trap");
  t.regex(failure.message, /unreachable/);
  t.true(host.lines.some((line) => line.startsWith("error: ") && line.includes("unreachable")));
  t.is((await pool.call(component, testRequest())).summary, "ok");
  t.is(pool.status().sandboxes[0]?.pid, before?.pid);
});

test.serial("no instance serves a second call", async (t) => {
  const pool = testPool(t);
  const component = await watComponent("remembers");
  for (let count = 0; count < 3; count++) t.is((await pool.call(component, testRequest())).summary, "ok");
});

test.serial("what a language runtime writes to stderr before it traps reaches the author", async (t) => {
  const pool = testPool(t);
  const host = recordingHost();
  const failure = await failureOf(t, pool.call(await watComponent("writes-to-stderr"), testRequest({ host })));
  t.true(host.lines.includes("error: TypeError: oh dear"));
  // The glue's frames name folders of the host, and help nobody.
  t.notRegex(failure.details.stack ?? "", /file:\/\//);
});

test.serial("a guest's error is shown with its controls made visible", async (t) => {
  // ATTACK: threats 34
  const failure = await failureOf(t, testPool(t).call(await watComponent("errs-in-colour"), testRequest()));
  t.is(failure.details.why, "guest-error");
  t.is(failure.message, "the plugin answered with an error: `\\u{1b}[2Jall is well`");
});

test.serial("a guest that sleeps is woken", async (t) => {
  t.is((await testPool(t).call(await watComponent("sleeps"), testRequest())).summary, "ok");
});

test.serial("an endless loop in a guest does not stall the host's own event loop", async (t) => {
  const pool = testPool(t);
  const looping = await watComponent("loops-in-call", { guestCpuMs: shortCpuMs });
  const honest = await watComponent("honest-neighbour");
  await pool.prepare(looping);
  await pool.prepare(honest);
  const countTurns = async (until: Promise<unknown>): Promise<number> => {
    let turns = 0;
    let over = false;
    void until.finally(() => {
      over = true;
    });
    while (!over) {
      turns++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return turns;
  };
  // As many turns as the loop lasts, against the same time without one: the host must get a fair part of them.
  const idle = await countTurns(new Promise((resolve) => setTimeout(resolve, shortCpuMs)));
  const beside = await countTurns(failureOf(t, pool.call(looping, testRequest())));
  t.true(beside > idle / 10, `${beside} turns beside the loop, ${idle} without it`);
});
