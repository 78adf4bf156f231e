import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import test from "ava";
import { limits } from "../../../src/calls/limits.ts";
import { failureOf, send, senderFor, textOf } from "../../support/https-requests.ts";
import { loopbackNames, serveHttp, serveProxy } from "../../support/loopback-server.ts";

// ATTACK: threats 3, 6
for (const [host, address] of [
  ["127.0.0.1", "127.0.0.1"],
  ["[::1]", "::1"],
] as const) {
  test(`a URL whose host is the address ${host} is dialled there, its certificate held against the address`, async (t) => {
    const trusted = await serveHttp(t, (request, response) => response.end(request.headers.host), {
      names: [address],
      address,
    });
    const url = `https://${host}:${trusted.port}/`;
    t.is(textOf(await send(senderFor(t), { url, address })), `${host}:${trusted.port}`);
    const other = await serveHttp(t, (_, response) => response.end("x"), {
      names: ["localhost", "api.example.com"],
      address,
    });
    t.is(await failureOf(send(senderFor(t), { url: `https://${host}:${other.port}/`, address })), "tls");
  });
}

// ATTACK: threats 4
test("what is dialled is the address that was decided, whatever the name would lead to", async (t) => {
  const server = await serveHttp(t, (_, response) => response.end("there"), {
    names: loopbackNames,
    address: "127.0.0.3",
  });
  const url = `https://localhost:${server.port}/`;
  t.is(textOf(await send(senderFor(t), { url, address: "127.0.0.3" })), "there");
  t.is(await failureOf(send(senderFor(t), { url, address: "127.0.0.1" })), "unreachable");
});

// ATTACK: threats 4, 6
for (const [address, connections] of [
  ["localhost", 0],
  ["api.example.com", 0],
  ["127.1", 0],
  ["0.0.0.0", 1],
  ["::", 1],
  ["::ffff:127.0.0.1", 1],
] as const) {
  test(`\`${address}\` leads elsewhere than it says, and nothing is sent there`, async (t) => {
    const server = await serveHttp(t, (_, response) => response.end("reached"), { address: "::" });
    t.is(await failureOf(send(senderFor(t), { url: `http://localhost:${server.port}/`, address })), "unreachable");
    t.is(server.connections, connections);
  });
}

test("the server is told the name that is asked for, and of an address no name", async (t) => {
  const told = (socket: Socket) => String(socket instanceof TLSSocket && socket.servername);
  const server = await serveHttp(t, ({ socket }, response) => response.end(told(socket)), { names: loopbackNames });
  t.is(textOf(await send(senderFor(t), { url: `https://api.example.com:${server.port}/` })), "api.example.com");
  t.is(textOf(await send(senderFor(t), { url: `https://127.0.0.1:${server.port}/` })), "false");
});

test("a certificate of another name, of nobody's root, or of the past is refused before a byte is sent", async (t) => {
  const unseen = () => t.fail("a request arrived");
  const other = await serveHttp(t, unseen, { names: ["other.example.com"] });
  const known = await serveHttp(t, unseen, { names: loopbackNames });
  const expired = await serveHttp(t, unseen, { names: loopbackNames, notAfter: new Date("2020-01-01") });
  t.is(await failureOf(send(senderFor(t), { url: `https://api.example.com:${other.port}/` })), "tls");
  t.is(await failureOf(send(senderFor(t), { url: `https://api.example.com:${expired.port}/` })), "tls");
  const sender = senderFor(t, { trustsNobody: true });
  t.is(await failureOf(send(sender, { url: `https://api.example.com:${known.port}/` })), "tls");
});

test.serial("an environment that waives certificates waives none here", async (t) => {
  const server = await serveHttp(t, () => t.fail("a request arrived"), { names: ["other.example.com"] });
  process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
  t.teardown(() => delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"]);
  t.is(await failureOf(send(senderFor(t), { url: `https://api.example.com:${server.port}/` })), "tls");
});

// ATTACK: threats 4
for (const scheme of ["https", "http"] as const) {
  test(`a proxy is asked for the address, never for the name, and ${scheme} is spoken inside the tunnel`, async (t) => {
    const server = await serveHttp(t, (request, response) => response.end(request.headers.host), {
      address: "::1",
      ...(scheme === "https" && { names: ["api.example.com"] }),
    });
    const proxy = await serveProxy(t);
    const sender = senderFor(t, { proxy: `http://127.0.0.1:${proxy.port}` });
    const asking = { url: `${scheme}://api.example.com:${server.port}/`, address: "::1" };
    t.is(textOf(await send(sender, asking)), `api.example.com:${server.port}`);
    t.is(textOf(await send(sender, asking)), `api.example.com:${server.port}`);
    const target = `[::1]:${server.port}`;
    t.deepEqual(proxy.asked, [`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`]);
    const other = { ...asking, url: `${scheme}://other.example.com:${server.port}/` };
    if (scheme === "https") t.is(await failureOf(send(sender, other)), "tls");
  });
}

for (const [what, answer] of [
  ["refuses", "HTTP/1.1 403 Forbidden\r\n\r\n"],
  ["is none", "SSH-2.0-x\r\n\r\n"],
  ["speaks on after its head", "HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"],
  ["has no end to its head", `HTTP/1.1 200 OK\r\nx: ${"y".repeat(limits.httpsHeadersBytesMax)}`],
] as const) {
  test(`a proxy that ${what} makes the server unreachable`, async (t) => {
    const server = await serveHttp(t, () => t.fail("a request arrived"));
    const proxy = await serveProxy(t, answer);
    const sender = senderFor(t, { proxy: `http://127.0.0.1:${proxy.port}` });
    t.is(await failureOf(send(sender, { url: `http://api.example.com:${server.port}/` })), "unreachable");
  });
}

test.serial("a proxy of the environment is not used", async (t) => {
  const server = await serveHttp(t, (_, response) => response.end("directly"));
  for (const name of ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"]) {
    process.env[name] = "http://127.0.0.1:9";
    t.teardown(() => delete process.env[name]);
  }
  t.is(textOf(await send(senderFor(t), { url: `http://api.example.com:${server.port}/` })), "directly");
});
