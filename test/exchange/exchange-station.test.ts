import test from "ava";
import { createBroker } from "../../src/broker/broker.ts";
import { createRevisionHolder } from "../../src/broker/policy-revision.ts";
import { callOf } from "../../src/calls/call.ts";
import { limits } from "../../src/calls/limits.ts";
import type { HttpsResponse } from "../../src/calls/powers.ts";
import { SecretValue } from "../../src/calls/secret-value.ts";
import type { AuthorizationRequest } from "../../src/calls/value.ts";
import type { Verdict } from "../../src/decisions/verdict.ts";
import type { Effectors } from "../../src/effectors/effector.ts";
import { stopped } from "../../src/effectors/https/deadline.ts";
import { YoiError } from "../../src/errors/yoi-error.ts";
import { createExchange } from "../../src/exchange/exchange-station.ts";
import { spendWarrant } from "../../src/warrants/spend-warrant.ts";
import { inventoryOf, noonish } from "../support/broker-parts.ts";
import { requestCall, weatherCaller } from "../support/calls.ts";
import { fakeSet, permitWith, verdictOf } from "../support/fake-engine.ts";
import { createMemoryJournal } from "../support/memory-journal.ts";

const answered: HttpsResponse = {
  status: 200,
  headers: [],
  body: new Uint8Array(3),
  truncated: false,
  redactions: 0,
};

interface Stage {
  readonly judge?: (request: AuthorizationRequest) => Verdict;
  readonly lookup?: readonly string[];
  /** What dialling an address comes to. */
  readonly dial?: (address: string) => YoiError | undefined;
  /** No address answers before the time is up. */
  readonly neverAnswers?: true;
}

function stage({
  judge = () => permitWith(),
  lookup = ["93.184.215.14"],
  dial = () => undefined,
  neverAnswers,
}: Stage) {
  const steps: string[] = [];
  const memory = createMemoryJournal();
  const { set } = fakeSet((request) => {
    steps.push(`decide ${request.action}`);
    return judge(request);
  });
  const exchange = createExchange({
    broker: () => broker,
    nowMs: () => noonish,
    resolveHost: async () => {
      steps.push("look up");
      return lookup;
    },
    sender: {
      async send(request, connect, secrets) {
        spendWarrant(connect, "network.connect");
        const { address } = connect.target;
        steps.push(`dial ${address}`);
        const failure = dial(address);
        if (failure !== undefined) throw failure;
        if (neverAnswers) await stopped(connect.signal);
        spendWarrant(request, "https.request");
        steps.push(`send ${request.target.url.href} with ${secrets.length}`);
        return answered;
      },
    },
  });
  const effectors: Effectors = {
    ...exchange,
    "secret.use": async (warrant) => {
      spendWarrant(warrant, "secret.use");
      steps.push(`read ${warrant.target.secret.name}`);
      return new SecretValue(warrant.target.secret.name, "hunter2hunter2");
    },
  };
  const broker = createBroker({
    revisions: createRevisionHolder({ digest: "sha256:test", sets: [set], versions: new Map() }),
    inventory: () => inventoryOf(),
    effectors,
    journal: memory,
    nowMs: () => noonish,
  });
  return { broker, steps, memory };
}

const denyOf =
  (action: string) =>
  (request: AuthorizationRequest): Verdict =>
    request.action === action ? verdictOf("forbid") : permitWith();

// ATTACK: threats 9, 39: a lookup tells whoever runs the name's server; a connection tells the address.
test("no name is looked up, no secret read and nothing dialled before the request is allowed", async (t) => {
  const { broker, steps } = stage({ judge: denyOf("https.request") });
  const outcome = await broker.submit(requestCall({ secrets: ["weather-key"] }));
  t.is(outcome.status, "denied");
  t.deepEqual(steps, ["decide https.request"]);
});

test("a request is decided, its secrets are, the name is looked up, the address decided, and only then is it sent", async (t) => {
  const { broker, steps } = stage({});
  const outcome = await broker.submit(requestCall({ secrets: ["weather-key"] }));
  t.is(outcome.status, "performed");
  t.deepEqual(steps, [
    "decide https.request",
    "decide secret.use",
    "read weather-key",
    "look up",
    "decide network.connect",
    "dial 93.184.215.14",
    "send https://api.example.com/v1/now with 1",
  ]);
});

test("a secret that may not be used ends the request before its name is looked up", async (t) => {
  const { broker, steps } = stage({ judge: denyOf("secret.use") });
  const outcome = await broker.submit(requestCall({ secrets: ["weather-key"] }));
  t.true(outcome.status === "failed" && YoiError.is(outcome.error, "YOI_STEP_DENIED"));
  t.deepEqual(steps, ["decide https.request", "decide secret.use"]);
});

test("an address that may not be dialled ends the request under that decision's own id", async (t) => {
  const { broker, steps, memory } = stage({ judge: denyOf("network.connect"), lookup: ["10.0.0.1", "93.184.215.14"] });
  const outcome = await broker.submit(requestCall());
  t.false(steps.some((step) => step.startsWith("dial")));
  t.is(steps.filter((step) => step === "decide network.connect").length, 1);
  const denied = memory.entries.find((entry) => entry.stage === "decided" && entry.action === "network.connect");
  const decision = denied?.stage === "decided" ? denied.decision : "";
  t.true(outcome.status === "failed" && YoiError.is(outcome.error, "YOI_STEP_DENIED"));
  t.like(outcome, { error: { details: { decision, sent: false } } });
});

// ATTACK: threats 5: one public address in front hides a private one behind it.
test("every address is decided with the worst class of the whole answer", async (t) => {
  const classes: unknown[] = [];
  const { broker } = stage({
    lookup: ["93.184.215.14", "127.0.0.1"],
    judge: (request) => {
      if (request.action === "network.connect") classes.push(request.context["addressClass"]);
      return permitWith();
    },
  });
  await broker.submit(requestCall());
  t.deepEqual(classes, ["loopback"]);
});

for (const why of ["unreachable", "timeout"] as const) {
  test(`an address whose connection comes to ${why} leaves the next one to be tried, by a decision of its own`, async (t) => {
    const failure = new YoiError("YOI_EFFECT_FAILED", "no", { why, sent: false });
    const { broker, steps } = stage({
      lookup: ["93.184.215.14", "93.184.215.15"],
      dial: (address) => (address.endsWith(".14") ? failure : undefined),
    });
    t.is((await broker.submit(requestCall())).status, "performed");
    t.deepEqual(
      steps.filter((step) => !step.startsWith("decide https")),
      [
        "look up",
        "decide network.connect",
        "dial 93.184.215.14",
        "decide network.connect",
        "dial 93.184.215.15",
        "send https://api.example.com/v1/now with 0",
      ],
    );
  });
}

for (const [whose, ask, policy] of [
  ["the request's own", { timeoutMs: 20 }, []],
  ["a policy's", {}, [{ kind: "timeout", ms: 20, policy: "a.cedar#0" }]],
] as const) {
  test(`addresses that never answer have all together ${whose} time, and the next one is not begun`, async (t) => {
    // Long before the host's own bound.
    t.timeout(limits.httpsTotalMs / 3);
    const { broker, steps } = stage({
      lookup: ["93.184.215.14", "93.184.215.15"],
      judge: ({ action }) => (action === "https.request" ? permitWith(...policy) : permitWith()),
      neverAnswers: true,
    });
    const outcome = await broker.submit(requestCall(ask));
    t.like(outcome, { status: "failed", error: { details: { why: "timeout", sent: false } } });
    t.deepEqual(
      steps.filter((step) => step.startsWith("dial")),
      ["dial 93.184.215.14"],
    );
  });
}

for (const [why, sent] of [
  ["tls", false],
  ["unreachable", true],
  ["timeout", true],
] as const) {
  test(`\`${why}\`${sent ? " after sending" : ""} is not tried at another address`, async (t) => {
    const failure = new YoiError("YOI_EFFECT_FAILED", "no", { why, sent });
    const { broker, steps } = stage({ lookup: ["93.184.215.14", "93.184.215.15"], dial: () => failure });
    const outcome = await broker.submit(requestCall());
    t.like(outcome, { status: "failed", error: { details: { why } } });
    t.is(steps.filter((step) => step.startsWith("dial")).length, 1);
  });
}

test("a connection that no allowed request asks for is not made", async (t) => {
  const { broker, steps } = stage({});
  const ask = {
    url: "https://api.example.com/v1",
    address: "93.184.215.14",
    answer: ["93.184.215.14"],
    behalf: "https.request",
  } as const;
  const outcome = await broker.submit(callOf(weatherCaller, "network.connect", ask, noonish));
  t.like(outcome, { status: "failed", error: { details: { why: "unavailable" } } });
  t.deepEqual(steps, ["decide network.connect"]);
});

test("steps are children of the request, by its plugin, under its tool", async (t) => {
  const { broker, memory } = stage({});
  const call = requestCall({ secrets: ["weather-key"] });
  await broker.submit(call);
  const steps = memory.entries.filter((entry) => entry.stage === "decided" && entry.call !== call.id);
  t.is(steps.length, 2);
  for (const step of steps) t.like(step, { parent: call.id, root: call.root, plugin: "project:example.weather" });
});

test("a name without an address is unreachable, and nothing is decided of it", async (t) => {
  const { broker, steps } = stage({ lookup: [] });
  t.like(await broker.submit(requestCall()), { status: "failed", error: { details: { why: "unreachable" } } });
  t.deepEqual(steps, ["decide https.request", "look up"]);
});
