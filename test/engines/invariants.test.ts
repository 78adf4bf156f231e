import test from "ava";
import { addressClasses } from "../../src/calls/address-class.ts";
import { actions, fsOperations } from "../../src/calls/powers.ts";
import type { Value } from "../../src/calls/value.ts";
import { combineVerdicts } from "../../src/decisions/combine-verdicts.ts";
import {
  connectRequest,
  executeRequest,
  fileRequest,
  httpsRequest,
  invariants,
  judge,
  policyFile,
  prepareCedar,
  prepareRequest,
  readRequest,
  registerRequest,
  requestOf,
  secretRequest,
} from "../support/cedar-sets.ts";

const permitAll = "permit(principal, action, resource);";

for (const invariant of [
  { name: "workspace-is-trusted", cause: "untrusted-workspace", context: { workspace: record({ trusted: false }) } },
  { name: "plugin-is-enabled", cause: "not-enabled", context: { plugin: record({ enabled: false, pinned: true }) } },
  { name: "plugin-is-pinned", cause: "not-pinned", context: { plugin: record({ enabled: true, pinned: false }) } },
  { name: "ask-is-declared", cause: "undeclared", context: { declared: false } },
  { name: "mount-is-bound", cause: "undeclared", context: { mounted: false } },
  { name: "effects-cover-the-host-call", cause: "undeclared", context: { covered: false } },
] as const) {
  test(`the invariant ${invariant.name} holds against a permit for everything`, async (t) => {
    const set = await prepareCedar([invariants, policyFile(permitAll)]);
    t.is(judge(set, readRequest()).effect, "permit");
    const verdict = judge(set, readRequest({ context: invariant.context }));
    t.deepEqual(
      verdict.determining.map(({ name }) => name),
      [invariant.name],
    );
    t.deepEqual(combineVerdicts([verdict]), { kind: "deny", causes: [invariant.cause] });
    set.dispose();
  });
}

const openedBy = "~/.config/yoi/yoi.toml:12";
for (const { name, cause, refused, opened } of [
  {
    name: "no-plain-http",
    cause: "explicit-forbid",
    refused: httpsRequest({ url: "http://printer.lan:631/status" }),
    opened: httpsRequest({ url: "http://printer.lan:631/status", context: { openedBy } }),
  },
  {
    // An opening is for a range too: what its name leads to besides is not opened, public or not.
    name: "no-plain-http",
    cause: "explicit-forbid",
    refused: connectRequest({ url: "http://printer.lan:631/status" }),
    opened: connectRequest({ url: "http://printer.lan:631/status", context: { openedBy } }),
  },
  {
    name: "no-special-addresses",
    cause: "explicit-forbid",
    refused: connectRequest({ context: { address: { ip: "192.168.7.4" }, addressClass: "private" } }),
    opened: connectRequest({ context: { address: { ip: "192.168.7.4" }, addressClass: "private", openedBy } }),
  },
  {
    name: "secret-to-its-own-origins",
    cause: "explicit-forbid",
    refused: secretRequest({ context: { originAllowed: false } }),
    opened: secretRequest(),
  },
  {
    name: "secret-is-defined",
    cause: "undeclared",
    refused: secretRequest({ context: { defined: false } }),
    opened: secretRequest(),
  },
] as const) {
  test(`the invariant ${name} holds a ${refused.action} against a permit for everything`, async (t) => {
    const set = await prepareCedar([invariants, policyFile(permitAll)]);
    const verdict = judge(set, refused);
    t.deepEqual(
      verdict.determining.map((policy) => policy.name),
      [name],
    );
    t.deepEqual(combineVerdicts([verdict]), { kind: "deny", causes: [cause] });
    t.is(judge(set, opened).effect, "permit");
    set.dispose();
  });
}

// ATTACK: threats 5: of an answer with one bad address the worst class counts, whatever address is dialled.
for (const addressClass of addressClasses.filter((one) => one !== "public")) {
  test(`no connection goes to an address of the class ${addressClass}`, async (t) => {
    const set = await prepareCedar([invariants, policyFile(permitAll)]);
    t.is(judge(set, connectRequest({ context: { addressClass } })).determining[0]?.name, "no-special-addresses");
    set.dispose();
  });
}

test("what ships permits the connection that an allowed request wants, and nothing else", async (t) => {
  const set = await prepareCedar([invariants]);
  t.is(judge(set, connectRequest()).effect, "permit");
  t.is(judge(set, connectRequest({ context: { behalf: "something.else" } })).effect, "abstain");
  t.is(judge(set, connectRequest({ context: { declared: false } })).effect, "forbid");
  for (const action of actions.filter((one) => one !== "network.connect")) {
    t.is(judge(set, requestOf[action]()).effect, "abstain", action);
  }
  set.dispose();
});

test("the invariant mount-is-bound holds for everything that can be done with a file", async (t) => {
  const set = await prepareCedar([invariants, policyFile(permitAll)]);
  for (const operation of fsOperations) {
    t.is(judge(set, fileRequest(`fs.${operation}`)).effect, "permit");
    const verdict = judge(set, fileRequest(`fs.${operation}`, { context: { mounted: false } }));
    t.is(verdict.determining[0]?.name, "mount-is-bound");
  }
  set.dispose();
});

test("the invariant effects-are-granted holds a tool to the effects that its enablement names", async (t) => {
  const set = await prepareCedar([invariants, policyFile(permitAll)]);
  for (const toolRequest of [executeRequest, registerRequest]) {
    t.is(judge(set, toolRequest({ effects: ["network"] })).effect, "permit");
    const verdict = judge(set, toolRequest({ effects: ["network"], context: { grantedEffects: ["read"] } }));
    t.is(verdict.determining[0]?.name, "effects-are-granted");
  }
  t.is(judge(set, prepareRequest()).effect, "permit");
  set.dispose();
});

function record(fields: { readonly [name: string]: Value }): Value {
  return { record: fields };
}
