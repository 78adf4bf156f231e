import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import test from "ava";
import { limits } from "../../src/calls/limits.ts";
import { answerRequest } from "../../src/guest/answer-request.ts";
import type { Host } from "../../src/host/open-host.ts";
import { isDecided } from "../../src/journal/journal-entry.ts";
import type { GuestRequest } from "../../src/sandbox/sandbox.ts";
import { gets, journalOf, openBroad } from "../support/broad-plugin.ts";
import { callerOf, requestCall } from "../support/calls.ts";
import { publicAddress } from "../support/outside-world.ts";

// Whole hosts, and servers that lead elsewhere.

/** Makes a request of the running tool as its guest does, redirects followed. */
function send(host: Host, ask: Partial<GuestRequest>, body?: string) {
  const { hop: _, ...usual } = requestCall(ask).ask;
  return answerRequest(
    { broker: host.broker, nowMs: Date.now, requestMs: () => limits.httpsTotalMs },
    callerOf("project:example.weather", "get_weather"),
    { kind: "https.send", request: usual, ...(body !== undefined && { body: new TextEncoder().encode(body) }) },
    new AbortController().signal,
  );
}

// ATTACK: threats 2: a server that was allowed leads to an address, which no lookup shows.
for (const location of [
  "https://169.254.169.254/latest/meta-data/",
  "https://2852039166/",
  "https://127.0.0.1/",
  "https://[::1]/",
  "https://[::ffff:169.254.169.254]/",
  "//10.0.0.1/",
]) {
  for (const status of [302, 307]) {
    test(`a ${status} to ${location} is denied, and nothing is dialled there`, async (t) => {
      const answer = (_: IncomingMessage, response: ServerResponse) =>
        void response.writeHead(status, { location }).end();
      const { host, world, workspace } = await openBroad(t, gets, { answer });
      const told = await send(host, {});
      t.like(told, { ok: false, error: { tag: "denied" }, sent: true });
      t.deepEqual([world.lookups, world.tunnels], [["api.example.com"], [`${publicAddress}:443`]]);
      const denied = journalOf(workspace)
        .filter(isDecided)
        .filter((entry) => entry.answer === "deny");
      t.deepEqual(
        denied.map(({ action, cause }) => [action, cause]),
        [["network.connect", "explicit-forbid"]],
      );
      t.like(told, { error: { val: denied[0]?.decision } });
    });
  }
}

interface Arrived {
  readonly host: string | undefined;
  readonly method: string | undefined;
  readonly headers: readonly (string | undefined)[];
  readonly body: string;
}

/** Leads from one origin to another by 307, and tells what arrived where. */
function leadAcross(arrived: Arrived[]) {
  return async (asked: IncomingMessage, response: ServerResponse) => {
    const { host, authorization, "x-trace": trace, "content-type": type } = asked.headers;
    arrived.push({
      host,
      method: asked.method,
      headers: [authorization, String(trace), type],
      body: await text(asked),
    });
    if (host === "api.example.com") response.writeHead(307, { location: "https://other.example.com/there" });
    response.end();
  };
}

const withSecret = {
  userConfig: `[secrets.api-key]
from = { env = "API_KEY" }
place = { header = "authorization", prefix = "Bearer " }
origins = ["https://api.example.com"]
`,
  variables: { API_KEY: "hunter2hunter2" },
};
const usesKey = 'permit (principal, action == Yoi::Action::"secret.use", resource == Yoi::Secret::"api-key");';
const posted = {
  method: "POST",
  secrets: ["api-key"],
  headers: [
    { name: "X-Trace", value: "1" },
    { name: "Content-Type", value: "text/plain" },
  ],
};

// ATTACK: threats 1, 33: a server that leads a request, with what it carries, to another.
test("a 307 to another origin keeps method and body, leaves secret and headers behind, and is decided for itself", async (t) => {
  const arrived: Arrived[] = [];
  const { host, workspace } = await openBroad(t, `${gets}\n${usesKey}`, { answer: leadAcross(arrived), ...withSecret });
  t.like(await send(host, posted, "a body"), { ok: true, value: { url: "https://other.example.com/there" } });
  t.deepEqual(arrived, [
    { host: "api.example.com", method: "POST", headers: ["Bearer hunter2hunter2", "1", "text/plain"], body: "a body" },
    { host: "other.example.com", method: "POST", headers: [undefined, "undefined", "text/plain"], body: "a body" },
  ]);
  const decided = journalOf(workspace).filter(isDecided);
  t.deepEqual(
    decided
      .slice(decided.findIndex(({ action }) => action === "https.request"))
      .map(({ action, resource }) => `${action} ${resource}`),
    [
      'https.request Yoi::Url::"https://api.example.com/v1/now"',
      'secret.use Yoi::Secret::"api-key"',
      'network.connect Yoi::Url::"https://api.example.com/v1/now"',
      'https.request Yoi::Url::"https://other.example.com/there"',
      'network.connect Yoi::Url::"https://other.example.com/there"',
    ],
  );
});

test("a 307 to another origin that no permit allows is denied before its name is looked up", async (t) => {
  const arrived: Arrived[] = [];
  const policy = gets.replace("resource\n)", 'resource in Yoi::Url::"https://api.example.com"\n)');
  const { host, world } = await openBroad(t, `${policy}\n${usesKey}`, { answer: leadAcross(arrived), ...withSecret });
  t.like(await send(host, posted, "a body"), { ok: false, error: { tag: "denied" }, sent: true });
  t.deepEqual([arrived.length, world.lookups, world.tunnels.length], [1, ["api.example.com"], 1]);
});

test("a redirect to a URL that is too long is denied on record", async (t) => {
  // On the wire it is short enough to be a header; percent-encoded, it is three times as long.
  const location = Buffer.from(`/${"ä".repeat(limits.urlBytesMax / 4)}`).toString("latin1");
  const answer = (_: IncomingMessage, response: ServerResponse) => void response.writeHead(302, { location }).end();
  const { host, workspace } = await openBroad(t, gets, { answer });
  t.like(await send(host, {}), { ok: false, error: { tag: "invalid" }, sent: true });
  const denied = journalOf(workspace)
    .filter(isDecided)
    .find((entry) => entry.answer === "deny");
  t.like(denied, { action: "https.request", cause: "schema-invalid" });
});
