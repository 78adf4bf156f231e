import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Socket } from "node:net";
import { createSecureContext } from "node:tls";
import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import test from "ava";
import type { Dispatcher } from "undici";
import { limits } from "../../../src/calls/limits.ts";
import { openConnection } from "../../../src/effectors/https/connection.ts";
import { readResponse } from "../../../src/effectors/https/read-response.ts";
import { failureOf, send, senderFor, textOf, urlOf } from "../../support/https-requests.ts";
import { readRequest, serveBytes } from "../../support/loopback-server.ts";

// ATTACK: threats 20, 21: what a server can do to whoever reads its answer.

const head = "HTTP/1.1 200 OK\r\n";
const chunk = (bytes: Uint8Array) =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
const whole = (bytes: Uint8Array, headers = "") =>
  Buffer.concat([Buffer.from(`${head}${headers}content-length: ${bytes.length}\r\n\r\n`), bytes]);

/** Answers a request with these bytes, and leaves the connection open. */
const answering = (answer: string | Uint8Array) => async (socket: Socket) => {
  await readRequest(socket);
  socket.write(answer);
};

/** Goes on writing for as long as anybody reads. */
const pouring = (start: string | Uint8Array, more: string | Uint8Array) => async (socket: Socket) => {
  await readRequest(socket);
  socket.write(start);
  const ended = new Promise((resolve) => socket.once("close", resolve));
  while (!socket.destroyed) {
    if (!socket.write(more)) await Promise.race([ended, once(socket, "drain").catch(() => undefined)]);
  }
};

const manyHeaders = (count: number) => Array.from({ length: count }, (_, index) => `x-${index}: 1\r\n`).join("");

for (const [what, answer, expected] of [
  ["no HTTP", "SSH-2.0-OpenSSH\r\n\r\n", "protocol, sent"],
  ["HTTP/2 without being asked", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "protocol, sent"],
  ["a status beyond all that exist", "HTTP/1.1 999 X\r\ncontent-length: 0\r\n\r\n", "protocol, sent"],
  ["a status below all that exist", "HTTP/1.1 042 X\r\ncontent-length: 0\r\n\r\n", "protocol, sent"],
  ["two lengths", `${head}content-length: 1\r\ncontent-length: 2\r\n\r\nab`, "protocol, sent"],
  ["a length and chunks", `${head}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`, "protocol, sent"],
  ["a negative length", `${head}content-length: -1\r\n\r\n`, "protocol, sent"],
  ["a folded header", `${head}x-a: 1\r\n 2\r\ncontent-length: 0\r\n\r\n`, "protocol, sent"],
  ["a bare line feed in its head", `${head}x-a: 1\ncontent-length: 0\r\n\r\n`, "protocol, sent"],
  ["a NUL in a header", `${head}x-a: \0\r\ncontent-length: 0\r\n\r\n`, "protocol, sent"],
  ["a chunk of no size", `${head}transfer-encoding: chunked\r\n\r\nzz\r\n\r\n`, "protocol, sent"],
  [
    "one header too many",
    `${head}${manyHeaders(limits.httpsResponseHeadersMax)}content-length: 0\r\n\r\n`,
    "protocol, sent",
  ],
  [
    "a header that is too long",
    `${head}x: ${"y".repeat(limits.httpsHeaderBytesMax)}\r\ncontent-length: 0\r\n\r\n`,
    "protocol, sent",
  ],
  ["an upgrade", "HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n", "protocol, sent"],
  ["a 101 without an upgrade", "HTTP/1.1 101 Switching\r\n\r\n", "protocol, sent"],
  ["a 100 that nobody expects", "HTTP/1.1 100 Continue\r\n\r\n", "protocol, sent"],
  ["one 1xx too many", "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(limits.httpsInformationalMax + 1), "protocol, sent"],
  ["a stream of events", `${head}content-type: Text/Event-Stream;charset=utf-8\r\n\r\ndata: 1\n\n`, "streaming, sent"],
  ["a coding that nobody knows", whole(Buffer.from("x"), "content-encoding: compress\r\n"), "protocol, sent"],
  [
    "two codings on top of each other",
    whole(gzipSync(gzipSync("x")), "content-encoding: gzip, gzip\r\n"),
    "protocol, sent",
  ],
  [
    "two codings in two lines",
    whole(gzipSync("x"), "content-encoding: gzip\r\ncontent-encoding: br\r\n"),
    "protocol, sent",
  ],
  ["bytes that are not of the coding", whole(Buffer.from("plain"), "content-encoding: gzip\r\n"), "protocol, sent"],
  [
    "a coded body without its end",
    whole(gzipSync("plain").subarray(0, -4), "content-encoding: gzip\r\n"),
    "protocol, sent",
  ],
] as const) {
  test(`${what} is ${expected}`, async (t) => {
    const server = await serveBytes(t, answering(answer));
    t.is(await failureOf(send(senderFor(t), { url: `http://api.example.com:${server.port}/` })), expected);
  });
}

for (const [what, answer, expected] of [
  ["a body that ends before its length", `${head}content-length: 9\r\n\r\nhalf`, "protocol, sent"],
  ["chunks without a last one", `${head}transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n`, "protocol, sent"],
  ["nothing at all", "", "protocol, sent"],
  ["half a head", `${head}x-a: 1`, "protocol, sent"],
] as const) {
  test(`${what}, and then the end, is ${expected}`, async (t) => {
    const server = await serveBytes(t, async (socket) => {
      await readRequest(socket);
      socket.end(answer);
    });
    t.is(await failureOf(send(senderFor(t), { url: `http://api.example.com:${server.port}/` })), expected);
  });
}

test("a connection that is reset after the request was sent is unreachable, sent", async (t) => {
  const server = await serveBytes(t, async (socket) => {
    await readRequest(socket);
    socket.resetAndDestroy();
  });
  t.is(await failureOf(send(senderFor(t), { url: `http://api.example.com:${server.port}/` })), "unreachable, sent");
});

for (const [what, accept, expected] of [
  ["a head without an end", pouring(head, `x-a: ${"y".repeat(1_000)}\r\n`), "protocol, sent"],
  ["a header without an end", pouring(`${head}x-a: `, "y".repeat(1_000)), "protocol, sent"],
  ["1xx without an end", pouring("", "HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\n"), "protocol, sent"],
  [
    "a chunk's extension without an end",
    pouring(`${head}transfer-encoding: chunked\r\n\r\n1;`, "x=y;".repeat(1_000)),
    "timeout, sent",
  ],
  [
    "trailers without an end",
    pouring(`${head}transfer-encoding: chunked\r\n\r\n0\r\n`, `x-a: ${"y".repeat(1_000)}\r\n`),
    "protocol, sent",
  ],
] as const) {
  test(`${what} is ${expected}`, async (t) => {
    const server = await serveBytes(t, accept);
    const sender = senderFor(t, { totalMs: what.startsWith("a chunk") ? 300 : 10_000 });
    t.is(await failureOf(send(sender, { url: `http://api.example.com:${server.port}/` })), expected);
  });
}

test("a body without an end is cut at its bound, and the server is told by a closed connection", async (t) => {
  const closed = Promise.withResolvers<void>();
  const server = await serveBytes(t, (socket) => {
    socket.once("close", () => closed.resolve());
    return pouring(`${head}transfer-encoding: chunked\r\n\r\n`, chunk(Buffer.alloc(60_000)))(socket);
  });
  const { body, truncated } = await send(senderFor(t), { url: `http://api.example.com:${server.port}/` });
  t.deepEqual([body.length, truncated], [limits.httpsResponseBytesMax, true]);
  await closed.promise;
});

for (const [coding, compressed] of [
  ["gzip", gzipSync("x")],
  ["deflate", deflateSync("x")],
  ["br", brotliCompressSync("x")],
  ["zstd", zstdCompressSync("x")],
] as const) {
  test(`something after a body coded as ${coding} is protocol, sent`, async (t) => {
    const body = Buffer.concat([compressed, Buffer.from("more of it")]);
    const server = await serveBytes(t, answering(whole(body, `content-encoding: ${coding}\r\n`)));
    t.is(await failureOf(send(senderFor(t), { url: `http://api.example.com:${server.port}/` })), "protocol, sent");
  });
}

test("a gzip body of several members is one body", async (t) => {
  const body = Buffer.concat([gzipSync("one, "), gzipSync("two")]);
  const server = await serveBytes(t, answering(whole(body, "content-encoding: gzip\r\n")));
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
    const server = await serveBytes(t, answering(whole(compress(bytes), `content-encoding: ${coding}\r\n`)));
    const answer = await send(senderFor(t), { url: `http://api.example.com:${server.port}/` });
    t.deepEqual([Buffer.from(answer.body).equals(bytes), answer.truncated], [true, false]);
    t.deepEqual(answer.headers, []);
  });

  test.serial(`half a gigabyte of nothing, coded as ${coding}, costs no more than its bound`, async (t) => {
    const bomb = whole(compress(zeros), `content-encoding: ${coding}\r\n`);
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

test("a coded body that is nothing, over and over, ends with the time for it", async (t) => {
  const start = `${head}content-encoding: gzip\r\n\r\n`;
  const emptyBlocks = Buffer.alloc(60_000, Buffer.from([0x00, 0x00, 0x00, 0xff, 0xff]));
  const beginning = Buffer.concat([Buffer.from(start), Buffer.from([0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 0xff])]);
  const server = await serveBytes(t, pouring(beginning, emptyBlocks));
  const sender = senderFor(t, { totalMs: 1_000 });
  t.is(await failureOf(send(sender, { url: `http://api.example.com:${server.port}/` })), "timeout, sent");
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
  const { body, isWhole } = await readResponse(connection, { method: "GET", path: "/" }, reading);
  t.deepEqual([body.length, isWhole], [500_000, true]);
});

for (const [what, windowDescriptor, expected] of [
  ["8 MiB", 0x68, "none"],
  ["16 MiB", 0x70, "protocol, sent"],
  ["128 MiB", 0x88, "protocol, sent"],
] as const) {
  test(`of a zstd frame that wants ${what} of memory comes: ${expected}`, async (t) => {
    const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, windowDescriptor, 0x09, 0x00, 0x00, 0x78]);
    const server = await serveBytes(t, answering(whole(frame, "content-encoding: zstd\r\n")));
    t.is(await failureOf(send(senderFor(t), { url: `http://api.example.com:${server.port}/` })), expected);
  });
}

for (const [what, start, drop] of [
  ["plain", `${head}content-length: 1000000\r\n\r\n`, "x"],
  ["chunked", `${head}transfer-encoding: chunked\r\n\r\n`, "1\r\nx\r\n"],
  ["without an end", `${head}\r\n`, "x"],
] as const) {
  test(`a ${what} body that drips for ever ends with the time for all of it`, async (t) => {
    const server = await serveBytes(t, async (socket) => {
      await readRequest(socket);
      socket.write(start);
      const drips = setInterval(() => socket.write(drop), 5);
      socket.once("close", () => clearInterval(drips));
    });
    const sender = senderFor(t, { totalMs: 1_000 });
    t.is(await failureOf(send(sender, { url: `http://api.example.com:${server.port}/` })), "timeout, sent");
  });
}

test("a body that stops halfway is a timeout after the time between chunks, long before that for all", async (t) => {
  const server = await serveBytes(t, answering(`${head}content-length: 9\r\n\r\nhalf`));
  const { signal: stop } = new AbortController();
  const target = { url: urlOf(`http://api.example.com:${server.port}/`), address: "127.0.0.1" };
  const connection = await openConnection({ roots: createSecureContext, connectMs: 5_000 }, target, stop);
  const reading = readResponse(
    connection,
    { method: "GET", path: "/" },
    { stop, bytesMax: 100, betweenChunksMs: 50, begin: () => undefined },
  );
  t.is(await failureOf(reading), "timeout, sent");
  await connection.closed;
});

test("some 1xx before the answer, and trailers after it, are read over", async (t) => {
  const hints = "HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\n".repeat(limits.httpsInformationalMax);
  const server = await serveBytes(
    t,
    answering(
      `${hints}${head}transfer-encoding: chunked\r\ntrailer: x-late\r\n\r\n2\r\nok\r\n0\r\nx-late: 1\r\nset-cookie: a\r\n\r\n`,
    ),
  );
  const answer = await send(senderFor(t), { url: `http://api.example.com:${server.port}/` });
  t.deepEqual([textOf(answer), answer.headers], ["ok", []]);
});

test("headers up to their bounds are all there", async (t) => {
  const long = "y".repeat(limits.httpsHeaderBytesMax - 1);
  const lines = `${manyHeaders(limits.httpsResponseHeadersMax - 2)}z: ${long}\r\n`;
  const server = await serveBytes(t, answering(whole(Buffer.from("ok"), lines)));
  const answer = await send(senderFor(t), { url: `http://api.example.com:${server.port}/` });
  t.is(answer.headers.length, limits.httpsResponseHeadersMax - 1);
  t.is(answer.headers.at(-1)?.value, long);
});

for (const status of [204, 304]) {
  test(`a ${status} of a coding that nobody knows has no body, and nothing to decode`, async (t) => {
    const server = await serveBytes(t, answering(`HTTP/1.1 ${status} X\r\ncontent-encoding: gzip\r\n\r\n`));
    const answer = await send(senderFor(t), { url: `http://api.example.com:${server.port}/` });
    t.deepEqual([answer.status, answer.body.length, answer.truncated], [status, 0, false]);
  });
}

test("the answer to a HEAD has headers and no body", async (t) => {
  const server = await serveBytes(
    t,
    answering(`${head}content-length: 100\r\ncontent-encoding: gzip\r\netag: 1\r\n\r\n`),
  );
  const answer = await send(senderFor(t), { url: `http://api.example.com:${server.port}/`, method: "HEAD" });
  t.deepEqual([answer.headers, answer.body.length], [[{ name: "etag", value: "1" }], 0]);
});
