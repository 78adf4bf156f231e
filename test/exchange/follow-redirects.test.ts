import test from "ava";
import type { Broker } from "../../src/broker/broker.ts";
import type { Call } from "../../src/calls/call.ts";
import { describeCall } from "../../src/calls/describe-call.ts";
import { limits } from "../../src/calls/limits.ts";
import { parseCall } from "../../src/calls/parse-call.ts";
import type { Header, HttpsResponse } from "../../src/calls/powers.ts";
import { followRedirects } from "../../src/exchange/follow-redirects.ts";
import { inventoryOf, noonish } from "../support/broker-parts.ts";
import { requestCall, weatherCaller } from "../support/calls.ts";

type Ask = Call<"https.request">["ask"];

interface Answer {
  readonly status: number;
  readonly location?: string;
}

/** Follows through the given answers, one a hop, and tells what was asked. */
async function follow(answers: readonly Answer[], first: Partial<Ask> = {}, redirectsMax = 5, clock = () => noonish) {
  const asked: Ask[] = [];
  const submit = async (call: Call<"https.request">) => {
    asked.push(call.ask);
    const { status, location } = answers[asked.length - 1] ?? { status: 200 };
    const headers: Header[] = location === undefined ? [] : [{ name: "location", value: location }];
    const value: HttpsResponse = { status, headers, body: new Uint8Array(), truncated: false, redactions: 0 };
    return { status: "performed", value, decision: { kind: "allow" } };
  };
  const { hop: _, ...ask } = requestCall(first).ask;
  const followed = await followRedirects(
    {
      broker: { submit: submit as unknown as Broker["submit"] },
      nowMs: clock,
      signal: new AbortController().signal,
      totalMs: 30_000,
      caller: weatherCaller,
      redirectsMax,
    },
    ask,
  );
  return { followed, asked };
}

test("each hop is a call of its own, with its number", async (t) => {
  const { followed, asked } = await follow([
    { status: 302, location: "/v1/then" },
    { status: 301, location: "https://elsewhere.example/x" },
  ]);
  t.deepEqual(
    asked.map(({ url, hop }) => [hop, url]),
    [
      [0, "https://api.example.com/v1/now"],
      [1, "https://api.example.com/v1/then"],
      [2, "https://elsewhere.example/x"],
    ],
  );
  t.like(followed, { url: "https://elsewhere.example/x", sentBefore: true, outcome: { status: "performed" } });
});

const key = {
  secrets: ["weather-key"],
  headers: [
    { name: "X-Trace", value: "1" },
    { name: "Accept", value: "*/*" },
  ],
};

// ATTACK: threats 1, 33: a redirect to a server of the attacker's choice.
const elsewhere = [
  ["another host", "https://evil.example/"],
  ["another port", "https://api.example.com:8443/v1"],
  ["another scheme", "http://api.example.com/v1"],
  ["an address", "https://169.254.169.254/latest"],
  ["a name below", "https://x.api.example.com/"],
  ["no URL at all once it is canonical", "https://user@api.example.com/"],
] as const;
for (const [what, location] of elsewhere) {
  test(`a redirect to ${what} carries neither secrets nor headers of the plugin's own`, async (t) => {
    const { asked } = await follow([{ status: 307, location }], key);
    t.deepEqual(asked[1]?.secrets, []);
    t.deepEqual(asked[1]?.headers, [{ name: "Accept", value: "*/*" }]);
  });
}

test("a redirect within the origin keeps secrets and headers", async (t) => {
  const { asked } = await follow([{ status: 307, location: "/v1/then" }], key);
  t.deepEqual(asked[1]?.secrets, key.secrets);
  t.deepEqual(asked[1]?.headers, key.headers);
});

const body = new TextEncoder().encode("{}");
const methods = [
  [301, "POST", "GET", false],
  [302, "POST", "GET", false],
  [303, "POST", "GET", false],
  [303, "PUT", "GET", false],
  [303, "HEAD", "HEAD", true],
  [307, "POST", "POST", true],
  [308, "POST", "POST", true],
  [301, "PUT", "PUT", true],
  [302, "DELETE", "DELETE", true],
] as const;
for (const [status, method, then, keepsBody] of methods) {
  test(`after ${status}, ${method} becomes ${then} ${keepsBody ? "with" : "without"} the body`, async (t) => {
    const headers = [{ name: "Content-Type", value: "application/json" }];
    const { asked } = await follow([{ status, location: "/v1/then" }], { method, body, headers });
    t.is(asked[1]?.method, then);
    t.deepEqual(asked[1]?.body, keepsBody ? body : undefined);
    t.deepEqual(asked[1]?.headers, keepsBody ? headers : []);
  });
}

test("redirects beyond the budget are an error, and the hop beyond it is never asked for", async (t) => {
  const { followed, asked } = await follow(
    Array.from({ length: 9 }, () => ({ status: 302, location: "/v1/x" })),
    {},
    2,
  );
  t.is(asked.length, 3);
  t.like(followed, { error: { details: { why: "redirect" } } });
});

test("with no redirects wanted, a redirect is answered as it came", async (t) => {
  const { followed, asked } = await follow([{ status: 302, location: "/v1/x" }], {}, 0);
  t.is(asked.length, 1);
  t.like(followed, { outcome: { status: "performed", value: { status: 302 } } });
});

for (const status of [300, 304, 305, 306, 200]) {
  test(`${status} with a Location is no redirect that is followed`, async (t) => {
    t.is((await follow([{ status, location: "/v1/x" }])).asked.length, 1);
  });
}

test("a redirect without a Location is answered as it came", async (t) => {
  t.like((await follow([{ status: 302 }])).followed, { outcome: { status: "performed" } });
});

test("a Location that is no URL ends the request", async (t) => {
  const { followed } = await follow([{ status: 302, location: "https://[" }]);
  t.like(followed, { error: { details: { why: "redirect" } } });
});

// ATTACK: threats 35: a server that leads where nothing is on record.
test("a redirect to a URL that is too long is asked for as far as it is too long, so that its denial is on record", async (t) => {
  const location = `/v1/${"a".repeat(limits.urlBytesMax)}`;
  const { asked } = await follow([{ status: 307, location }], key);
  t.is(asked[1]?.url.length, limits.urlBytesMax + 1);
  t.deepEqual(asked[1]?.secrets, []);
  const call = requestCall({ ...asked[1] });
  t.deepEqual(parseCall(call), call);
  t.is(describeCall(call, inventoryOf()).flaw?.cause, "schema-invalid");
});

// ATTACK: threats 33: a server that sends the secret back in a Location.
test("a redirect out of which a secret was taken is not followed", async (t) => {
  const { followed, asked } = await follow([{ status: 302, location: "/v1/[redacted]/x" }]);
  t.is(asked.length, 1);
  t.like(followed, { error: { details: { why: "redirect" } } });
});

test("dot segments and a fragment of a Location are resolved before anything is decided", async (t) => {
  const { asked } = await follow([{ status: 302, location: "../admin/./x#top" }]);
  t.is(asked[1]?.url, "https://api.example.com/admin/x");
});

test("a request that wants no bound of its own has the host's", async (t) => {
  const { asked } = await follow([{ status: 302, location: "/v1/x" }]);
  t.deepEqual(
    asked.map(({ timeoutMs }) => timeoutMs),
    [30_000, 30_000],
  );
});

test("all hops together have the time of one request", async (t) => {
  let atMs = noonish;
  const clock = () => {
    atMs += 400;
    return atMs;
  };
  const answers = Array.from({ length: 5 }, () => ({ status: 302, location: "/v1/x" }));
  const { followed, asked } = await follow(answers, { timeoutMs: 1_500 }, 5, clock);
  t.is(asked[0]?.timeoutMs, 1_500);
  t.true(asked.every(({ timeoutMs = 0 }, hop) => timeoutMs <= 1_500 - hop * 400));
  t.like(followed, { error: { details: { why: "timeout" } } });
});
