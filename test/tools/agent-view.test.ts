import test from "ava";
import type { Broker } from "../../src/broker/broker.ts";
import { type Cause, causes } from "../../src/decisions/cause.ts";
import type { DenyDecision } from "../../src/decisions/decision.ts";
import type { PolicyInfo } from "../../src/decisions/policy-info.ts";
import { denialToWit } from "../../src/guest/to-wit-error.ts";
import { createToolDesk } from "../../src/tools/tool-desk.ts";
import { noonish } from "../support/broker-parts.ts";

const decision = "01JDQ5T8C3M0V9W7QK2D7Q5T8X";
const policy: PolicyInfo = {
  id: "/home/me/.yoi/policies/hidden.cedar#hidden-policy",
  name: "hidden-policy",
  engine: "cedar",
  effect: "forbid",
  layer: "workspace",
  place: { file: "/home/me/.yoi/policies/hidden.cedar", line: 3, column: 1 },
  annotations: { reason: "hidden-reason" },
};

/** A denial with everything in it that an operator may know and an attacker may not. */
function denialFor(cause: Cause, because: string): DenyDecision {
  const errors = [{ policy, message: "hidden-error of 10.1.2.3" }];
  const verdict = { engine: "cedar", effect: "forbid", determining: [policy], errors, obligations: [] } as const;
  return {
    kind: "deny",
    id: decision,
    revision: "sha256:hidden-revision",
    verdicts: [{ ...verdict, considered: 2, total: 9 }],
    cause,
    causes: [cause],
    because,
  };
}

const hidden = /hidden|\/home|10\.1\.2\.3|\.cedar|forbid|cause|revision|verdict/;

async function toldToAgent(denied: DenyDecision) {
  const submit = async () => ({ status: "denied", decision: denied }) as const;
  const offer = { plugin: "project:example.notes", tool: "read_note", name: "read_note", origin: {} };
  const desk = createToolDesk({
    broker: { submit: submit as unknown as Broker["submit"] },
    registry: { find: () => offer as never },
    nowMs: () => noonish,
  });
  const result = await desk.call("read_note", { path: "notes/x" }, { agent: "cli" });
  return { result, remembered: desk.history("cli").items() };
}

// ATTACK: threats 34: what a denial tells the model, it tells whoever writes to the model.
for (const cause of causes) {
  test(`${cause}: the agent learns that the call was denied, the decision's id, and nothing else`, async (t) => {
    const own = cause === "schema-invalid" ? "the input at `$` lacks the property `path`" : "hidden-because 10.1.2.3";
    const denied = denialFor(cause, own);
    const { result, remembered } = await toldToAgent(denied);
    t.is(result.outcome, "denied");
    t.true(result.isError);
    t.is(result.decision, decision);
    t.is(result.summary, cause === "schema-invalid" ? "the input does not fit the tool" : "denied by policy");
    t.is(result.content, cause === "schema-invalid" ? own : "This call was not allowed. An operator can see why.");
    const { origin: _, ...told } = result;
    t.notRegex(JSON.stringify(told), hidden);
    t.notRegex(JSON.stringify(remembered), hidden);
  });

  test(`${cause}: the guest learns a closed word with the decision's id, and nothing else`, (t) => {
    const own = cause === "schema-invalid" ? "the path has a backslash" : "hidden-because 10.1.2.3";
    const told = denialToWit(denialFor(cause, own));
    t.true(JSON.stringify(told).includes(decision));
    t.notRegex(JSON.stringify(told), hidden);
    const words: { readonly [C in Cause]?: ReturnType<typeof denialToWit>["tag"] } = {
      "schema-invalid": "invalid",
      limit: "limit",
    };
    t.is(told.tag, words[cause] ?? "denied");
  });
}

test("one cause reads like another, so that none can be told apart by its length", async (t) => {
  const others = causes.filter((cause) => cause !== "schema-invalid");
  const told = await Promise.all(
    others.map(async (cause) => {
      const { result } = await toldToAgent(denialFor(cause, `hidden ${cause}`));
      const { callId: _, ...rest } = result;
      return JSON.stringify(rest);
    }),
  );
  t.is(new Set(told).size, 1);
});
