import { type ChildProcess, spawn } from "node:child_process";
import { Duplex, PassThrough } from "node:stream";
import test from "ava";
import { limits } from "../../src/calls/limits.ts";
import { encodeFrame } from "../../src/sandbox/frame-codec.ts";
import { systemClock } from "../../src/sandbox/sandbox-clock.ts";
import { SandboxProcess } from "../../src/sandbox/sandbox-process.ts";

const bounds = { headerBytesMax: limits.frameHeaderBytesMax, frameBytesMax: limits.frameBytesMax };

// ATTACK: threats 22: a process that was taken over asks and asks, and reads none of the answers.
test("a process that does not read what it asked for is ended before its answers fill the host", async (t) => {
  const child: ChildProcess = spawn(process.execPath, ["--eval", "setInterval(() => {}, 1e6)"], { stdio: "ignore" });
  t.teardown(() => child.kill("SIGKILL"));
  // Nothing that is written to it is ever taken.
  const to = new Duplex({ read() {}, write() {}, highWaterMark: limits.frameBytesMax });
  const from = new PassThrough();
  const say = (message: object) => from.write(encodeFrame(message, new Uint8Array(0), bounds));
  const limitsOfGuest = { ...limits };
  const component = {
    plugin: "project:x",
    digest: "sha256:x",
    bytes: new Uint8Array(),
    config: "null",
    limits: limitsOfGuest,
  } as const;
  const ended = Promise.withResolvers<string>();
  const ready = Promise.withResolvers<SandboxProcess>();
  const owner = {
    clock: systemClock,
    onReady: (sandbox: SandboxProcess) => ready.resolve(sandbox),
    onEnd: () => ended.resolve("ended"),
  };
  const sandbox = new SandboxProcess(component, { child, to, from }, {} as never, owner);
  say({ kind: "loaded" });
  say({ kind: "ready" });
  await ready.promise;
  sandbox.claim();
  let answered = 0;
  const host = {
    log: () => undefined,
    ask: async () => {
      answered++;
      setImmediate(() => say({ kind: "ask", call: 1, ask: answered, asked: { kind: "fs.read", path: "notes/a" } }));
      const bytes = new Uint8Array(limits.fileReadBytesMax);
      return { ok: true, value: { kind: "bytes", bytes } } as const;
    },
  };
  const signal = new AbortController().signal;
  const run = sandbox.run({ tool: "x", input: "{}", timeoutMs: limits.toolCallMs, signal, host }, signal);
  say({ kind: "ask", call: 1, ask: 0, asked: { kind: "fs.read", path: "notes/a" } });
  await t.throwsAsync(run, { code: "YOI_PLUGIN_FAILED" });
  t.is(await ended.promise, "ended");
  t.true(answered < 2 * (limits.unreadAnswersBytesMax / limits.fileReadBytesMax));
});
