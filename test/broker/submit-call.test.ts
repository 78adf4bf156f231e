import test from "ava";
import { createBroker } from "../../src/broker/broker.ts";
import type { Call } from "../../src/calls/call.ts";
import type { Cause } from "../../src/decisions/cause.ts";
import type { Obligation } from "../../src/decisions/obligation.ts";
import type { Verdict } from "../../src/decisions/verdict.ts";
import { YoiError } from "../../src/errors/yoi-error.ts";
import { brokerParts, inventoryOf, notesPlugin } from "../support/broker-parts.ts";
import { executeCall, readCall } from "../support/calls.ts";
import { fakeSet, permitWith, policyNamed, verdictOf } from "../support/fake-engine.ts";

test("an allowed call is on record before its effect, and ended after it", async (t) => {
  const { parts, memory } = brokerParts({ answer: () => permitWith() });
  const seenByEffector: string[] = [];
  const broker = createBroker({
    ...parts,
    effectors: {
      "fs.read": async () => {
        seenByEffector.push(...memory.entries.map((entry) => entry.stage));
        return new Uint8Array(3);
      },
    },
  });
  const outcome = await broker.submit(readCall("notes/a.md"));
  t.is(outcome.status, "performed");
  t.deepEqual(seenByEffector, ["decided"]);
  t.deepEqual(
    memory.entries.map((entry) => entry.stage),
    ["decided", "performed"],
  );
  t.is(memory.ended()[0]?.bytes, 3);
  t.is(memory.ended()[0]?.decision, memory.decided()[0]?.decision);
});

const refusals: readonly (readonly [title: string, verdicts: readonly Verdict[], cause: Cause])[] = [
  ["silence", [verdictOf("abstain")], "no-permit"],
  ["silence of two engines", [verdictOf("abstain"), verdictOf("abstain")], "no-permit"],
  ["an error", [verdictOf("error")], "engine-error"],
  ["an error beside a permit", [permitWith(), verdictOf("error")], "engine-error"],
  ["a forbid", [verdictOf("forbid", { determining: [policyNamed("no", "forbid")] })], "explicit-forbid"],
  ["a forbid beside a permit", [permitWith(), verdictOf("forbid")], "explicit-forbid"],
  ["a forbid beside an error", [verdictOf("error"), verdictOf("forbid")], "explicit-forbid"],
  [
    "an invariant",
    [verdictOf("forbid", { determining: [policyNamed("off", "forbid", { cause: "not-enabled" })] })],
    "not-enabled",
  ],
];
for (const [title, verdicts, cause] of refusals) {
  test(`${title} denies as ${cause}, and no effector hears of it`, async (t) => {
    const sets = verdicts.map((verdict, index) => fakeSet(() => verdict, `fake${index}`).set);
    const { parts, effects, memory } = brokerParts({ sets });
    const outcome = await createBroker(parts).submit(readCall("notes/a.md"));
    t.is(outcome.status, "denied");
    t.is(outcome.decision.kind === "deny" ? outcome.decision.cause : undefined, cause);
    t.deepEqual(effects, []);
    t.deepEqual(
      memory.entries.map((entry) => entry.stage),
      ["decided"],
    );
  });
}

test("a permit of one engine beside silence of the other allows, and both are on record", async (t) => {
  const sets = [fakeSet(() => permitWith(), "one").set, fakeSet(() => verdictOf("abstain"), "two").set];
  const { parts, effects, memory } = brokerParts({ sets });
  await createBroker(parts).submit(readCall("notes/a.md"));
  t.deepEqual(effects, ["fs.read a.md"]);
  t.is(memory.decided()[0]?.verdicts.length, 2);
});

// ATTACK: threats 15: an engine that fails must not allow.
for (const [title, answer] of [
  ["throws an error", () => Promise.reject(new Error("broken"))],
  ["throws a string", () => Promise.reject("broken")],
] as const) {
  test(`an engine that ${title} leaves the effector untouched`, async (t) => {
    const sets = [fakeSet(() => permitWith(), "one").set, fakeSet(answer, "two").set];
    const { parts, effects } = brokerParts({ sets });
    const outcome = await createBroker(parts).submit(readCall("notes/a.md"));
    t.is(outcome.decision.kind === "deny" && outcome.decision.cause, "engine-error");
    t.deepEqual(effects, []);
  });
}

test("without any engine every call is denied", async (t) => {
  const { parts, effects } = brokerParts({ sets: [] });
  const outcome = await createBroker(parts).submit(readCall("notes/a.md"));
  t.is(outcome.decision.kind === "deny" && outcome.decision.cause, "engine-error");
  t.deepEqual(effects, []);
});

// ATTACK: threats 35: what cannot be recorded does not happen.
test("a decision that cannot be journaled is a denial, and no effector hears of it", async (t) => {
  const { parts, effects, memory } = brokerParts({ answer: () => permitWith() });
  memory.breakWhen((what) => what === "decided");
  const outcome = await createBroker(parts).submit(readCall("notes/a.md"));
  t.is(outcome.status, "denied");
  t.is(outcome.decision.kind === "deny" && outcome.decision.cause, "journal-unwritable");
  t.deepEqual(effects, []);
});

test("an end that cannot be journaled leaves the outcome standing, and the broker takes no further call", async (t) => {
  const { parts, effects, memory } = brokerParts({ answer: () => permitWith() });
  memory.breakWhen((what) => what === "performed");
  const broker = createBroker(parts);
  t.is((await broker.submit(readCall("notes/a.md"))).status, "performed");
  await t.throwsAsync(broker.submit(readCall("notes/b.md")), { instanceOf: YoiError, code: "YOI_BROKER_CLOSED" });
  t.deepEqual(effects, ["fs.read a.md"]);
});

test("an action with no effector is denied, even when a policy permits it", async (t) => {
  const { parts } = brokerParts({ answer: () => permitWith(), effectors: {} });
  const outcome = await createBroker(parts).submit(readCall("notes/a.md"));
  t.is(outcome.decision.kind === "deny" && outcome.decision.cause, "no-effector");
});

// ATTACK: threats 11, 24: a path that climbs is never allowed, whatever policy says of it.
for (const path of [
  "notes/../secret",
  "notes//x",
  "notes",
  "/etc/passwd",
  "notes/a\\b",
  "notes/\u0000",
  "../x",
  "notes/e\u0301",
]) {
  test(`the path ${JSON.stringify(path)} is denied as malformed, and on record`, async (t) => {
    const { parts, effects, memory } = brokerParts({ answer: () => permitWith() });
    const outcome = await createBroker(parts).submit(readCall(path));
    t.is(outcome.decision.kind === "deny" && outcome.decision.cause, "schema-invalid");
    t.deepEqual(effects, []);
    t.is(memory.decided().length, 1);
  });
}

test("an input off its schema is denied, and says where", async (t) => {
  const inputFlaw = () => ({ cause: "schema-invalid", message: "`$.path` must be a string" }) as const;
  const plugin = { ...notesPlugin, tools: new Map([["read_note", { effects: ["read" as const], inputFlaw }]]) };
  const { parts, effects } = brokerParts({ answer: () => permitWith(), inventory: () => inventoryOf([plugin]) });
  const outcome = await createBroker(parts).submit(executeCall());
  t.is(outcome.decision.kind === "deny" && outcome.decision.because, "`$.path` must be a string");
  t.deepEqual(effects, []);
});

test("an obligation that the action cannot discharge is a denial", async (t) => {
  const unknown = { kind: "timeout", ms: 5, policy: "p" } as Obligation;
  const { parts, effects } = brokerParts({ answer: () => permitWith(unknown) });
  const call = {
    ...executeCall(),
    action: "plugin.prepare",
    principal: { kind: "agent", id: "host" },
    ask: { plugin: "project:example.notes" },
  } as Call<"plugin.prepare">;
  const outcome = await createBroker({ ...parts, effectors: { "plugin.prepare": async () => undefined } }).submit(call);
  t.is(outcome.decision.kind === "deny" && outcome.decision.cause, "obligation-unknown");
  t.deepEqual(effects, []);
});

test("a rate that is used up is a denial, counted by plugin and policy", async (t) => {
  const rate: Obligation = { kind: "rate", count: 2, windowMs: 60_000, policy: "p#twice" };
  const { parts } = brokerParts({ answer: () => permitWith(rate) });
  const broker = createBroker(parts);
  t.is((await broker.submit(readCall("notes/a.md"))).status, "performed");
  t.is((await broker.rehearse(readCall("notes/a.md"))).kind, "allow");
  t.is((await broker.submit(readCall("notes/a.md"))).status, "performed");
  const third = await broker.submit(readCall("notes/a.md"));
  t.is(third.decision.kind === "deny" && third.decision.cause, "limit");
});

test("a rate that cannot be counted is a denial", async (t) => {
  const rate: Obligation = { kind: "rate", count: 2, windowMs: 60_000, policy: "p#twice" };
  const { parts, effects, memory } = brokerParts({ answer: () => permitWith(rate) });
  memory.breakWhen((what) => what === "rates");
  const outcome = await createBroker(parts).submit(readCall("notes/a.md"));
  t.is(outcome.decision.kind === "deny" && outcome.decision.cause, "journal-unwritable");
  t.deepEqual(effects, []);
});

test("the tightest bound of several travels in the warrant, which is frozen", async (t) => {
  const bytes = (count: number): Obligation => ({ kind: "max_response_bytes", bytes: count, policy: `p${count}` });
  const { parts } = brokerParts({ answer: () => permitWith(bytes(500), bytes(20), bytes(100)) });
  let bounds: unknown;
  let frozen = false;
  await createBroker({
    ...parts,
    effectors: {
      "fs.read": async (warrant) => {
        bounds = warrant.bounds;
        frozen = Object.isFrozen(warrant);
        return new Uint8Array();
      },
    },
  }).submit(readCall("notes/a.md"));
  t.deepEqual(bounds, { responseBytesMax: 20 });
  t.true(frozen);
});

test("an effector that throws anything is a failed outcome, on record with a closed word", async (t) => {
  for (const thrown of [new Error("/secret/path"), "text", undefined]) {
    const { parts, memory } = brokerParts({
      answer: () => permitWith(),
      effectors: { "fs.read": () => Promise.reject(thrown) },
    });
    const outcome = await createBroker(parts).submit(readCall("notes/a.md"));
    t.is(outcome.status, "failed");
    t.is(memory.ended()[0]?.failure, "io");
    t.false(JSON.stringify(memory.entries).includes("/secret/path"));
  }
});

test("a timeout that policy sets ends an effect that never would", async (t) => {
  const timeout: Obligation = { kind: "timeout", ms: 1, policy: "p" };
  const { parts } = brokerParts({
    answer: () => permitWith(timeout),
    effectors: {
      "fs.read": (warrant) =>
        new Promise((_, reject) => warrant.signal.addEventListener("abort", () => reject(warrant.signal.reason))),
    },
  });
  const outcome = await createBroker(parts).submit(readCall("notes/a.md"));
  t.is(
    outcome.status === "failed" && YoiError.is(outcome.error, "YOI_EFFECT_FAILED") && outcome.error.details.why,
    "timeout",
  );
});

// ATTACK: threats 19: a revocation reaches what is under way.
test("revoking ends what the present revision no longer allows, and leaves the rest alone", async (t) => {
  let allowed = true;
  const ended: string[] = [];
  const started: (() => void)[] = [];
  const { parts } = brokerParts({
    answer: () => (allowed ? permitWith() : verdictOf("abstain")),
    effectors: {
      "fs.read": (warrant) =>
        new Promise((_, reject) => {
          warrant.signal.addEventListener("abort", () => {
            ended.push(warrant.call.id);
            reject(warrant.signal.reason);
          });
          for (const resume of started.splice(0)) resume();
        }),
    },
  });
  const broker = createBroker(parts);
  const running = new Promise<void>((resolve) => started.push(resolve));
  const call = readCall("notes/a.md");
  const outcome = broker.submit(call);
  await running;
  await broker.revoke();
  t.deepEqual(ended, []);
  allowed = false;
  await broker.revoke();
  t.is((await outcome).status, "failed");
  t.deepEqual(ended, [call.id]);
});

test("an aborted call never starts its effect", async (t) => {
  const { parts, effects } = brokerParts({ answer: () => permitWith() });
  const { spendWarrant } = await import("../../src/warrants/spend-warrant.ts");
  const broker = createBroker({
    ...parts,
    effectors: {
      "fs.read": async (warrant) => {
        spendWarrant(warrant, "fs.read");
        effects.push("read");
        return new Uint8Array();
      },
    },
  });
  const outcome = await broker.submit(readCall("notes/a.md"), AbortSignal.abort());
  t.is(outcome.status, "failed");
  t.deepEqual(effects, []);
});

test("judging writes nothing and performs nothing", async (t) => {
  const { parts, effects, memory } = brokerParts({ answer: () => permitWith() });
  const judgement = await createBroker(parts).judge(readCall("notes/a.md"));
  t.is(judgement.decision.kind, "allow");
  t.deepEqual(memory.entries, []);
  t.deepEqual(effects, []);
});

test("a rehearsal is on record as one, and performs nothing", async (t) => {
  const { parts, effects, memory } = brokerParts({ answer: () => permitWith() });
  await createBroker(parts).rehearse(readCall("notes/a.md"));
  t.deepEqual(
    memory.entries.map((entry) => entry.stage),
    ["rehearsed"],
  );
  t.deepEqual(effects, []);
});

test("a closing broker refuses new calls and waits for the ones under way", async (t) => {
  const release = Promise.withResolvers<Uint8Array>();
  const begun = Promise.withResolvers<void>();
  const { parts } = brokerParts({
    answer: () => permitWith(),
    effectors: {
      "fs.read": () => {
        begun.resolve();
        return release.promise;
      },
    },
  });
  const broker = createBroker(parts);
  const running = broker.submit(readCall("notes/a.md"));
  await begun.promise;
  let closed = false;
  const closing = broker.close().then(() => {
    closed = true;
  });
  await t.throwsAsync(broker.submit(readCall("notes/b.md")), { code: "YOI_BROKER_CLOSED" });
  t.false(closed);
  release.resolve(new Uint8Array());
  t.is((await running).status, "performed");
  await closing;
  t.true(closed);
});

// ATTACK: threats 37 and pitfall 28: the bytes that were decided are the bytes that are used.
test("an input that changes while it is looked at is used as it was first read", async (t) => {
  let reads = 0;
  const input = {
    get path() {
      reads++;
      return reads === 1 ? "harmless" : "something else";
    },
  };
  const seen: unknown[] = [];
  const { parts, memory } = brokerParts({ answer: () => permitWith() });
  const broker = createBroker({
    ...parts,
    effectors: {
      "tool.execute": async (warrant) => {
        seen.push(warrant.target.input);
        return { summary: "ran", isError: false };
      },
    },
  });
  const call = executeCall({ ask: { plugin: "project:example.notes", tool: "read_note", input } });
  await broker.submit(call);
  t.deepEqual(seen, [{ path: "harmless" }]);
  t.true([...memory.evidence.values()][0]?.includes("harmless"));
});

// ATTACK: threats 19: a revocation reaches a call whose decision is still being written down.
test("a call that is revoked while its decision is journaled never starts its effect", async (t) => {
  let allowed = true;
  const writing = Promise.withResolvers<void>();
  const written = Promise.withResolvers<void>();
  const { parts, memory } = brokerParts({ answer: () => (allowed ? permitWith() : verdictOf("abstain")) });
  const { spendWarrant } = await import("../../src/warrants/spend-warrant.ts");
  const read: string[] = [];
  const broker = createBroker({
    ...parts,
    journal: {
      ...memory,
      async append(entry, evidence) {
        if (entry.stage === "decided") {
          writing.resolve();
          await written.promise;
        }
        await memory.append(entry, evidence);
      },
    },
    effectors: {
      "fs.read": async (warrant) => {
        spendWarrant(warrant, "fs.read");
        read.push(warrant.call.id);
        return new Uint8Array();
      },
    },
  });
  const outcome = broker.submit(readCall("notes/a.md"));
  await writing.promise;
  allowed = false;
  await broker.revoke();
  written.resolve();
  t.is((await outcome).status, "failed");
  t.deepEqual(read, []);
});

test("a malformed path is told as malformed, though nothing declares it either", async (t) => {
  const undeclared = policyNamed("ask-is-declared", "forbid", { cause: "undeclared" });
  const { parts } = brokerParts({ answer: () => verdictOf("forbid", { determining: [undeclared] }) });
  const outcome = await createBroker(parts).submit(readCall("notes/../x"));
  t.deepEqual(outcome.decision.kind === "deny" && outcome.decision.causes, ["schema-invalid", "undeclared"]);
});

test("what policy forbids outright stays the headline of a malformed call", async (t) => {
  const off = policyNamed("plugin-is-enabled", "forbid", { cause: "not-enabled" });
  const { parts } = brokerParts({ answer: () => verdictOf("forbid", { determining: [off] }) });
  const outcome = await createBroker(parts).submit(readCall("notes/../x"));
  t.is(outcome.decision.kind === "deny" && outcome.decision.cause, "not-enabled");
});
