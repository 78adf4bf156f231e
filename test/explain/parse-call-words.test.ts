import test from "ava";
import { actions } from "../../src/calls/powers.ts";
import { callFromJson, callToJson } from "../../src/explain/call-in-json.ts";
import { callForms, callWordsMax, parseCallWords } from "../../src/explain/parse-call-words.ts";
import { noonish } from "../support/broker-parts.ts";

const plugin = "project:example.weather";
const empty = new Uint8Array();

function parse(...words: readonly string[]) {
  return parseCallWords({
    words,
    nowMs: noonish,
    qualify: (id) => (id === "example.weather" ? plugin : "project:unknown"),
    parseInput: (text) => JSON.parse(text),
  });
}

const url = "https://api.example.com/v1";
const rows: readonly (readonly [words: string, ask: object])[] = [
  [`https.request GET ${url}`, { method: "GET", url, headers: [], secrets: [], hop: 0 }],
  [`network.connect ${url} 192.0.2.1`, { url, address: "192.0.2.1", answer: ["192.0.2.1"], behalf: "https.request" }],
  [
    `network.connect ${url} ::FFFF:192.0.2.1`,
    { url, address: "192.0.2.1", answer: ["192.0.2.1"], behalf: "https.request" },
  ],
  [`secret.use weather-key ${url}`, { secret: "weather-key", url }],
  ["fs.read cache/a.json", { path: "cache/a.json" }],
  ["fs.list cache", { path: "cache" }],
  ["fs.list cache/2026", { path: "cache/2026" }],
  ["fs.stat cache", { path: "cache" }],
  ["fs.write cache/a.json", { path: "cache/a.json", mode: "create", bytes: empty }],
  ["fs.append cache/log", { path: "cache/log", bytes: empty }],
  ["fs.make-directory cache/2026", { path: "cache/2026" }],
  ["fs.remove cache/a.json", { path: "cache/a.json" }],
];
for (const [words, ask] of rows) {
  test(`\`${words}\` is the call that the broker would get, with and without a tool`, (t) => {
    const said = ["example.weather", ...words.split(" ")];
    const [, action = ""] = said;
    const call = parse(...said);
    t.like(call, { action, principal: { kind: "plugin", id: plugin }, via: { command: false, depth: 1 } });
    t.deepEqual<object, object>(call.ask, ask);
    t.is(call.via.tool, undefined);
    t.is(parse(...said, "get_weather").via.tool, `${plugin}/get_weather`);
    t.deepEqual(callFromJson(JSON.parse(JSON.stringify(callToJson(call)))), call);
    for (const wrong of [said.slice(0, -1), [...said, "get_weather", "more"]]) {
      t.throws(() => parse(...wrong), { message: /^say it as: <plugin> / });
    }
  });
}

test("every action has a form, and the longest has as many words as are taken", (t) => {
  t.deepEqual(Object.keys(callForms).toSorted(), [...actions].toSorted());
  t.true(Object.entries(callForms).every(([action, form]) => form.split(" ")[1] === action));
  t.is(Math.max(...Object.values(callForms).map((form) => form.split(/ (?!as|JSON)/).length)), callWordsMax);
});

test("an address that is none is told how one is written", (t) => {
  t.throws(() => parse("example.weather", "network.connect", url, "2130706433"), { message: /is no address/ });
});

test("a call in JSON says bytes by their number, and more than any call can carry are refused", (t) => {
  const call = parse("example.weather", "fs.append", "cache/log");
  const json = callToJson({ ...call, ask: { path: "cache/log", bytes: new Uint8Array(7) } } as typeof call);
  t.like(json, { ask: { bytes: 7 } });
  for (const bytes of [-1, 1.5, 1e9, "7", null, { 0: 1 }]) {
    t.throws(() => callFromJson({ ...json, ask: { path: "cache/log", bytes } } as never), {
      code: "YOI_CALL_MALFORMED",
    });
  }
});
