import test from "ava";
import { readEvidence, writeEvidence } from "../../src/broker/evidence.ts";
import { gatherFacts } from "../../src/broker/gather-facts.ts";
import type { Judgement } from "../../src/broker/judge-call.ts";
import { recordCall } from "../../src/broker/record-call.ts";
import type { Call } from "../../src/calls/call.ts";
import { describeCall } from "../../src/calls/describe-call.ts";
import { limits } from "../../src/calls/limits.ts";
import type { EntityRef } from "../../src/calls/value.ts";
import { inventoryOf, noonish } from "../support/broker-parts.ts";
import { executeCall, readCall, requestCall } from "../support/calls.ts";

function evidenceOf(call: Call) {
  const inventory = inventoryOf();
  const description = describeCall(call, inventory);
  const request = gatherFacts(call, description, inventory, noonish);
  const record = recordCall(call, inventory.plainQuery);
  const judgement = { call, description, request, record } as Judgement;
  return { request, judgement, evidence: writeEvidence(judgement) };
}

const deep = Array.from({ length: 62 }, (_, n) => `${n}-${"x".repeat(55)}`).join("/");
const calls: readonly (readonly [string, Call])[] = [
  ["a file", readCall("notes/2026/plan.md")],
  ["a malformed path", readCall("../etc/passwd")],
  ["a tool's input", executeCall()],
  ["a request", requestCall({ url: "https://api.example.com/v1/a/b?q=1", secrets: ["weather-key"] })],
  ["a request to an address", requestCall({ url: "https://[2001:db8::1]:8443/v1" })],
  ["a malformed URL, which reads well once it is redacted", requestCall({ url: "https://u:p@api.example.com/v1/x" })],
  ["a file in the deepest folder", readCall(`notes/${deep}`)],
  ["a URL of the most segments", requestCall({ url: `https://api.example.com/v1/${deep}` })],
];
for (const [what, call] of calls) {
  test(`what was decided of ${what} comes back from its evidence as it was`, (t) => {
    const { request, evidence } = evidenceOf(call);
    t.deepEqual(readEvidence(evidence).request, JSON.parse(JSON.stringify(request)));
  });
}

const elsewhere: readonly (readonly [string, readonly EntityRef[]])[] = [
  ["in another folder", [{ type: "Path", id: "archive" }]],
  ["in something else of the same name", [{ type: "Domain", id: "notes" }]],
  ["in nothing", []],
  [
    "in one thing more",
    [
      { type: "Path", id: "notes" },
      { type: "Path", id: "archive" },
    ],
  ],
];
for (const [where, ancestors] of elsewhere) {
  test(`an entity that lies ${where}, whatever its id says, comes back as it was`, (t) => {
    const { request: own, judgement } = evidenceOf(readCall("notes/today.md"));
    const entities = own.entities.map((entity) => (entity.uid.type === "Path" ? { ...entity, ancestors } : entity));
    const { entities: kept } = readEvidence(writeEvidence({ ...judgement, request: { ...own, entities } })).request;
    t.deepEqual(kept.find(({ uid }) => uid.type === "Path")?.ancestors, ancestors);
  });
}

// ATTACK: threats 35: a guest that asks in a way that leaves no evidence.
test("the longest path and the longest URL leave evidence within its bound, many times over", (t) => {
  for (const call of [readCall(`notes/${deep}`), requestCall({ url: `https://api.example.com/v1/${deep}` })]) {
    t.true(Buffer.byteLength(evidenceOf(call).evidence) < limits.evidenceBytesMax / 4);
  }
});
