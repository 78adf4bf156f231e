import { randomBytes } from "node:crypto";
import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import test from "ava";
import type { Dispatcher } from "undici";
import { readResponse } from "../../../src/effectors/https/read-response.ts";
import { failureOf, send, senderFor, textOf } from "../../support/https-requests.ts";
import { serveBytes } from "../../support/loopback-server.ts";
import { answering, okLine, pouring, wholeAnswer } from "../../support/raw-answers.ts";

// ATTACK: threats 20, 21: what a server can do to whoever decodes its answer.

for (const [coding, compressed] of [
  ["gzip", gzipSync("x")],
  ["deflate", deflateSync("x")],
  ["br", brotliCompressSync("x")],
  ["zstd", zstdCompressSync("x")],
] as const) {
  test(`something after a body coded as ${coding} is protocol, sent`, async (t) => {
    const body = Buffer.concat([compressed, Buffer.from("more of it")]);
    const server = await serveBytes(t, answering(wholeAnswer(body, `content-encoding: ${coding}\r\n`)));
    t.is(await failureOf(send(senderFor(t), { url: `http://api.example.com:${server.port}/` })), "protocol, sent");
  });
}

test("a gzip body of several members is one body", async (t) => {
  const body = Buffer.concat([gzipSync("one, "), gzipSync("two")]);
  const server = await serveBytes(t, answering(wholeAnswer(body, "content-encoding: gzip\r\n")));
  t.is(textOf(await send(senderFor(t), { url: `http://api.example.com:${server.port}/` })), "one, two");
});

const zeros = Buffer.alloc(512 * 1_024 * 1_024);
for (const [coding, compress] of [
  ["gzip", (bytes: Buffer) => gzipSync(bytes)],
  ["deflate", (bytes: Buffer) => deflateSync(bytes)],
  ["br", (bytes: Buffer) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } })],
  ["zstd", (bytes: Buffer) => zstdCompressSync(bytes)],
] as const) {
  test(`a body coded as ${coding} comes back decoded`, async (t) => {
    const bytes = randomBytes(200_000);
    const server = await serveBytes(t, answering(wholeAnswer(compress(bytes), `content-encoding: ${coding}\r\n`)));
    const answer = await send(senderFor(t), { url: `http://api.example.com:${server.port}/` });
    t.deepEqual([Buffer.from(answer.body).equals(bytes), answer.truncated], [true, false]);
    t.deepEqual(answer.headers, []);
  });

  test.serial(`half a gigabyte of nothing, coded as ${coding}, costs no more than its bound`, async (t) => {
    const bomb = wholeAnswer(compress(zeros), `content-encoding: ${coding}\r\n`);
    const server = await serveBytes(t, answering(bomb));
    const before = process.memoryUsage();
    const answer = await send(senderFor(t), {
      url: `http://api.example.com:${server.port}/`,
      responseBytesMax: 100_000,
    });
    t.deepEqual([answer.body.length, answer.truncated], [100_000, true]);
    const after = process.memoryUsage();
    t.true(after.external + after.arrayBuffers - before.external - before.arrayBuffers < 64 * 1_024 * 1_024);
  });
}

test("a coded body that is nothing, over and over, ends with the bytes that may be read for it", async (t) => {
  const start = `${okLine}content-encoding: gzip\r\n\r\n`;
  const emptyBlocks = Buffer.alloc(60_000, Buffer.from([0x00, 0x00, 0x00, 0xff, 0xff]));
  const beginning = Buffer.concat([Buffer.from(start), Buffer.from([0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 0xff])]);
  const server = await serveBytes(t, pouring(beginning, emptyBlocks));
  t.is(await failureOf(send(senderFor(t), { url: `http://api.example.com:${server.port}/` })), "protocol, sent");
});

test("a server is held back until what it sent is decoded", async (t) => {
  const [paused, resumed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const controller = {
    aborted: false,
    paused: false,
    reason: null,
    rawHeaders: ["content-encoding", "gzip"].map((text) => Buffer.from(text)),
    abort: () => undefined,
    pause: paused.resolve,
    resume: resumed.resolve,
  };
  const bytes = gzipSync(randomBytes(500_000));
  const { signal: stop } = new AbortController();
  const connection = {
    isOpen: true,
    destroy: () => undefined,
    bytesRead: 0,
    closed: Promise.resolve(),
    dispatch: async (_request: object, handler: Dispatcher.DispatchHandler) => {
      handler.onRequestStart?.(controller, null);
      handler.onResponseStart?.(controller, 200, {});
      handler.onResponseData?.(controller, bytes);
      await paused.promise;
      await resumed.promise;
      handler.onResponseEnd?.(controller, {});
    },
  };
  const reading = { stop, bytesMax: 1_000_000, betweenChunksMs: 5_000, begin: () => undefined };
  const { body } = await readResponse(connection, { method: "GET", path: "/" }, reading);
  t.is(body.length, 500_000);
});

for (const [what, windowDescriptor, expected] of [
  ["8 MiB", 0x68, "none"],
  ["16 MiB", 0x70, "protocol, sent"],
  ["128 MiB", 0x88, "protocol, sent"],
] as const) {
  test(`of a zstd frame that wants ${what} of memory comes: ${expected}`, async (t) => {
    const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, windowDescriptor, 0x09, 0x00, 0x00, 0x78]);
    const server = await serveBytes(t, answering(wholeAnswer(frame, "content-encoding: zstd\r\n")));
    t.is(await failureOf(send(senderFor(t), { url: `http://api.example.com:${server.port}/` })), expected);
  });
}

for (const status of [204, 304]) {
  test(`a ${status} of a coding that nobody knows has no body, and nothing to decode`, async (t) => {
    const server = await serveBytes(t, answering(`HTTP/1.1 ${status} X\r\ncontent-encoding: gzip\r\n\r\n`));
    const answer = await send(senderFor(t), { url: `http://api.example.com:${server.port}/` });
    t.deepEqual([answer.status, answer.body.length, answer.truncated], [status, 0, false]);
  });
}
