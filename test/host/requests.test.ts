import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import test from "ava";
import fc from "fast-check";
import type { PluginRef } from "../../src/calls/identifiers.ts";
import type { Host } from "../../src/host/open-host.ts";
import { isDecided } from "../../src/journal/journal-entry.ts";
import { gets, journalOf, openBroad } from "../support/broad-plugin.ts";
import { callerOf, requestCall } from "../support/calls.ts";
import { publicAddress } from "../support/outside-world.ts";
import { hostileUrls, respell } from "../support/url-spellings.ts";

// Whole hosts, with policies, journal and sockets: what a plugin's own code would ask is submitted for it.

/** Submits a request of the running tool `get_weather`. */
function request(
  host: Host,
  ask: Parameters<typeof requestCall>[0] = {},
  plugin: PluginRef = "project:example.weather",
) {
  return host.broker.submit(requestCall(ask, callerOf(plugin, "get_weather")));
}

test("an allowed request goes to the decided address, by the decided name", async (t) => {
  const hosts: unknown[] = [];
  const answer = (asked: IncomingMessage, response: ServerResponse) => {
    hosts.push(asked.headers.host);
    response.end("ok");
  };
  const { host, world } = await openBroad(t, gets, { answer });
  t.like(await request(host), { status: "performed", value: { status: 200, truncated: false } });
  t.deepEqual(
    [hosts, world.lookups, world.tunnels],
    [["api.example.com"], ["api.example.com"], [`${publicAddress}:443`]],
  );
});

// ATTACK: threats 9, 39.
test("a request that no permit allows leads to no lookup and no connection", async (t) => {
  const { host, world } = await openBroad(t, "");
  t.like(await request(host), { status: "denied", decision: { cause: "no-permit" } });
  t.deepEqual([world.lookups, world.tunnels], [[], []]);
});

// ATTACK: threats 4, 5, 6, 8: each answer has an address that is not public, alone, first, last or disguised.
const special = [
  ["127.0.0.1"],
  [publicAddress, "10.0.0.1"],
  ["192.168.1.1", publicAddress],
  ["169.254.169.254"],
  ["::1"],
  ["::ffff:10.0.0.1"],
  ["64:ff9b::a00:1"],
  ["2002:7f00:1::"],
  ["100.64.0.1"],
  ["198.18.0.1"],
  ["0.0.0.0"],
  ["fd00:ec2::254"],
  ["224.0.0.1"],
];
for (const addresses of special) {
  test(`a name that leads to ${addresses.join(" and ")} is dialled at no address`, async (t) => {
    const { host, world, workspace } = await openBroad(t, gets);
    world.resolve(addresses);
    t.like(await request(host), { status: "failed", error: { code: "YOI_STEP_DENIED" } });
    t.deepEqual(world.tunnels, []);
    const denied = journalOf(workspace)
      .filter(isDecided)
      .find((entry) => entry.action === "network.connect");
    t.like(denied, { answer: "deny", cause: "explicit-forbid" });
    t.regex(denied?.verdicts[0]?.determining[0]?.id ?? "", /#no-special-addresses$/);
  });
}

// ATTACK: threats 3, 6: no lookup is made for an address, so what guards lookups alone would not see it.
for (const url of [
  "https://127.0.0.1/",
  "https://2130706433/",
  "https://0x7f.1/",
  "https://[::ffff:7f00:1]/",
  "https://[::1]/",
]) {
  test(`the address in ${url} is decided like any other`, async (t) => {
    const { host, world } = await openBroad(t, gets);
    t.like(await request(host, { url }), { status: "failed", error: { code: "YOI_STEP_DENIED" } });
    t.deepEqual([world.lookups, world.tunnels], [[], []]);
  });
}

// ATTACK: threats 4: the name leads somewhere else as soon as it was looked at.
test("a name that changes its mind is decided anew for every request", async (t) => {
  const { host, world } = await openBroad(t, gets);
  t.like(await request(host), { status: "performed" });
  world.resolve(["127.0.0.1"]);
  t.like(await request(host), { status: "failed" });
  world.resolve([publicAddress]);
  t.like(await request(host), { status: "performed" });
  t.deepEqual(new Set(world.tunnels), new Set([`${publicAddress}:443`]));
});

// ATTACK: threats 8: a range that is forbidden by policy, behind a name.
test("a forbidden range holds for whatever name leads into it", async (t) => {
  const forbid = `forbid (principal, action == Yoi::Action::"network.connect", resource)
when { context.address.isInRange(ip("93.184.0.0/16")) };`;
  const { host, world } = await openBroad(t, `${gets}\n${forbid}`);
  t.like(await request(host), { status: "failed", error: { code: "YOI_STEP_DENIED" } });
  world.resolve(["1.1.1.1"]);
  t.like(await request(host), { status: "performed" });
});

test("an opening lets exactly its origin into exactly its range", async (t) => {
  const userConfig = `[[open]]\norigin = "https://api.example.com"\nrange = "10.0.0.0/24"\n`;
  const { host, world } = await openBroad(t, gets, { userConfig });
  world.resolve(["10.0.0.7"]);
  t.like(await request(host), { status: "performed" });
  t.like(await request(host, { url: "https://other.example.com/" }), { status: "failed" });
  world.resolve(["10.0.1.7"]);
  t.like(await request(host), { status: "failed" });
  t.deepEqual(world.tunnels, ["10.0.0.7:443"]);
});

// ATTACK: threats 4, 19: a connection outlives the policies that allowed it.
test("connections are kept within one plugin and one policy revision, and no longer", async (t) => {
  const { host, world, workspace } = await openBroad(t, gets);
  await request(host);
  await request(host);
  t.is(world.tunnels.length, 1);
  workspace.write(".yoi/policies/more.cedar", `forbid (principal, action == Yoi::Action::"fs.remove", resource);`);
  await host.reload();
  await request(host);
  t.is(world.tunnels.length, 2);
});

// ATTACK: threats 19: what is under way when it is no longer allowed.
for (const [what, policy] of [
  ["the request's own permit", ""],
  [
    "the connection, by a forbid on its address",
    `${gets}\nforbid (principal, action == Yoi::Action::"network.connect", resource);`,
  ],
] as const) {
  test(`revoking ${what} ends a request that is under way`, async (t) => {
    const { promise: reached, resolve } = Promise.withResolvers<void>();
    const { host, world, workspace } = await openBroad(t, gets, { answer: () => resolve() });
    const outcome = request(host);
    await reached;
    workspace.write(".yoi/policies/requests.cedar", policy);
    await host.reload();
    const ended = await outcome;
    t.is(ended.status, "failed");
    // The server sees it, too: what is not over by now ends the test by its time.
    for (const socket of world.server.sockets) if (!socket.destroyed) await once(socket, "close");
    t.is(world.server.sockets.size, 0);
  });
}

test("an unplugged plugin's request is ended like a revoked one", async (t) => {
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  const { host, workspace } = await openBroad(t, gets, { answer: () => resolve() });
  const outcome = request(host);
  await reached;
  t.is((await workspace.yoi("plugin", "disable", "example.weather")).code, 0);
  await host.reload();
  t.is((await outcome).status, "failed");
});

test("a secret goes into its header behind its prefix, decided for itself, and not back to the plugin", async (t) => {
  const userConfig = `[secrets.api-key]
from = { env = "API_KEY" }
place = { header = "authorization", prefix = "Bearer " }
origins = ["https://api.example.com"]
`;
  const seen: unknown[] = [];
  const answer = (asked: IncomingMessage, response: ServerResponse) => {
    seen.push(asked.headers.authorization);
    response.end(`you are ${asked.headers.authorization}`);
  };
  const uses = 'permit (principal, action == Yoi::Action::"secret.use", resource == Yoi::Secret::"api-key");';
  const surroundings = { answer, userConfig, variables: { API_KEY: "hunter2hunter2" } };
  const { host, world } = await openBroad(t, `${gets}\n${uses}`, surroundings);
  const outcome = await request(host, { secrets: ["api-key"] });
  t.deepEqual(seen, ["Bearer hunter2hunter2"]);
  const body = outcome.status === "performed" ? new TextDecoder().decode(outcome.value.body) : outcome.status;
  t.is(body, "you are Bearer [redacted]");
  t.like(await request(host, { secrets: ["api-key"], url: "https://other.example.com/" }), { status: "failed" });
  t.is(world.tunnels.length, 1);
});

test("obligations of a permit bound the answer: its size, its headers and how often", async (t) => {
  const bounded = `@max_response_bytes("4") @redact("x-cost") @rate("2/1m")\n${gets}`;
  const answer = (_: IncomingMessage, response: ServerResponse) => {
    response.setHeader("x-cost", "12");
    response.setHeader("x-kept", "13");
    response.end("a long answer");
  };
  const { host, workspace } = await openBroad(t, bounded, { answer });
  const outcome = await request(host);
  t.true(outcome.status === "performed");
  if (outcome.status !== "performed") return;
  t.is(new TextDecoder().decode(outcome.value.body), "a lo");
  t.true(outcome.value.truncated);
  const headers = outcome.value.headers.map(({ name }) => name);
  t.deepEqual([headers.includes("x-cost"), headers.includes("x-kept")], [false, true]);
  await request(host);
  t.like(await request(host), { status: "denied", decision: { cause: "limit" } });
  const ended = journalOf(workspace).find((entry) => entry.stage === "performed" && entry.action === "https.request");
  t.like(ended, { bytes: 4, status: 200, truncated: true });
});

// ATTACK: threats 12, 13: whatever is spelled, the origin that was decided is the origin that is dialled.
test("no spelling of a URL makes the decided origin differ from the dialled one", async (t) => {
  const seen: { host: string | undefined; url: string | undefined }[] = [];
  const answer = (asked: IncomingMessage, response: ServerResponse) => {
    seen.push({ host: asked.headers.host, url: asked.url });
    response.end();
  };
  const { host, world, workspace } = await openBroad(t, gets, { answer });
  let sent = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        hostileUrls,
        respell.map(({ spelled }) => spelled),
      ),
      async (spelled) => {
        const before = { seen: seen.length, tunnels: world.tunnels.length, lookups: world.lookups.length };
        const outcome = await request(host, { url: spelled });
        if (outcome.status !== "performed") {
          t.is(seen.length, before.seen);
          return;
        }
        sent += 1;
        const decided = journalOf(workspace)
          .filter(isDecided)
          .findLast((entry) => entry.action === "https.request");
        const id: string = JSON.parse(decided?.resource.slice("Yoi::Url::".length) ?? '""');
        const { host: named, url } = seen.at(-1) ?? {};
        t.is(new URL(id).host, named ?? "");
        t.is(new URL(`https://${named}${url}`).pathname.replace(/\/$/, ""), new URL(id).pathname.replace(/\/$/, ""));
        t.true(world.lookups.slice(before.lookups).every((name) => name === new URL(id).hostname));
      },
    ),
    { numRuns: 60 },
  );
  t.true(sent > 0);
  const entries = journalOf(workspace);
  const allowed = new Set(
    entries.filter(isDecided).flatMap((entry) => (entry.answer === "allow" ? [entry.decision] : [])),
  );
  for (const entry of entries) if (entry.stage === "performed") t.true(allowed.has(entry.decision));
  const connected = entries.filter((entry) => entry.stage === "performed" && entry.action === "network.connect");
  t.is(connected.length, seen.length);
});
