import test from "ava";
import type { GuestAnswer, GuestRequest } from "../../src/sandbox/sandbox.ts";
import { callGuest } from "../support/call-guest.ts";
import { type AskRow, callAsk, holdToRow, response, resultOf, url } from "../support/guest-asks.ts";
import { sharedPool } from "../support/shared-pool.ts";

const pool = sharedPool();

const get: GuestRequest = { method: "GET", url, headers: [], secrets: [] };
const accept = { name: "accept", value: "application/json" };
const { kind: _, bytes, ...raw } = response;

const requests: readonly AskRow[] = [
  {
    title: "a request as the interface has it",
    ask: "https.send",
    args: [
      {
        method: "PUT",
        url,
        headers: [{ name: "x-a", value: "ü" }],
        body: { bytes: [0, 1] },
        secrets: ["weather-key"],
        timeoutMs: 5_000,
        responseBytes: 0,
        redirects: 255,
      },
    ],
    asked: {
      kind: "https.send",
      request: {
        method: "PUT",
        url,
        headers: [{ name: "x-a", value: "ü" }],
        secrets: ["weather-key"],
        timeoutMs: 5_000,
        responseBytesMax: 0,
        redirectsMax: 255,
      },
      body: Uint8Array.of(0, 1),
    },
    values: response,
    got: { ...raw, headers: [...raw.headers], body: { bytes: [...bytes] } },
  },
  {
    title: "a body of no bytes, which is not a request without one",
    ask: "https.send",
    args: [{ method: "POST", url, body: { bytes: [] } }],
    asked: { kind: "https.send", request: { ...get, method: "POST" }, body: new Uint8Array(0) },
    values: { ...response, bytes: new Uint8Array(0), headers: [], status: 204 },
    got: { ...raw, status: 204, headers: [], body: { bytes: [] } },
  },
  {
    title: "the shape of `fetch`",
    ask: "https.fetch",
    args: [url],
    asked: { kind: "https.send", request: get },
    values: response,
    got: {
      ok: true,
      ...raw,
      type: "application/json",
      missing: null,
      headers: raw.headers.map(({ name, value }) => [name, value]),
      bytes: { bytes: [...bytes] },
      text: '{"ü":1}',
      json: { ü: 1 },
    },
  },
  {
    title: "a body as text, header lines as pairs, and a method in lower case",
    ask: "https.fetch",
    args: [
      url,
      {
        method: "post",
        body: "ü",
        headers: [
          ["x-a", "1"],
          ["x-a", "2"],
        ],
        redirects: 0,
      },
    ],
    asked: {
      kind: "https.send",
      request: {
        ...get,
        method: "POST",
        headers: [
          { name: "x-a", value: "1" },
          { name: "x-a", value: "2" },
        ],
        redirectsMax: 0,
      },
      body: new TextEncoder().encode("ü"),
    },
    // Cut in the middle of a character: the text is what came of it.
    values: { ...response, status: 404, truncated: true, headers: [], bytes: Uint8Array.of(0x61, 0xe6, 0xbc) },
    got: {
      ok: false,
      ...raw,
      status: 404,
      truncated: true,
      type: null,
      missing: null,
      headers: [],
      bytes: { bytes: [0x61, 0xe6, 0xbc] },
      text: "a",
      json: null,
    },
  },
  {
    title: "JSON",
    ask: "https.getJson",
    args: [url, { headers: { "X-A": "1" }, secrets: ["weather-key"] }],
    asked: {
      kind: "https.send",
      request: { ...get, headers: [{ name: "X-A", value: "1" }, accept], secrets: ["weather-key"] },
    },
    values: response,
    got: { ü: 1 },
  },
  {
    title: "JSON for JSON, of a type of its own",
    ask: "https.postJson",
    args: [url, { a: ["ü"] }, { headers: { Accept: "application/vnd.x+json" } }],
    asked: {
      kind: "https.send",
      request: {
        ...get,
        method: "POST",
        headers: [
          { name: "Accept", value: "application/vnd.x+json" },
          { name: "content-type", value: "application/json" },
        ],
      },
      body: new TextEncoder().encode('{"a":["ü"]}'),
    },
    values: response,
    got: { ü: 1 },
  },
];

for (const row of requests) {
  test.serial(`${row.ask} asks the host for ${row.title}, and its answer comes back`, (t) => holdToRow(t, pool, row));
}

const place = "`https://api.example.com/v2`";
const refusals = [
  ["a status that is no success", { status: 404 }, `${place} answered 404`],
  ["a body that was cut short", { truncated: true }, `${place} answered 200 with more than the 11 bytes that it may`],
  ["a body that is no JSON", { bytes: Uint8Array.of(0x7b) }, `${place} answered 200 with a body that is not JSON`],
  ["no body", { status: 204, bytes: new Uint8Array(0) }, `${place} answered 204 with a body that is not JSON`],
] as const;

for (const [title, more, message] of refusals) {
  test.serial(`JSON is not made of ${title}`, async (t) => {
    const value = { ...response, ...more, url: `${response.url}?key=hidden` };
    for (const [ask, ...args] of [
      ["https.getJson", url],
      ["https.postJson", url, {}],
    ] as const) {
      const said = await callAsk(pool, ask, args, { ok: true, value });
      t.like(resultOf(said), { error: { name: "HttpError", message, status: value.status } });
    }
  });
}

test.serial("an HttpError that nobody catches is the tool's error", async (t) => {
  const answer: GuestAnswer = { ok: true, value: { ...response, status: 500 } };
  const said = await callGuest(pool, "asks-all", "unguarded", { url }, { answer });
  t.deepEqual(said.output, { summary: `${place} answered 500`, isError: true });
  t.deepEqual(said.log, []);
});
