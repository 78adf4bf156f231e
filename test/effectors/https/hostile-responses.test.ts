import { createSecureContext } from "node:tls";
import { gzipSync } from "node:zlib";
import test from "ava";
import { limits } from "../../../src/calls/limits.ts";
import { openConnection } from "../../../src/effectors/https/connection.ts";
import { readResponse } from "../../../src/effectors/https/read-response.ts";
import { failureOf, send, senderFor, textOf, urlOf } from "../../support/https-requests.ts";
import { readRequest, serveBytes } from "../../support/loopback-server.ts";
import { answering, okLine, pouring, wholeAnswer } from "../../support/raw-answers.ts";

// ATTACK: threats 20, 21: what a server can do to whoever reads its answer.

const chunk = (bytes: Uint8Array) =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
const manyHeaders = (count: number) => Array.from({ length: count }, (_, index) => `x-${index}: 1\r\n`).join("");

for (const [what, answer, expected] of [
  ["no HTTP", "SSH-2.0-OpenSSH\r\n\r\n", "protocol, sent"],
  ["HTTP/2 without being asked", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "protocol, sent"],
  ["a status beyond all that exist", "HTTP/1.1 999 X\r\ncontent-length: 0\r\n\r\n", "protocol, sent"],
  ["a status below all that exist", "HTTP/1.1 042 X\r\ncontent-length: 0\r\n\r\n", "protocol, sent"],
  ["two lengths", `${okLine}content-length: 1\r\ncontent-length: 2\r\n\r\nab`, "protocol, sent"],
  [
    "a length and chunks",
    `${okLine}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    "protocol, sent",
  ],
  ["a negative length", `${okLine}content-length: -1\r\n\r\n`, "protocol, sent"],
  ["a folded header", `${okLine}x-a: 1\r\n 2\r\ncontent-length: 0\r\n\r\n`, "protocol, sent"],
  ["a bare line feed in its head", `${okLine}x-a: 1\ncontent-length: 0\r\n\r\n`, "protocol, sent"],
  ["a NUL in a header", `${okLine}x-a: \0\r\ncontent-length: 0\r\n\r\n`, "protocol, sent"],
  ["a chunk of no size", `${okLine}transfer-encoding: chunked\r\n\r\nzz\r\n\r\n`, "protocol, sent"],
  [
    "one header too many",
    `${okLine}${manyHeaders(limits.httpsResponseHeadersMax)}content-length: 0\r\n\r\n`,
    "protocol, sent",
  ],
  [
    "a header that is too long",
    `${okLine}x: ${"y".repeat(limits.httpsHeaderBytesMax)}\r\ncontent-length: 0\r\n\r\n`,
    "protocol, sent",
  ],
  ["an upgrade", "HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n", "protocol, sent"],
  ["a 101 without an upgrade", "HTTP/1.1 101 Switching\r\n\r\n", "protocol, sent"],
  ["a 100 that nobody expects", "HTTP/1.1 100 Continue\r\n\r\n", "protocol, sent"],
  ["one 1xx too many", "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(limits.httpsInformationalMax + 1), "protocol, sent"],
  [
    "a stream of events",
    `${okLine}content-type: Text/Event-Stream;charset=utf-8\r\n\r\ndata: 1\n\n`,
    "streaming, sent",
  ],
  ["a coding that nobody knows", wholeAnswer(Buffer.from("x"), "content-encoding: compress\r\n"), "protocol, sent"],
  [
    "two codings on top of each other",
    wholeAnswer(gzipSync(gzipSync("x")), "content-encoding: gzip, gzip\r\n"),
    "protocol, sent",
  ],
  [
    "two codings in two lines",
    wholeAnswer(gzipSync("x"), "content-encoding: gzip\r\ncontent-encoding: br\r\n"),
    "protocol, sent",
  ],
  [
    "bytes that are not of the coding",
    wholeAnswer(Buffer.from("plain"), "content-encoding: gzip\r\n"),
    "protocol, sent",
  ],
  [
    "a coded body without its end",
    wholeAnswer(gzipSync("plain").subarray(0, -4), "content-encoding: gzip\r\n"),
    "protocol, sent",
  ],
] as const) {
  test(`${what} is ${expected}`, async (t) => {
    const server = await serveBytes(t, answering(answer));
    t.is(await failureOf(send(senderFor(t), { url: `http://api.example.com:${server.port}/` })), expected);
  });
}

for (const [what, answer, expected] of [
  ["a body that ends before its length", `${okLine}content-length: 9\r\n\r\nhalf`, "protocol, sent"],
  ["chunks without a last one", `${okLine}transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n`, "protocol, sent"],
  ["nothing at all", "", "protocol, sent"],
  ["half a head", `${okLine}x-a: 1`, "protocol, sent"],
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
  ["a head without an end", pouring(okLine, `x-a: ${"y".repeat(1_000)}\r\n`), "protocol, sent"],
  ["a header without an end", pouring(`${okLine}x-a: `, "y".repeat(1_000)), "protocol, sent"],
  ["1xx without an end", pouring("", "HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\n"), "protocol, sent"],
  [
    "a chunk's extension without an end",
    pouring(`${okLine}transfer-encoding: chunked\r\n\r\n1;`, "x=y;".repeat(1_000)),
    "timeout, sent",
  ],
  [
    "trailers without an end",
    pouring(`${okLine}transfer-encoding: chunked\r\n\r\n0\r\n`, `x-a: ${"y".repeat(1_000)}\r\n`),
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
    return pouring(`${okLine}transfer-encoding: chunked\r\n\r\n`, chunk(Buffer.alloc(60_000)))(socket);
  });
  const { body, truncated } = await send(senderFor(t), { url: `http://api.example.com:${server.port}/` });
  t.deepEqual([body.length, truncated], [limits.httpsResponseBytesMax, true]);
  await closed.promise;
});

for (const [what, start, drop] of [
  ["plain", `${okLine}content-length: 1000000\r\n\r\n`, "x"],
  ["chunked", `${okLine}transfer-encoding: chunked\r\n\r\n`, "1\r\nx\r\n"],
  ["without an end", `${okLine}\r\n`, "x"],
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
  const server = await serveBytes(t, answering(`${okLine}content-length: 9\r\n\r\nhalf`));
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
      `${hints}${okLine}transfer-encoding: chunked\r\ntrailer: x-late\r\n\r\n2\r\nok\r\n0\r\nx-late: 1\r\nset-cookie: a\r\n\r\n`,
    ),
  );
  const answer = await send(senderFor(t), { url: `http://api.example.com:${server.port}/` });
  t.deepEqual([textOf(answer), answer.headers], ["ok", []]);
});

test("headers up to their bounds are all there", async (t) => {
  const long = "y".repeat(limits.httpsHeaderBytesMax - 1);
  const lines = `${manyHeaders(limits.httpsResponseHeadersMax - 2)}z: ${long}\r\n`;
  const server = await serveBytes(t, answering(wholeAnswer(Buffer.from("ok"), lines)));
  const answer = await send(senderFor(t), { url: `http://api.example.com:${server.port}/` });
  t.is(answer.headers.length, limits.httpsResponseHeadersMax - 1);
  t.is(answer.headers.at(-1)?.value, long);
});

test("the answer to a HEAD has headers and no body", async (t) => {
  const server = await serveBytes(
    t,
    answering(`${okLine}content-length: 100\r\ncontent-encoding: gzip\r\netag: 1\r\n\r\n`),
  );
  const answer = await send(senderFor(t), { url: `http://api.example.com:${server.port}/`, method: "HEAD" });
  t.deepEqual([answer.headers, answer.body.length], [[{ name: "etag", value: "1" }], 0]);
});

// ATTACK: threats 21: what stands between the chunks is no part of any body, and has no end.
test("bytes that are no part of a body end with the bytes that may be read for it", async (t) => {
  const extension = Buffer.alloc(64 * 1_024, "x");
  const server = await serveBytes(t, pouring(Buffer.from(`${okLine}transfer-encoding: chunked\r\n\r\n1;`), extension));
  t.is(await failureOf(send(senderFor(t), { url: `http://api.example.com:${server.port}/` })), "protocol, sent");
});

// ATTACK: threats 21: each chunk was cut out of what was read off the socket, and kept all of it.
test("a body in chunks of one byte is held once, whole", async (t) => {
  const count = 200_000;
  const body = Buffer.from(`${okLine}transfer-encoding: chunked\r\n\r\n${"1\r\na\r\n".repeat(count)}0\r\n\r\n`);
  const server = await serveBytes(t, answering(body));
  const before = process.memoryUsage().rss;
  const { body: read, truncated } = await send(senderFor(t), { url: `http://api.example.com:${server.port}/` });
  t.deepEqual([read.length, truncated, new Set(read).size], [count, false, 1]);
  t.true(process.memoryUsage().rss - before < 256 * 1_024 * 1_024);
});
