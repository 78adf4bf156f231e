import { spawn } from "node:child_process";
import type { Duplex } from "node:stream";
import test from "ava";
import fc from "fast-check";
import { limits } from "../../src/calls/limits.ts";
import { parseChildMessage } from "../../src/sandbox/child-message.ts";
import { systemClock } from "../../src/sandbox/sandbox-clock.ts";
import { SandboxProcess } from "../../src/sandbox/sandbox-process.ts";
import { failureOf, recordingHost, testRequest, watComponent } from "../support/sandboxes.ts";

// Said by a process that has been taken over. `say` frames its arguments as the real one would.
const preamble = `
  const { writeSync, readSync } = await import("node:fs");
  const say = (header, body = "") => {
    const head = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
    const prefix = Buffer.alloc(8);
    prefix.writeUInt32BE(head.length);
    prefix.writeUInt32BE(Buffer.byteLength(body), 4);
    try { writeSync(4, Buffer.concat([prefix, head, Buffer.from(body)])); } catch {}
  };
  const hear = async () => {
    for (let heard = 0; heard === 0; await new Promise((resolve) => setImmediate(resolve))) {
      try { heard = readSync(3, Buffer.alloc(65536)); } catch {}
    }
  };
  setInterval(() => {}, 1e6);
  process.on("SIGTERM", () => {});
`;
const greeting = `await hear(); say({ kind: "loaded" }); say({ kind: "ready" }); await hear();`;
const ask = `{ kind: "ask", call: 1, ask: n, path: "a" }`;

// ATTACK: threats 22. Nothing that a process says is believed about who it is, or beyond its bounds.
const rows = [
  ["bytes that are no frame", `await hear(); writeSync(4, Buffer.alloc(64, 0xff));`, "start"],
  ["a header that is no message", `await hear(); say({ kind: "obey" });`, "start"],
  ["a header that is no JSON", `await hear(); say("{");`, "start"],
  [
    "a message with more in it than belongs there",
    `await hear(); say({ kind: "loaded", plugin: "project:other" });`,
    "start",
  ],
  ["a spare instance before it was loaded", `await hear(); say({ kind: "ready" });`, "start"],
  [
    "the output of a call that was never made",
    `await hear(); say({ kind: "output", call: 1, isError: false, summaryBytes: 0, hasContent: false });`,
    "start",
  ],
  [
    "another call's id",
    `${greeting} say({ kind: "output", call: 2, isError: false, summaryBytes: 0, hasContent: false });`,
    "call",
  ],
  [
    "a summary longer than what was sent",
    `${greeting} say({ kind: "output", call: 1, isError: false, summaryBytes: 9, hasContent: false }, "short");`,
    "call",
  ],
  [
    "a summary that is no text",
    `${greeting} say({ kind: "output", call: 1, isError: false, summaryBytes: 1, hasContent: false }, Buffer.from([255]));`,
    "call",
  ],
  ["more asks at once than it may have", `${greeting} for (let n = 0; n < 99; n++) say(${ask});`, "call"],
  ["one ask's id twice", `${greeting} for (let n = 7, i = 0; i < 2; i++) say(${ask});`, "call"],
  [
    "more log lines than it may write",
    `${greeting} for (let n = 0; n < 99; n++) say({ kind: "log", call: 1, level: "info" }, "x");`,
    "call",
  ],
  ["a log line over its bound", `${greeting} say({ kind: "log", call: 1, level: "info" }, "x".repeat(9999));`, "call"],
  ["a spare instance in the middle of a call", `${greeting} say({ kind: "ready" });`, "call"],
] as const;

for (const [title, script, when] of rows) {
  test(`a process that says ${title} is ended, and its call fails`, async (t) => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", preamble + script], {
      stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    });
    const [, , , to, from] = child.stdio;
    const ready = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<string>();
    const component = await watComponent("honest-neighbour", { logLinesPerCallMax: 10, hostCallsConcurrentMax: 4 });
    const bounds = { memoryPagesMax: 1, tableElementsMax: 1, coreInstancesMax: 1, modules: {} };
    const sandbox = new SandboxProcess(component, { child, to: to as Duplex, from: from as Duplex }, bounds, {
      clock: systemClock,
      onReady: () => ready.resolve(),
      onEnd: (_, __, failure) => ended.resolve(failure.details.why),
    });
    t.teardown(() => child.kill("SIGKILL"));
    if (when === "call") {
      await ready.promise;
      sandbox.claim();
      // An ask that is never answered, so that asks pile up.
      const host = { ...recordingHost(), ask: () => new Promise<never>(() => undefined) };
      const failure = await failureOf(t, sandbox.run(testRequest({ host }), new AbortController().signal));
      t.is(failure.details.why, "crashed");
    }
    t.is(await ended.promise, "crashed");
    await sandbox.exited;
    t.is(child.signalCode, "SIGKILL");
  });
}

test("no header makes reading a message throw, and what is read has a bounded path", (t) => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const message = parseChildMessage(value);
      t.true(message === undefined || message.kind !== "ask" || message.path.length <= limits.pathBytesMax);
    }),
  );
  t.is(parseChildMessage({ kind: "ask", call: 1, ask: 1, path: "a".repeat(limits.pathBytesMax + 1) }), undefined);
});
