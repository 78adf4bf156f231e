import type { Socket } from "node:net";
import test from "ava";
import { limits } from "../../../src/calls/limits.ts";
import { loopbackRoot } from "../../support/certificates.ts";
import { type Asking, failureOf, send, senderFor, textOf } from "../../support/https-requests.ts";
import { loopbackNames, readRequest, serveBytes, serveHttp } from "../../support/loopback-server.ts";
import { runProgram } from "../../support/run-program.ts";

for (const names of [loopbackNames, undefined]) {
  const scheme = names === undefined ? "http" : "https";

  test(`over ${scheme}, a further request of the same kind goes over the same connection`, async (t) => {
    const server = await serveHttp(t, (request, response) => response.end(request.url), { ...(names && { names }) });
    const sender = senderFor(t);
    for (const path of ["/1", "/2", "/3"]) {
      t.is(textOf(await send(sender, { url: `${scheme}://api.example.com:${server.port}${path}` })), path);
    }
    t.is(server.connections, 1);
  });

  // ATTACK: threats 4, 19
  for (const [what, other] of [
    ["another plugin", { plugin: "project:other.plugin" }],
    ["the same plugin of another source", { plugin: "user:example.fetch" }],
    ["another revision of the policies", { revision: "0000" }],
    ["another name at the same address", { host: "localhost" }],
    ["another address of the same name", { address: "::1" }],
  ] as const) {
    test(`over ${scheme}, ${what} gets a connection of its own`, async (t) => {
      const accepted: Socket[] = [];
      const server = await serveHttp(
        t,
        (request, response) => {
          if (!accepted.includes(request.socket)) accepted.push(request.socket);
          response.end("x");
        },
        { address: "::", ...(names && { names }) },
      );
      const sender = senderFor(t);
      const { host = "api.example.com", ...parts } = { ...other } as { host?: string } & Partial<Asking>;
      await send(sender, { url: `${scheme}://api.example.com:${server.port}/` });
      await send(sender, { url: `${scheme}://${host}:${server.port}/`, ...parts });
      await send(sender, { url: `${scheme}://api.example.com:${server.port}/` });
      t.is(server.connections, 2);
      t.is(accepted.length, 2);
    });
  }
}

test("requests at the same time never share a connection", async (t) => {
  const waiting: (() => void)[] = [];
  const server = await serveHttp(t, (_, response) => {
    waiting.push(() => response.end("x"));
    if (waiting.length === 3) for (const answer of waiting) answer();
  });
  const sender = senderFor(t);
  const url = `http://api.example.com:${server.port}/`;
  await Promise.all([send(sender, { url }), send(sender, { url }), send(sender, { url })]);
  t.is(server.connections, 3);
});

test("a connection that the server has ended meanwhile is made anew, and the request sent once", async (t) => {
  let requests = 0;
  const server = await serveBytes(t, async (socket) => {
    for (;;) {
      await readRequest(socket);
      requests += 1;
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    }
  });
  const sender = senderFor(t);
  const url = `http://api.example.com:${server.port}/`;
  await send(sender, { url, method: "POST", body: Buffer.from("1") });
  const [socket] = server.sockets;
  await new Promise((resolve) => socket?.once("close", resolve).destroy());
  await send(sender, { url, method: "POST", body: Buffer.from("2") });
  t.deepEqual([server.connections, requests], [2, 2]);
});

test("a request that fails after it was sent over an idle connection is not sent again over a new one", async (t) => {
  const server = await serveBytes(t, async (socket) => {
    await readRequest(socket);
    socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    await readRequest(socket);
    socket.resetAndDestroy();
  });
  const sender = senderFor(t);
  const url = `http://api.example.com:${server.port}/`;
  await send(sender, { url });
  t.is(await failureOf(send(sender, { url })), "unreachable, sent");
  t.is(server.connections, 1);
});

// ATTACK: threats 4: an answer that lies ready before the next request is asked would be taken for the answer to it.
test("what a server says unasked on an idle connection is no answer to anything", async (t) => {
  const server = await serveBytes(t, async (socket) => {
    await readRequest(socket);
    socket.write("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nfirst");
    setImmediate(() => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nsmuggled"));
  });
  const sender = senderFor(t);
  const url = `http://api.example.com:${server.port}/`;
  for (let round = 0; round < 3; round++) t.is(textOf(await send(sender, { url })), "first");
});

test("an answer with another one behind it in the same breath is the only one on its connection", async (t) => {
  const answer = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nfirst";
  const server = await serveBytes(t, async (socket) => {
    await readRequest(socket);
    socket.write(`${answer}${answer.replace("first", "other")}`);
  });
  const sender = senderFor(t);
  const url = `http://api.example.com:${server.port}/`;
  for (let round = 0; round < 3; round++) t.is(textOf(await send(sender, { url })), "first");
  t.is(server.connections, 3);
});

test("dropping the idle connections ends them, and those under way as soon as they are done", async (t) => {
  const arrived = Promise.withResolvers<() => void>();
  const server = await serveHttp(t, (request, response) => {
    if (request.url === "/slow") arrived.resolve(() => response.end("slow"));
    else response.end("x");
  });
  const sender = senderFor(t);
  const url = `http://api.example.com:${server.port}/`;
  const slow = send(sender, { url: `${url}slow` });
  const answer = await arrived.promise;
  await send(sender, { url });
  sender.dropIdle();
  answer();
  t.is(textOf(await slow), "slow");
  await send(sender, { url });
  t.is(server.connections, 3);
});

test("no more connections wait than may, and the oldest make room", async (t) => {
  const server = await serveHttp(t, (_, response) => response.end("x"));
  const sender = senderFor(t);
  const url = `http://api.example.com:${server.port}/`;
  for (let index = 0; index <= limits.httpsIdleConnectionsMax; index++) {
    await send(sender, { url, revision: String(index) });
  }
  await send(sender, { url, revision: "1" });
  t.is(server.connections, limits.httpsIdleConnectionsMax + 1);
  await send(sender, { url, revision: "0" });
  t.is(server.connections, limits.httpsIdleConnectionsMax + 2);
});

test("a sender that is closed ends what is under way, what waits and what is being dialled, and sends nothing more", async (t) => {
  const arrived = Promise.withResolvers<void>();
  const dialled = Promise.withResolvers<void>();
  const server = await serveHttp(t, (request, response) => {
    if (request.url === "/slow") arrived.resolve();
    else response.end("x");
  });
  const silent = await serveBytes(t, () => dialled.resolve());
  const sender = senderFor(t);
  const url = `http://api.example.com:${server.port}/`;
  await send(sender, { url, revision: "idle" });
  const slow = failureOf(send(sender, { url: `${url}slow` }));
  const dialling = failureOf(send(sender, { url: `https://api.example.com:${silent.port}/` }));
  await arrived.promise;
  await dialled.promise;
  const gone = [...server.sockets].map((socket) => new Promise((resolve) => socket.once("close", resolve)));
  await sender.close();
  t.deepEqual([await slow, await dialling], ["cancelled, sent", "cancelled"]);
  t.is(gone.length, 2);
  await Promise.all(gone);
  t.is(await failureOf(send(sender, { url })), "cancelled");
  t.is(server.connections, 2);
});

test("idle connections do not keep a process from ending", async (t) => {
  const names = ["localhost"];
  const secure = await serveHttp(t, (_, response) => response.end("x"), { names });
  const plain = await serveHttp(t, (_, response) => response.end("x"));
  const program = runProgram(t, "send-and-end", [loopbackRoot, String(secure.port), String(plain.port)]);
  t.is(await program.nextLine(), "sent");
  t.is(await program.ended, 0);
});
