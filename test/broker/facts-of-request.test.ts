import test from "ava";
import { gatherFacts } from "../../src/broker/gather-facts.ts";
import { recordCall } from "../../src/broker/record-call.ts";
import { type Call, callOf } from "../../src/calls/call.ts";
import { describeCall } from "../../src/calls/describe-call.ts";
import type { Inventory } from "../../src/calls/inventory.ts";
import { limits } from "../../src/calls/limits.ts";
import { inventoryOf, noonish, notesPlugin, weatherPlugin } from "../support/broker-parts.ts";
import { notesCaller, readCall, requestCall, weatherCaller } from "../support/calls.ts";

function requestOf(call: Call, inventory: Inventory = inventoryOf()) {
  return gatherFacts(call, describeCall(call, inventory), inventory, noonish);
}

function flawOf(call: Call) {
  return describeCall(call, inventoryOf()).flaw;
}

function connectCall(address: string, answer: readonly string[] = [address]): Call<"network.connect"> {
  const ask = { url: requestCall().ask.url, address, answer, behalf: "https.request" } as const;
  return callOf(weatherCaller, "network.connect", ask, noonish);
}

function secretCall(secret: string, url = "https://api.example.com/v1/now"): Call<"secret.use"> {
  return callOf(weatherCaller, "secret.use", { secret, url }, noonish);
}

test("a request is told of by its canonical URL, its method, and the names of what it carries", (t) => {
  const headers = [{ name: "X-Trace", value: "never seen" }];
  const url = "https://API.example.com:443/v1/no%77?city=Oslo&units=metric";
  const call = requestCall({ url, headers, body: new Uint8Array(7), secrets: ["weather-key"], hop: 2 });
  const { resource, context } = requestOf(call);
  t.deepEqual(resource, { type: "Url", id: "https://api.example.com/v1/now" });
  t.like(context, { declared: true, broad: false, method: "GET", bodyBytes: 7, hop: 2 });
  t.deepEqual(context["headerNames"], ["x-trace"]);
  t.deepEqual(context["queryKeys"], ["city", "units"]);
  t.deepEqual(context["secrets"], [{ entity: { type: "Secret", id: "weather-key" } }]);
  t.notRegex(JSON.stringify(context), /never seen|Oslo/);
});

test("a URL lies in the folders of its path, its origin, and every domain above its host", (t) => {
  const { entities } = requestOf(requestCall({ url: "https://api.example.com/v1/now/x" }));
  const url = entities.find(({ uid }) => uid.type === "Url");
  t.deepEqual(
    url?.ancestors.map(({ type, id }) => `${type} ${id}`),
    [
      "Url https://api.example.com/v1/now",
      "Url https://api.example.com/v1",
      "Url https://api.example.com",
      "Domain api.example.com",
      "Domain example.com",
      "Domain com",
    ],
  );
  t.deepEqual(url?.attributes, { scheme: "https", host: "api.example.com", port: 443, path: "/v1/now/x" });
});

// ATTACK: threats 11, 13: each differs from what is declared in one thing.
const undeclared = [
  ["another path", { url: "https://api.example.com/v2/now" }],
  ["a path that begins alike", { url: "https://api.example.com/v1evil" }],
  ["another host", { url: "https://evil.example/v1/now" }],
  ["a name that ends alike", { url: "https://evil-api.example.com/v1/now" }],
  ["a name below", { url: "https://x.api.example.com/v1/now" }],
  ["another port", { url: "https://api.example.com:8443/v1/now" }],
  ["another scheme", { url: "http://api.example.com/v1/now" }],
  ["another method", { method: "DELETE" }],
  ["a secret that is not asked for", { secrets: ["other-key"] }],
] as const;
for (const [what, ask] of undeclared) {
  test(`a request with ${what} is undeclared`, (t) => {
    t.is(requestOf(requestCall(ask)).context["declared"], false);
  });
}

test("a request that only a broad capability covers is broad", (t) => {
  const any = { scheme: "https", host: { kind: "any" }, port: 443, segments: [], methods: ["GET"] } as const;
  const [exact] = weatherPlugin.declaredUrls;
  const isBroad = (declaredUrls: typeof weatherPlugin.declaredUrls) =>
    requestOf(requestCall(), inventoryOf([{ ...weatherPlugin, declaredUrls }])).context["broad"];
  t.is(isBroad([any]), true);
  t.is(isBroad(exact === undefined ? [] : [any, exact]), false);
});

const effects = [
  ["GET", ["network"], true],
  ["HEAD", ["network"], true],
  ["POST", ["network"], false],
  ["POST", ["network", "external-write"], true],
  ["POST", ["external-write"], false],
  ["GET", ["read"], false],
] as const;
for (const [method, granted, covered] of effects) {
  test(`the effects ${granted.join(", ")} ${covered ? "cover" : "do not cover"} ${method}`, (t) => {
    const tools = new Map([["get_weather", { effects: granted, inputFlaw: () => undefined }]]);
    const inventory = inventoryOf([{ ...weatherPlugin, tools, grantedEffects: granted }]);
    t.is(requestOf(requestCall({ method }), inventory).context["covered"], covered);
  });
}

const flawed: readonly (readonly [string, Partial<Call<"https.request">["ask"]>])[] = [
  ["userinfo", { url: "https://good.example@evil.example/" }],
  ["no scheme that is spoken", { url: "ftp://api.example.com/v1" }],
  ["an encoded slash", { url: "https://api.example.com/v1%2f..%2fadmin" }],
  ["a method that tunnels", { method: "CONNECT" }],
  ["a credential of its own", { headers: [{ name: "Authorization", value: "Bearer x" }] }],
  ["a line break in a header", { headers: [{ name: "x", value: "a\r\nhost: evil" }] }],
  ["a secret named twice", { secrets: ["weather-key", "weather-key"] }],
  ["a name that no secret can have", { secrets: ["Weather Key"] }],
];
for (const [what, ask] of flawed) {
  test(`a request with ${what} is malformed, whatever policy says`, (t) => {
    t.is(flawOf(requestCall(ask))?.cause, "schema-invalid");
  });
}

// ATTACK: threats 33: a server's echo of the secret, fetched in halves.
for (const name of ["Range", "If-Range", "if_range", "Request-Range"]) {
  test(`a request with a secret asks for all of the answer: ${name} is a flaw there, and only there`, (t) => {
    const headers = [{ name, value: "bytes=0-3" }];
    t.is(flawOf(requestCall({ headers })), undefined);
    t.deepEqual(flawOf(requestCall({ headers, secrets: ["weather-key"] })), {
      cause: "schema-invalid",
      message: `a request with a secret asks for all of the answer: no \`${name.toLowerCase()}\``,
    });
  });
}

test("a name that no secret can have is escaped where policy and journal see it", (t) => {
  const { context } = requestOf(requestCall({ secrets: ["a\n\ud800"] }));
  t.deepEqual(context["secrets"], [{ entity: { type: "Secret", id: "a\\n\\u{d800}" } }]);
});

test("more secrets than a request may have are a flaw of the limit", (t) => {
  const secrets = Array.from({ length: limits.secretsPerRequestMax + 1 }, (_, index) => `k${index}`);
  t.is(flawOf(requestCall({ secrets }))?.cause, "limit");
});

test("a body over its limit is a flaw of the limit", (t) => {
  t.is(flawOf(requestCall({ body: new Uint8Array(limits.httpsBodyBytesMax) })), undefined);
  t.is(flawOf(requestCall({ body: new Uint8Array(limits.httpsBodyBytesMax + 1) }))?.cause, "limit");
});

test("a connection is told of by its address and the worst class of the whole answer", (t) => {
  const { context, resource } = requestOf(connectCall("93.184.215.14", ["93.184.215.14", "10.0.0.1"]));
  t.like(context, { address: { ip: "93.184.215.14" }, addressClass: "private", behalf: "https.request" });
  t.is(resource.id, "https://api.example.com/v1/now");
});

// ATTACK: threats 6: a range of IPv4 that is forbidden, reached by its NAT64 spelling.
test("an address behind NAT64 is told of by where it leads", (t) => {
  t.like(requestOf(connectCall("64:ff9b::cb00:7107")).context, { address: { ip: "203.0.113.7" } });
  t.like(requestOf(connectCall("2001:4860:4860::8888")).context, { address: { ip: "2001:4860:4860::8888" } });
});

test("an address that the name did not resolve to is a flaw", (t) => {
  t.is(flawOf(connectCall("10.0.0.1", ["93.184.215.14"]))?.cause, "schema-invalid");
});

const opening = { origin: "https://api.example.com", range: "192.168.7.0/24", place: "~/.config/yoi/yoi.toml:3" };
const openings = [
  ["an address in the range", ["192.168.7.9"], opening, opening.place],
  ["an address beside the range", ["192.168.8.9"], opening, undefined],
  ["one address in it and one beside it", ["192.168.7.9", "192.168.8.9"], opening, undefined],
  ["one in it and a public one", ["192.168.7.9", "93.184.215.14"], opening, opening.place],
  ["another origin", ["192.168.7.9"], { ...opening, origin: "https://api.example.com:8443" }, undefined],
  ["another scheme", ["192.168.7.9"], { ...opening, origin: "http://api.example.com" }, undefined],
  ["public addresses alone", ["93.184.215.14"], opening, undefined],
] as const;
for (const [what, answer, one, openedBy] of openings) {
  test(`${what} ${openedBy === undefined ? "is not opened" : "is opened, and says by which line"}`, (t) => {
    const inventory = inventoryOf([weatherPlugin], { openings: [one] });
    const [address = ""] = answer;
    t.is(requestOf(connectCall(address, answer), inventory).context["openedBy"], openedBy);
  });
}

test("plain http is opened by an opening of exactly that origin", (t) => {
  const plain = { ...opening, origin: "http://printer.lan:631" };
  const inventory = inventoryOf([weatherPlugin], { openings: [plain] });
  const openedBy = (url: string) => requestOf(requestCall({ url }), inventory).context["openedBy"];
  t.is(openedBy("http://printer.lan:631/jobs"), plain.place);
  t.is(openedBy("http://printer.lan/jobs"), undefined);
});

test("over plain http a public address is opened by its range, and only by it", (t) => {
  const plain = { origin: "http://api.example.com", range: "93.184.215.0/24", place: opening.place };
  const inventory = inventoryOf([weatherPlugin], { openings: [plain] });
  const openedBy = (address: string) => {
    const call = connectCall(address);
    const ask = { ...call.ask, url: "http://api.example.com/v1" };
    return requestOf({ ...call, ask }, inventory).context["openedBy"];
  };
  t.is(openedBy("93.184.215.14"), plain.place);
  t.is(openedBy("93.184.216.14"), undefined);
});

test("a secret is told of by where it goes, and whether that is among its origins", (t) => {
  t.like(requestOf(secretCall("weather-key")).context, {
    declared: true,
    defined: true,
    originAllowed: true,
    place: "header",
    url: { entity: { type: "Url", id: "https://api.example.com/v1/now" } },
  });
  t.like(requestOf(secretCall("weather-key", "https://evil.example/")).context, { originAllowed: false });
  t.like(requestOf(secretCall("nobody-knows")).context, {
    declared: false,
    defined: false,
    originAllowed: false,
    place: "",
  });
});

const fileEffects = [
  ["fs.read", {}, "read"],
  ["fs.list", {}, "read"],
  ["fs.stat", {}, "read"],
  ["fs.write", { mode: "create", bytes: new Uint8Array(3) }, "external-write"],
  ["fs.append", { bytes: new Uint8Array(3) }, "external-write"],
  ["fs.make-directory", {}, "external-write"],
  ["fs.remove", {}, "external-write"],
] as const;
for (const [action, ask, effect] of fileEffects) {
  test(`${action} is declared by its own operation alone, and covered by ${effect}`, (t) => {
    const operation = action.slice("fs.".length) as "read";
    const call = { ...readCall("notes/x"), action, ask: { path: "notes/x", ...ask } } as Call;
    const factsWith = (operations: readonly "read"[], granted: readonly ("read" | "external-write")[]) => {
      const tools = new Map([["read_note", { effects: granted, inputFlaw: () => undefined }]]);
      const declaredMounts = new Map([["notes", operations]]);
      return requestOf(call, inventoryOf([{ ...notesPlugin, tools, declaredMounts, grantedEffects: granted }])).context;
    };
    t.like(factsWith([operation], [effect]), { declared: true, covered: true, mounted: true });
    t.like(factsWith([operation], [effect === "read" ? "external-write" : "read"]), { covered: false });
    t.like(factsWith([operation === "read" ? ("list" as "read") : "read"], [effect]), { declared: false });
  });
}

test("a write is told of by its mode and its bytes", (t) => {
  const ask = { path: "notes/x", mode: "replace", bytes: new Uint8Array(12) } as const;
  t.like(requestOf(callOf(notesCaller, "fs.write", ask, noonish)).context, { mode: "replace", bytes: 12 });
});

// ATTACK: threats 33: the journal outlives the request.
test("what is kept of a call has no value of a query, a header, a body or a file", (t) => {
  const secretive = requestCall({
    url: "https://user:hunter2@api.example.com/v1?token=hunter2&city=Oslo",
    headers: [{ name: "x-key", value: "hunter2" }],
    body: new TextEncoder().encode("hunter2"),
  });
  const kept = JSON.stringify(recordCall(secretive, ["city"]));
  t.notRegex(kept, /hunter2|104,117,110/);
  t.regex(kept, /city=Oslo/);
  t.regex(kept, /token=/);
  t.regex(kept, /"x-key"/);
  const ask = { path: "notes/x", bytes: new TextEncoder().encode("hunter2") };
  const append = callOf(notesCaller, "fs.append", ask, noonish);
  t.deepEqual(recordCall(append, []), { ...append, ask: { path: "notes/x", bytes: 7 } });
});
