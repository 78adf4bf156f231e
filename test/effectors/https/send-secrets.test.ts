import { inspect } from "node:util";
import test from "ava";
import { SecretValue } from "../../../src/calls/secret-value.ts";
import {
  connectWarrant,
  failureOf,
  requestWarrant,
  secretStanding,
  send,
  senderFor,
  textOf,
} from "../../support/https-requests.ts";
import { readRequest, serveBytes, serveHttp } from "../../support/loopback-server.ts";

// ATTACK: threats 33
test("a secret reaches the wire, and neither an answer nor a failure shows it", async (t) => {
  const value = "s3cr3t-canary-value";
  const secrets = [secretStanding("key", { header: "X-Api-Key" })];
  const echoing = await serveHttp(t, (request, response) => {
    const got = String(request.headers["x-api-key"]);
    response
      .writeHead(200, { "x-echo": `<${got}>`, [`x-${got}`]: "1" })
      .end(`got ${got} as ${encodeURIComponent(got)}`);
  });
  const answer = await send(senderFor(t), { url: `http://api.example.com:${echoing.port}/`, secrets }, [value]);
  t.is(textOf(answer), "got [redacted] as [redacted]");
  t.is(answer.headers.find(({ name }) => name === "x-echo")?.value, "<[redacted]>");
  t.is(answer.redactions, 4);
  t.false(inspect(answer, { depth: 9 }).includes(value));

  const broken = await serveBytes(t, async (socket) => {
    socket.end((await readRequest(socket)).replace("GET / HTTP/1.1", "HTTP/1.1 200 OK\r\nbro ken: 1"));
  });
  const failing = send(senderFor(t), { url: `http://api.example.com:${broken.port}/`, secrets }, [value]);
  const error = await t.throwsAsync(failing, { code: "YOI_EFFECT_FAILED" });
  const all = inspect(error, { depth: 9, showHidden: true });
  for (const forbidden of [value, "127.0.0.1", "UND_ERR", "HPE_"]) t.false(all.includes(forbidden), forbidden);
});

test("a secret that cannot be placed is a failure before anything is dialled", async (t) => {
  const server = await serveHttp(t, () => t.fail("a request arrived"));
  const asking = { url: `http://api.example.com:${server.port}/`, secrets: [secretStanding("key", { path: "{key}" })] };
  t.is(await failureOf(send(senderFor(t), asking, ["long-enough"])), "secret");
  t.is(server.connections, 0);
});

test("a request has the secrets that it was decided with, no fewer, no more and no others", async (t) => {
  const server = await serveHttp(t, () => t.fail("a request arrived"));
  const asking = { url: `http://api.example.com:${server.port}/`, secrets: [secretStanding("key", { query: "key" })] };
  const sender = senderFor(t);
  for (const values of [
    [],
    [new SecretValue("other", "long-enough")],
    [new SecretValue("key", "long-enough"), new SecretValue("other", "long-enough")],
  ]) {
    t.is(await failureOf(sender.send(requestWarrant(asking), connectWarrant(asking), values)), "secret");
  }
});
