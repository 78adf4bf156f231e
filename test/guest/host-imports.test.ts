import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import type { Broker } from "../../src/broker/broker.ts";
import type { Call } from "../../src/calls/call.ts";
import { limits } from "../../src/calls/limits.ts";
import { actions } from "../../src/calls/powers.ts";
import { causes } from "../../src/decisions/cause.ts";
import type { DenyDecision } from "../../src/decisions/decision.ts";
import { YoiError } from "../../src/errors/yoi-error.ts";
import { createGuestHost } from "../../src/guest/host-imports.ts";
import { denialToWit, failureToWit } from "../../src/guest/to-wit-error.ts";
import { executeCall } from "../support/calls.ts";

const denial = (cause: DenyDecision["cause"]): DenyDecision => ({
  kind: "deny",
  id: "01JDQ5T8C3M0V9W7QK2D7Q5T8X",
  revision: "sha256:secret-policies",
  verdicts: [],
  cause,
  causes: [cause],
  because: "because of /etc/secret",
});

const never = () => {
  throw new Error("nothing asks for this");
};

// ATTACK: threats 34: a trace that the guest can read tells an attacker what to try next.
test("a guest learns a decision's id, and nothing of why, but for a flaw of its own", (t) => {
  for (const cause of causes) {
    const told = denialToWit(denial(cause));
    if (cause === "schema-invalid")
      t.deepEqual(told, { tag: "invalid", val: "because of /etc/secret; decision 01JDQ5T8C3M0V9W7QK2D7Q5T8X" });
    else if (cause === "limit") t.is(told.tag, "limit");
    else t.deepEqual(told, { tag: "denied", val: "01JDQ5T8C3M0V9W7QK2D7Q5T8X" });
  }
});

test("a failure reaches a guest as one closed word", (t) => {
  const message = "/home/me/notes is on fire";
  for (const why of ["not-found", "not-a-file", "too-large", "io", "timeout", "cancelled", "unavailable"] as const) {
    t.notRegex(JSON.stringify(failureToWit(new YoiError("YOI_EFFECT_FAILED", message, { why }))), /home|fire/);
  }
  t.deepEqual(failureToWit(new YoiError("YOI_JOURNAL_UNWRITABLE", message, { path: "/home" })), {
    tag: "failed",
    val: "failed",
  });
});

// ATTACK: threats 36: what a guest asks is asked by it, under the call that runs, whatever it says.
test("an ask is a child of the call that runs, by the plugin that runs", async (t) => {
  const submitted: Call[] = [];
  const running: Call<"tool.execute"> = {
    id: "01JDQ5T8C3M0V9W7QK2D7Q5T8A",
    root: "01JDQ5T8C3M0V9W7QK2D7Q5T8R",
    action: "tool.execute",
    principal: { kind: "agent", id: "cli" },
    via: { agent: "cli", command: false, depth: 0 },
    ask: { plugin: "project:example.notes", tool: "read_note", input: {} },
  };
  const submit = async (call: Call) => {
    submitted.push(call);
    return { status: "denied", decision: denial("no-permit") } as const;
  };
  const host = createGuestHost(
    { broker: { submit: submit as Broker["submit"], judge: never }, nowMs: () => 1, requestMs: () => 1, log: never },
    running,
  );
  const forged = { kind: "fs.read", path: "notes/x", principal: { kind: "agent", id: "root" }, via: { depth: -1 } };
  await host.ask(forged as never, new AbortController().signal);
  t.like(submitted[0], {
    parent: running.id,
    root: running.root,
    principal: { kind: "plugin", id: "project:example.notes" },
    via: { agent: "cli", tool: "project:example.notes/read_note", command: false, depth: 1 },
    ask: { path: "notes/x" },
  });
  t.deepEqual(Object.keys(submitted[0] ?? {}).sort(), ["action", "ask", "id", "parent", "principal", "root", "via"]);
});

// ATTACK: threats 22
test("a list has its permit's time, the decisions about its entries included", async (t) => {
  // Long before the host's own bound.
  t.timeout(limits.hostCallMs / 3);
  const decision = { kind: "allow", obligations: [{ kind: "timeout", ms: 20, policy: "a.cedar#0" }] };
  const broker = {
    submit: async () => ({ status: "performed", value: [{ name: "a", kind: "file" }], decision }),
    judge: () => new Promise<never>(() => undefined),
  } as unknown as Broker;
  const host = createGuestHost({ broker, nowMs: () => 1, requestMs: () => 1, log: never }, executeCall());
  const answer = await host.ask({ kind: "fs.list", path: "notes" }, new AbortController().signal);
  t.deepEqual(answer, { ok: false, error: { tag: "timeout" } });
});

// ATTACK: threats 41: the model, or a plugin, changes its own rules.
test("nothing that a guest can import enables, grants, edits, approves or reloads", async (t) => {
  const wit = join(import.meta.dirname, "../../wit");
  const [world, host] = await Promise.all([
    readFile(join(wit, "plugin.wit"), "utf8"),
    readFile(join(wit, "deps/host.wit"), "utf8"),
  ]);
  t.deepEqual(
    [...world.matchAll(/import (\S+);/g)].map(([, name]) => name),
    ["yoi:host/log@2.0.0", "yoi:host/https@2.0.0", "yoi:host/fs@2.0.0", "yoi:host/config@2.0.0"],
  );
  t.deepEqual(
    [...host.matchAll(/^ {2}%?(\S+): func/gm)].map(([, name]) => name),
    ["write", "send", "read", "read-range", "write", "append", "list", "stat", "make-directory", "remove", "get"],
  );
  t.deepEqual([...actions].sort(), [
    "fs.append",
    "fs.list",
    "fs.make-directory",
    "fs.read",
    "fs.remove",
    "fs.stat",
    "fs.write",
    "https.request",
    "network.connect",
    "plugin.prepare",
    "secret.use",
    "tool.execute",
    "tool.register",
  ]);
});
