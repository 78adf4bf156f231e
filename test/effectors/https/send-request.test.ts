import type { Socket } from "node:net";
import test from "ava";
import { limits } from "../../../src/calls/limits.ts";
import { connectWarrant, failureOf, requestWarrant, send, senderFor, textOf } from "../../support/https-requests.ts";
import { loopbackNames, readRequest, serveBytes, serveHttp } from "../../support/loopback-server.ts";

const ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

test("an answer comes back with its status, headers and body, the certificate held against the name", async (t) => {
  const server = await serveHttp(t, (_, response) => response.writeHead(203, { "X-Two": ["a", "b"] }).end("hello"), {
    names: loopbackNames,
  });
  const answer = await send(senderFor(t), { url: `https://api.example.com:${server.port}/` });
  t.deepEqual([answer.status, textOf(answer), answer.truncated, answer.redactions], [203, "hello", false, 0]);
  t.deepEqual(
    answer.headers.filter(({ name }) => name === "x-two"),
    [
      { name: "x-two", value: "a" },
      { name: "x-two", value: "b" },
    ],
  );
});

// ATTACK: threats 20
for (const [what, method, body, lines] of [
  ["a GET", "GET", undefined, ["GET /v1/a%20b/?q=%2F&q HTTP/1.1", "x-one: 1", ""]],
  ["a POST", "POST", "é\r\n", ["POST /v1/a%20b/?q=%2F&q HTTP/1.1", "x-one: 1", "content-length: 4", "", "é", ""]],
  ["an empty POST", "POST", undefined, ["POST /v1/a%20b/?q=%2F&q HTTP/1.1", "x-one: 1", "content-length: 0", ""]],
  [
    "a DELETE with a body",
    "DELETE",
    "x",
    ["DELETE /v1/a%20b/?q=%2F&q HTTP/1.1", "x-one: 1", "content-length: 1", "", "x"],
  ],
  ["a method of its own", "PURGE-1", undefined, ["PURGE-1 /v1/a%20b/?q=%2F&q HTTP/1.1", "x-one: 1", ""]],
] as const) {
  test(`of ${what}, the server sees exactly these bytes`, async (t) => {
    const seen = Promise.withResolvers<string>();
    const server = await serveBytes(t, async (socket) => {
      seen.resolve(await readRequest(socket));
      socket.end(ok);
    });
    const headers = [{ name: "x-one", value: "1" }];
    await send(senderFor(t), {
      url: `http://api.example.com:${server.port}/v1/a%20b/?q=%2F&q`,
      method,
      headers,
      ...(body !== undefined && { body: Buffer.from(body) }),
    });
    const [first, ...rest] = lines;
    const ours = [`host: api.example.com:${server.port}`, "connection: keep-alive", "accept-encoding: gzip, br, zstd"];
    const expected = [first, ...ours, "user-agent: yoi-plugin", ...rest].join("\r\n");
    t.is(
      Buffer.from(await seen.promise, "latin1").toString(),
      expected.includes("\r\n\r\n") ? expected : `${expected}\r\n`,
    );
  });
}

test("a guest's own user-agent takes the place of ours", async (t) => {
  const server = await serveHttp(t, (request, response) => response.end(request.rawHeaders.join("|")));
  const headers = [{ name: "user-agent", value: "notes/1" }];
  const answer = await send(senderFor(t), { url: `http://api.example.com:${server.port}/`, headers });
  t.is(
    textOf(answer)
      .match(/user-agent\|[^|]*/g)
      ?.join(),
    "user-agent|notes/1",
  );
});

test("where nobody listens the request stays unspent, and another address can be tried with it", async (t) => {
  const server = await serveHttp(t, (_, response) => response.end("second"), { address: "127.0.0.2" });
  const sender = senderFor(t);
  const asking = { url: `http://api.example.com:${server.port}/` };
  const request = requestWarrant(asking);
  t.is(await failureOf(sender.send(request, connectWarrant(asking), [])), "unreachable");
  const answer = await sender.send(request, connectWarrant({ ...asking, address: "127.0.0.2" }), []);
  t.is(textOf(answer), "second");
  const third = sender.send(request, connectWarrant({ ...asking, address: "127.0.0.2" }), []);
  t.is(await failureOf(third), "no warrant");
});

test("a warrant to connect serves once, and neither warrant is believed for its looks", async (t) => {
  const server = await serveHttp(t, (_, response) => response.end("x"));
  const sender = senderFor(t);
  const asking = { url: `http://api.example.com:${server.port}/` };
  const connect = connectWarrant(asking);
  await sender.send(requestWarrant(asking), connect, []);
  t.is(await failureOf(sender.send(requestWarrant(asking), connect, [])), "no warrant");
  const anew = { ...asking, revision: "0000" };
  t.is(await failureOf(sender.send({ ...requestWarrant(anew) }, connectWarrant(anew), [])), "no warrant");
  t.is(await failureOf(sender.send(requestWarrant(asking), { ...connectWarrant(asking) }, [])), "no warrant");
  t.is(server.connections, 1);
});

for (const [what, other] of [
  ["origin", { url: "http://other.example.com:1/" }],
  ["plugin", { plugin: "project:other.plugin" }],
] as const) {
  test(`a warrant to connect for another ${what} carries no request, and neither warrant is spent`, async (t) => {
    const server = await serveHttp(t, (_, response) => response.end("x"));
    const sender = senderFor(t);
    const asking = { url: `http://api.example.com:${server.port}/` };
    const [request, connect] = [requestWarrant(asking), connectWarrant(asking)];
    t.is(await failureOf(sender.send(request, connectWarrant({ ...asking, ...other }), [])), "no warrant");
    t.is(server.connections, 0);
    t.is((await sender.send(request, connect, [])).status, 200);
  });
}

for (const [what, asking, options] of [
  ["the operator's time for it", {}, { totalMs: 1_000 }],
  ["a policy's", { bounds: { timeoutMs: 1_000 } }, {}],
  ["the guest's own", { timeoutMs: 1_000 }, {}],
] as const) {
  test(`an answer that does not come within ${what} is a timeout, sent`, async (t) => {
    const server = await serveBytes(t, () => undefined);
    t.timeout(20_000);
    const sender = senderFor(t, { totalMs: 600_000, ...options });
    t.is(await failureOf(send(sender, { url: `http://api.example.com:${server.port}/`, ...asking })), "timeout, sent");
  });
}

test("an answer that does not come within a policy's time for the connection is a timeout, sent", async (t) => {
  const server = await serveBytes(t, () => undefined);
  const asking = { url: `http://api.example.com:${server.port}/` };
  const connect = connectWarrant({ ...asking, bounds: { timeoutMs: 1_000 } });
  t.timeout(20_000);
  const sender = senderFor(t, { totalMs: 600_000 });
  t.is(await failureOf(sender.send(requestWarrant(asking), connect, [])), "timeout, sent");
});

test("a handshake that does not come within the time to connect is a timeout, and nothing was sent", async (t) => {
  const server = await serveBytes(t, () => undefined);
  const sender = senderFor(t, { connectMs: 50 });
  t.is(await failureOf(send(sender, { url: `https://api.example.com:${server.port}/` })), "timeout");
});

for (const which of ["request", "connect"] as const) {
  test(`taking back the permission to ${which} ends the socket of what is under way at once`, async (t) => {
    const arrived = Promise.withResolvers<Socket>();
    const server = await serveBytes(t, async (socket) => {
      await readRequest(socket);
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf");
      arrived.resolve(socket);
    });
    const caller = new AbortController();
    const asking = { url: `http://api.example.com:${server.port}/` };
    const revocable = { ...asking, signal: caller.signal };
    const sending = senderFor(t).send(
      requestWarrant(which === "request" ? revocable : asking),
      connectWarrant(which === "connect" ? revocable : asking),
      [],
    );
    const socket = await arrived.promise;
    const closed = new Promise((resolve) => socket.once("close", resolve));
    let turns = 0;
    setImmediate(() => turns++);
    caller.abort();
    t.is(await failureOf(sending), "cancelled, sent");
    t.is(turns, 0, "before anything else happens");
    await closed;
  });
}

test("a request that was called off before it began reaches nobody", async (t) => {
  const server = await serveHttp(t, () => t.fail("a request arrived"));
  const asking = { url: `http://api.example.com:${server.port}/`, signal: AbortSignal.abort() };
  t.is(await failureOf(send(senderFor(t), asking)), "cancelled");
  t.is(server.connections, 0);
});

test("calling off while the connection is made ends the socket, and nothing was sent", async (t) => {
  const arrived = Promise.withResolvers<Socket>();
  const server = await serveBytes(t, (socket) => arrived.resolve(socket));
  const caller = new AbortController();
  const asking = { url: `https://api.example.com:${server.port}/`, signal: caller.signal };
  const sending = send(senderFor(t), asking);
  const socket = await arrived.promise;
  socket.resume();
  const closed = new Promise((resolve) => socket.once("close", resolve));
  caller.abort();
  t.is(await failureOf(sending), "cancelled");
  await closed;
});

// ATTACK: threats 19: what is searched for secrets is read, and not yet anybody's.
test("a request that is called off while its answer is looked through has no answer", async (t) => {
  const server = await serveHttp(t, (_, response) => response.setHeader("set-cookie", "a=b").end("ok"));
  const caller = new AbortController();
  const revealedHeaders: string[] = [];
  revealedHeaders.includes = () => {
    caller.abort();
    return false;
  };
  const asking = { url: `http://api.example.com:${server.port}/`, signal: caller.signal, revealedHeaders };
  t.is(await failureOf(send(senderFor(t), asking)), "cancelled, sent");
});

test("a body that is longer than the tightest of its bounds is cut there, and no longer one is kept", async (t) => {
  const server = await serveHttp(t, (_, response) => response.end("x".repeat(limits.httpsResponseBytesMax + 1)));
  const sender = senderFor(t);
  const url = `http://api.example.com:${server.port}/`;
  for (const [asking, bytes] of [
    [{}, limits.httpsResponseBytesMax],
    [{ bounds: { responseBytesMax: 70_000 } }, 70_000],
    [{ bounds: { responseBytesMax: 70_000 }, responseBytesMax: 9 }, 9],
    [{ bounds: { responseBytesMax: 8 }, responseBytesMax: 9 }, 8],
    [{ responseBytesMax: limits.httpsResponseBytesMax * 2 }, limits.httpsResponseBytesMax],
  ] as const) {
    const { body, truncated } = await send(sender, { url, ...asking });
    t.deepEqual([body.length, truncated], [bytes, true]);
  }
  t.is(server.connections, 5, "the connection of a body that was cut is ended");
});

test("a body that fits its bound to the last byte is whole", async (t) => {
  const server = await serveHttp(t, (_, response) => response.end("123456"));
  const { body, truncated } = await send(senderFor(t), {
    url: `http://api.example.com:${server.port}/`,
    bounds: { responseBytesMax: 6 },
  });
  t.deepEqual([body.length, truncated], [6, false]);
});

test("headers of the connection, of the coding and with credentials stay here; those the operator reveals do not", async (t) => {
  const server = await serveBytes(t, async (socket) => {
    await readRequest(socket);
    const lines = ["Connection: close, X-Hop", "X-Hop: 1", "Keep-Alive: timeout=5", "Alt-Svc: h3=x", "Upgrade: h2c"];
    const credentials = [
      "Set-Cookie: a=1",
      "WWW-Authenticate: Basic",
      "X-Text: caf\u00e9",
      "X-Bytes: \u00ff\u00fe",
      "ETag: \t 1 \t",
    ];
    const head = ["HTTP/1.1 200 OK", "Content-Length: 2", ...lines, ...credentials, "", ""].join("\r\n");
    socket.end(
      Buffer.concat([Buffer.from(head.replace("\u00ff\u00fe", "BYTES")), Buffer.from("ok")])
        .toString("latin1")
        .replace("BYTES", "\u00ff\u00fe"),
      "latin1",
    );
  });
  const url = `http://api.example.com:${server.port}/`;
  const namesOf = async (asking: object) => (await send(senderFor(t), { url, ...asking })).headers;
  const plain = [
    { name: "x-text", value: "café" },
    { name: "etag", value: "1" },
  ];
  t.deepEqual(await namesOf({}), plain);
  t.deepEqual(await namesOf({ revealedHeaders: ["set-cookie"] }), [{ name: "set-cookie", value: "a=1" }, ...plain]);
  const bounds = { redactedHeaders: ["set-cookie", "etag"] };
  t.deepEqual(await namesOf({ revealedHeaders: ["set-cookie"], bounds }), plain.slice(0, 1));
});
