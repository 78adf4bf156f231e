import test from "ava";
import type { Broker } from "../../src/broker/broker.ts";
import type { Call } from "../../src/calls/call.ts";
import { limits } from "../../src/calls/limits.ts";
import type { EffectFailure } from "../../src/errors/error-details.ts";
import { YoiError } from "../../src/errors/yoi-error.ts";
import { answerRequest } from "../../src/guest/answer-request.ts";
import type { GuestRequest } from "../../src/sandbox/sandbox.ts";
import { noonish } from "../support/broker-parts.ts";
import { weatherCaller } from "../support/calls.ts";

const asked: GuestRequest = { method: "GET", url: "https://api.example.com/v1/now", headers: [], secrets: [] };

/** Asks through a broker that answers each hop with the next of `outcomes`. */
async function answer(outcomes: readonly object[], request: Partial<GuestRequest> = {}, body?: Uint8Array) {
  const calls: Call<"https.request">[] = [];
  const submit = async (call: Call<"https.request">) => {
    calls.push(call);
    return outcomes[calls.length - 1];
  };
  const parts = { broker: { submit } as unknown as Broker, nowMs: () => noonish, requestMs: () => 30_000 };
  const ask = { kind: "https.send", request: { ...asked, ...request }, ...(body !== undefined && { body }) } as const;
  const told = await answerRequest(parts, weatherCaller, ask, new AbortController().signal);
  return { told, calls };
}

const performed = (status: number, location?: string) => ({
  status: "performed",
  value: {
    status,
    headers: location === undefined ? [] : [{ name: "location", value: location }],
    body: new Uint8Array([1, 2]),
    truncated: false,
    redactions: 1,
  },
});
const denied = (cause: string) => ({ status: "denied", decision: { id: "01DECISION", cause, because: "why" } });
const failed = (why: EffectFailure, sent?: boolean) => ({
  status: "failed",
  error: new YoiError("YOI_EFFECT_FAILED", "10.0.0.1 said no", { why, ...(sent !== undefined && { sent }) }),
});

test("a guest gets the response with the URL that it came from", async (t) => {
  const { told } = await answer([performed(302, "/v1/then"), performed(200)]);
  t.deepEqual(told, {
    ok: true,
    value: {
      kind: "response",
      status: 200,
      headers: [],
      url: "https://api.example.com/v1/then",
      truncated: false,
      bytes: new Uint8Array([1, 2]),
    },
  });
});

const rows = [
  ["a denial before anything was sent", [denied("no-permit")], false, { tag: "denied", val: "01DECISION" }],
  ["a denial of a later hop", [performed(302, "/x"), denied("no-permit")], true, { tag: "denied", val: "01DECISION" }],
  [
    "a rate that is used up",
    [denied("limit")],
    false,
    { tag: "limit", val: "a rate or size limit of the host; decision 01DECISION" },
  ],
  ["a malformed request", [denied("schema-invalid")], false, { tag: "invalid", val: "why; decision 01DECISION" }],
  ["a name that is not known", [failed("name-not-found", false)], false, { tag: "not-found" }],
  ["an address that is not reached", [failed("unreachable", false)], false, { tag: "failed", val: "unreachable" }],
  ["a server that breaks off", [failed("protocol", true)], true, { tag: "failed", val: "protocol" }],
  ["a failure that does not say", [failed("io")], true, { tag: "failed", val: "io" }],
  [
    "a second hop that is not reached",
    [performed(302, "/x"), failed("unreachable", false)],
    true,
    { tag: "failed", val: "unreachable" },
  ],
] as const;
for (const [what, outcomes, sent, error] of rows) {
  test(`${what}: the guest learns one closed word, and that ${sent ? "something may have been" : "nothing was"} sent`, async (t) => {
    const { told } = await answer(outcomes);
    t.deepEqual(told, { ok: false, error, sent });
  });
}

test("a step that was denied is told by that step's decision", async (t) => {
  const error = new YoiError("YOI_STEP_DENIED", "no", { decision: "01STEP", sent: false });
  const { told } = await answer([{ status: "failed", error }]);
  t.deepEqual(told, { ok: false, error: { tag: "denied", val: "01STEP" }, sent: false });
});

test("a guest can want fewer redirects than the host allows, and never more", async (t) => {
  const endless = Array.from({ length: 300 }, () => performed(302, "/v1/x"));
  t.is((await answer(endless, { redirectsMax: 255 })).calls.length, limits.httpsRedirectsMax + 1);
  t.is((await answer(endless, { redirectsMax: 1 })).calls.length, 2);
});

test("what a guest asks for reaches the broker as it is", async (t) => {
  const body = new Uint8Array([7]);
  const request = { method: "POST", headers: [{ name: "A", value: "b" }], secrets: ["k"], responseBytesMax: 9 };
  const { calls } = await answer([performed(200)], request, body);
  t.like(calls[0]?.ask, { ...asked, ...request, body, hop: 0 });
  t.false("redirectsMax" in (calls[0]?.ask ?? {}));
});
