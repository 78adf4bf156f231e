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
    const frame = Buffer.concat([prefix, head, Buffer.from(body)]);
    for (let written = 0; written < frame.length; ) {
      try {
        written += writeSync(4, frame, written);
      } catch (error) {
        if (error.code !== "EAGAIN") break;
      }
    }
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
const ask = `{ kind: "ask", call: 1, ask: n, asked: { kind: "fs.read", path: "a" } }`;
const request = `{ method: "GET", url: "https://a.example", headers: [], secrets: [] }`;

/** A process that asks once in the middle of its call: `asked` is the ask's header, `body` the frame's body. */
function asking(title: string, asked: string, body = `""`) {
  return [title, `${greeting} say({ kind: "ask", call: 1, ask: 1, asked: ${asked} }, ${body});`, "call"] as const;
}

/** The same with a request that has this in it. */
function sending(title: string, more: string, hasBody = false, body = `""`) {
  const asked = `{ kind: "https.send", hasBody: ${hasBody}, request: { ...${request}, ${more} } }`;
  return asking(title, asked, body);
}

const moreThanAFile = `"x".repeat(${limits.fileWriteBytesMax + 1})`;
const path = `path: "notes/a"`;
const asks = [
  asking("an ask for a power that there is not", `{ kind: "fs.chmod", ${path} }`),
  asking("an ask without a kind", `{ ${path} }`),
  asking("an ask with more in it than belongs there", `{ kind: "fs.stat", ${path}, plugin: "project:other" }`),
  asking("an ask of another kind's shape", `{ kind: "fs.read", ${path}, mode: "replace" }`),
  asking("a path that is no text", `{ kind: "fs.read", path: 5 }`),
  asking("a path over its bound", `{ kind: "fs.remove", path: "ä".repeat(${limits.pathBytesMax / 2 + 1}) }`),
  asking("a path and bytes to read", `{ kind: "fs.read", ${path} }`, `"x"`),
  asking("a path and bytes to list", `{ kind: "fs.list", ${path} }`, `"x"`),
  asking("a path and bytes to remove", `{ kind: "fs.remove", ${path} }`, `"x"`),
  asking("an offset below zero", `{ kind: "fs.read", ${path}, range: { offset: -1, length: 1 } }`),
  asking("an offset that no number holds", `{ kind: "fs.read", ${path}, range: { offset: 2 ** 53, length: 1 } }`),
  asking("an offset between two bytes", `{ kind: "fs.read", ${path}, range: { offset: 0.5, length: 1 } }`),
  asking("a length over its bound", `{ kind: "fs.read", ${path}, range: { offset: 0, length: ${2 ** 20 + 1} } }`),
  asking("a range with more in it", `{ kind: "fs.read", ${path}, range: { offset: 0, length: 1, flags: 1 } }`),
  asking("a way to write that there is not", `{ kind: "fs.write", ${path}, mode: "truncate" }`),
  asking("a write without its way", `{ kind: "fs.write", ${path} }`),
  asking("more bytes to write than one write takes", `{ kind: "fs.write", ${path}, mode: "create" }`, moreThanAFile),
  asking("more bytes to append than one append takes", `{ kind: "fs.append", ${path} }`, moreThanAFile),
  asking(
    "a name to list after that is no name",
    `{ kind: "fs.list", ${path}, after: "a".repeat(${limits.segmentBytesMax + 1}) }`,
  ),
  sending("a method over its bound", `method: "A".repeat(${limits.httpsMethodBytesMax + 1})`),
  sending("a URL over its bound", `url: "a".repeat(${limits.urlBytesMax + 1})`),
  sending(
    "too many header lines",
    `headers: Array(${limits.httpsRequestHeadersMax + 1}).fill({ name: "a", value: "" })`,
  ),
  sending("a header line over its bound", `headers: [{ name: "a", value: "v".repeat(${limits.httpsHeaderBytesMax}) }]`),
  sending(
    "header lines that are too long together",
    `headers: Array(9).fill({ name: "a", value: "v".repeat(${limits.httpsHeaderBytesMax - 1}) })`,
  ),
  sending("a header with more in it", `headers: [{ name: "a", value: "b", raw: "c" }]`),
  sending("a header without a value", `headers: [{ name: "a" }]`),
  sending("too many secrets", `secrets: Array(${limits.secretsPerRequestMax + 1}).fill("a")`),
  sending("a secret's name that is no name", `secrets: ["a".repeat(65)]`),
  sending("a time that is no number of milliseconds", `timeoutMs: -1`),
  sending("a time beyond its type", `timeoutMs: 2 ** 32`),
  sending("a bound on the answer that is no number", `responseBytesMax: "all"`),
  sending("more redirects than its type holds", `redirectsMax: 256`),
  sending("a hop, which is not its to say", `hop: 0`),
  sending("a body that it says it has not", ``, false, `"x"`),
  sending("more of a body than a request takes", ``, true, `"x".repeat(${limits.httpsBodyBytesMax + 1})`),
];

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
  ...asks,
] as const;

for (const row of rows) {
  const [title, script, when] = row;
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
      // An ask that is never answered, so that asks pile up; most may not even be asked.
      const heard = Promise.withResolvers<never>();
      const ask = () => {
        if (asks.some((asking) => asking === row)) heard.reject(new Error("the host was asked"));
        return heard.promise;
      };
      const run = sandbox.run(testRequest({ host: { ...recordingHost(), ask } }), new AbortController().signal);
      const failure = await failureOf(t, Promise.race([run, heard.promise]));
      t.is(failure.details.why, "crashed");
    }
    t.is(await ended.promise, "crashed");
    await sandbox.exited;
    t.is(child.signalCode, "SIGKILL");
  });
}

test("no header makes reading a message throw", (t) => {
  const messages = fc.property(fc.jsonValue(), (value) => t.notThrows(() => parseChildMessage(value)));
  t.notThrows(() => fc.assert(messages));
});
