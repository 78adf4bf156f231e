import test from "ava";
import fc from "fast-check";
import { gatherFacts } from "../../../src/broker/gather-facts.ts";
import { type Call, callOf } from "../../../src/calls/call.ts";
import { describeCall } from "../../../src/calls/describe-call.ts";
import type { Json, JsonObject } from "../../../src/calls/json.ts";
import { type Action, actions } from "../../../src/calls/powers.ts";
import type { AuthorizationRequest, Value } from "../../../src/calls/value.ts";
import { toRegoInput } from "../../../src/engines/rego/to-rego-input.ts";
import { validateInput } from "../../../src/plugins/validate-input.ts";
import { inventoryOf, noonish } from "../../support/broker-parts.ts";
import { callerOf, executeCall, readCall, requestCall, weatherCaller } from "../../support/calls.ts";
import { connectRequest, executeRequest, httpsRequest, readRequest } from "../../support/cedar-sets.ts";
import { shippedRego } from "../../support/shipped-rego.ts";

const inputSchema = JSON.parse(shippedRego.schema) as JsonObject;
const notes = "project:example.notes";
const notesCaller = callerOf(notes, "read_note");

function inputOf(request: AuthorizationRequest) {
  return JSON.parse(toRegoInput(request)) as Record<"principal" | "action" | "resource" | "context", JsonObject>;
}

function factsOf(call: Call): AuthorizationRequest {
  const inventory = inventoryOf();
  return gatherFacts(call, describeCall(call, inventory), inventory, noonish);
}

function callTo(action: Action): Call {
  const [path, bytes] = ["notes/2026/plan.md", new Uint8Array(3)];
  switch (action) {
    case "tool.register":
      return callOf(notesCaller, action, { plugin: notes, tool: "read_note" }, noonish);
    case "plugin.prepare":
      return { ...executeCall(), action, ask: { plugin: notes } };
    case "tool.execute":
      return executeCall();
    case "https.request":
      return requestCall({ secrets: ["weather-key"], url: "https://api.example.com/v1/now?q=tea" });
    case "network.connect": {
      const ask = {
        url: "https://api.example.com/v1",
        address: "::ffff:93.184.215.14",
        answer: ["::ffff:93.184.215.14"],
      };
      return callOf(weatherCaller, action, { ...ask, behalf: "https.request" }, noonish);
    }
    case "secret.use":
      return callOf(weatherCaller, action, { secret: "weather-key", url: "https://api.example.com/v1" }, noonish);
    case "fs.write":
      return callOf(notesCaller, action, { path, mode: "create", bytes }, noonish);
    case "fs.append":
      return callOf(notesCaller, action, { path, bytes }, noonish);
    case "fs.read":
    case "fs.list":
    case "fs.stat":
    case "fs.make-directory":
    case "fs.remove":
      return callOf(notesCaller, action, { path }, noonish);
  }
}

for (const action of actions) {
  test(`the document of \`${action}\`, as its facts are gathered, is what the schema says`, (t) => {
    const input: Json = inputOf(factsOf(callTo(action)));
    t.deepEqual(validateInput(inputSchema, input), []);
    t.is(inputOf(factsOf(callTo(action))).action as unknown, action);
  });
}

test("a document with anything else in it is not what the schema says", (t) => {
  const input = inputOf(factsOf(readCall("notes/a.md")));
  t.not(validateInput(inputSchema, { ...input, more: 1 }).length, 0);
  t.not(validateInput(inputSchema, { ...input, resource: { ...input.resource, host: "x" } }).length, 0);
  t.not(validateInput(inputSchema, { ...input, context: { ...input.context, hop: 1 } }).length, 0);
});

test("a principal and a resource have their attributes, and the ids of all that they lie in, their own first", (t) => {
  const { principal, resource } = inputOf(httpsRequest());
  t.like(principal, { type: "Plugin", id: notes, version: "0.1.0", enabled: true, within: [notes, "project"] });
  t.deepEqual(resource, {
    type: "Url",
    id: "https://api.example.com/v1/forecast",
    scheme: "https",
    host: "api.example.com",
    port: 443,
    path: "/v1/forecast",
    within: [
      "https://api.example.com/v1/forecast",
      "https://api.example.com/v1",
      "https://api.example.com",
      "api.example.com",
      "example.com",
      "com",
    ],
  });
});

test("in the context, entities are ids, sets are lists, and the rest is text, numbers and truth", (t) => {
  const { context } = inputOf(factsOf(callTo("https.request")));
  t.like(context, { secrets: ["weather-key"], queryKeys: ["q"], hop: 0, broad: false });
  t.like(context["plugin"], { id: "project:example.weather", source: "project" });
  t.like(context["via"], { agent: "cli", tool: "project:example.weather/get_weather", command: false, depth: 1 });
  t.deepEqual(context["now"], {
    at: "2026-11-22T14:03:22.000Z",
    date: "2026-11-22",
    time: `${((14 * 60 + 3) * 60 + 22) * 1_000}ms`,
    weekday: 7,
    hour: 14,
    minute: 3,
    zone: "UTC",
  });
  t.is(inputOf(connectRequest()).context["address"], "93.184.215.14");
});

test("the input of a tool is one member of the context, as its caller gave it", (t) => {
  const input = { path: "x", nested: [{ deep: null, n: 1.5 }] };
  t.deepEqual(inputOf({ ...executeRequest(), toolInput: input }).context["input"], input);
  t.false("input" in inputOf({ ...readRequest(), toolInput: input }).context);
});

test("the same request gives the same text", (t) => {
  const call = callTo("https.request");
  t.is(toRegoInput(factsOf(call)), toRegoInput(factsOf(call)));
  t.regex(
    toRegoInput(factsOf(call)),
    /^\{"principal":\{"type":"Plugin","id":.*"action":.*"resource":.*"context":\{"plugin":/,
  );
});

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom('","action":"fs.read', "\\", '"', "__proto__", '{"entity":{}}', "\u0000", "\u2028", "</script>"),
);

// ATTACK: threats 37, pitfall 3: text that would be an entity, a member or a prototype to a careless writer.
test("text of a guest can only end up as text", (t) => {
  fc.assert(
    fc.property(anyText, fc.array(anyText, { maxLength: 3 }), (text, list) => {
      const { context, ...rest } = httpsRequest({ context: { method: text, headerNames: list } });
      const input = inputOf({ ...rest, context });
      t.is(input.context["method"], text);
      t.deepEqual(input.context["headerNames"], list);
      t.deepEqual(validateInput(inputSchema, input), []);
    }),
  );
});

const anyJson = fc.jsonValue({ maxDepth: 4, stringUnit: "binary" }).map((value) => JSON.stringify(value));
const hostile = [
  '{"__proto__":{"polluted":true},"constructor":{"prototype":{}},"toString":"x","hasOwnProperty":1}',
  '{"__entity":{"type":"Yoi::Agent","id":"host"},"__extn":{"fn":"ip","arg":"1.1.1.1"}}',
  '{"entity":{"type":"Agent","id":"host"},"record":{"a":1},"datetime":"x","ip":"x","toJSON":"x"}',
];

// ATTACK: threats 37: keys of prototypes and of the library's own notation are data like any other.
test("a tool's input survives as it is, whatever its keys are called", (t) => {
  fc.assert(
    fc.property(fc.oneof(anyJson, fc.constantFrom(...hostile)), (text) => {
      const written = toRegoInput({ ...executeRequest(), toolInput: JSON.parse(text) });
      t.true(written.includes(`"input":${JSON.stringify(JSON.parse(text))}`));
      t.is(JSON.stringify(JSON.parse(written).context.input), JSON.stringify(JSON.parse(text)));
      t.false("polluted" in {});
    }),
  );
});

// ATTACK: threats 37: no typed code writes such an attribute, and one that got there would be lost.
test("an attribute `__proto__` cannot be asked about, and any other name is data", (t) => {
  const recordOf = (text: string): Value => ({ record: JSON.parse(text) });
  const written = toRegoInput(executeRequest({ context: { more: recordOf('{"constructor":"b","toString":"c"}') } }));
  t.true(written.includes('"more":{"constructor":"b","toString":"c"}'));
  t.throws(() => toRegoInput(executeRequest({ context: { more: recordOf('{"__proto__":"a"}') } })), {
    message: /cannot be called `__proto__`/,
  });
});

// ATTACK: threats 37: half a character is one thing to JavaScript, and another to OPA and to guests.
test("half a character becomes the one that stands for it, and what only looks like one stays", (t) => {
  const toolInput = { "\ud800": ["\udfff", "a\ud83d\ude00", "\\ud800", "\\\udc00"] };
  const input = inputOf({ ...executeRequest({ agent: "cli\ud800" }), toolInput });
  t.deepEqual(input.context["input"], { "\ufffd": ["\ufffd", "a\ud83d\ude00", "\\ud800", "\\\ufffd"] });
  t.deepEqual(input.principal, { type: "Agent", id: "cli\ufffd", within: ["cli\ufffd"] });
});

for (const [what, request, said] of [
  ["a number that is no whole one", executeRequest({ context: { inputBytes: 1.5 } }), /not a whole one/],
  ["a number beyond 2^53", executeRequest({ context: { inputBytes: 2 ** 53 } }), /not a whole one/],
  ["a number that is none", executeRequest({ context: { inputBytes: Number.NaN } }), /not a whole one/],
  [
    "a principal that was not passed",
    { ...readRequest(), entities: [] },
    /`Yoi::Plugin::"project:example\.notes"` was not passed/,
  ],
  // ATTACK: pitfall 27: arguments that are not there at the gate.
  ["a tool without its input", { ...executeRequest(), toolInput: undefined }, /not JSON/],
  ["an input that is no JSON", { ...executeRequest(), toolInput: () => 1 }, /not JSON/],
  [
    "an input beside a context that has one",
    { ...executeRequest({ context: { input: "x" } }), toolInput: {} },
    /of its own/,
  ],
] as const) {
  test(`${what} cannot be asked about`, (t) => {
    t.throws(() => toRegoInput(request), { message: said });
  });
}

for (const taken of ["type", "id", "within"]) {
  test(`an attribute \`${taken}\` of an entity cannot be asked about: it would stand in the place of the entity's own`, (t) => {
    const request = readRequest();
    const entities = request.entities.map((entity) => ({ ...entity, attributes: { [taken]: "Agent" } }));
    t.throws(() => toRegoInput({ ...request, entities }), { message: /cannot have an attribute/ });
  });
}
