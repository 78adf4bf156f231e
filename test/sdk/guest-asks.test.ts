import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import type { Json, JsonObject } from "../../src/calls/json.ts";
import { limits } from "../../src/calls/limits.ts";
import type {
  GuestAnswer,
  GuestAsk,
  GuestRequest,
  GuestValue,
  HostError,
  SandboxPool,
} from "../../src/sandbox/sandbox.ts";
import { createSandboxPool } from "../../src/sandbox/sandbox-pool.ts";
import { callGuest, type Said } from "../support/call-guest.ts";

let folder: string;
let pool: SandboxPool;

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), "yoi-test-"));
  pool = createSandboxPool({ cacheFolder: folder });
});

test.after.always(async () => {
  await pool.close();
  await rm(folder, { recursive: true, force: true });
});

const path = "notes/ü.md";
const url = "https://api.example.com/v1?q=1";
const nothing: GuestValue = { kind: "nothing" };

/** Of a call of the SDK: what arrives at the host, what the host answers, and what the plugin gets. */
interface Row {
  readonly title: string;
  readonly ask: string;
  readonly args: readonly Json[];
  readonly asked: GuestAsk | readonly GuestAsk[];
  readonly values: GuestValue | readonly GuestValue[];
  readonly got: Json;
}

const files: readonly Row[] = [
  {
    title: "a file's bytes",
    ask: "fs.read",
    args: [path],
    asked: { kind: "fs.read", path },
    values: { kind: "bytes", bytes: Uint8Array.of(0, 255) },
    got: { bytes: [0, 255] },
  },
  {
    title: "an empty file",
    ask: "fs.read",
    args: [path],
    asked: { kind: "fs.read", path },
    values: { kind: "bytes", bytes: new Uint8Array(0) },
    got: { bytes: [] },
  },
  {
    title: "a part of a file, beyond what 32 bits count",
    ask: "fs.readRange",
    args: [path, Number.MAX_SAFE_INTEGER, limits.fileReadBytesMax],
    asked: { kind: "fs.read", path, range: { offset: Number.MAX_SAFE_INTEGER, length: limits.fileReadBytesMax } },
    values: { kind: "bytes", bytes: new Uint8Array(0) },
    got: { bytes: [] },
  },
  {
    title: "bytes for a file, which they replace",
    ask: "fs.write",
    args: [path, { bytes: [1, 2, 255] }],
    asked: { kind: "fs.write", path, mode: "replace", bytes: Uint8Array.of(1, 2, 255) },
    values: nothing,
    got: "nothing",
  },
  {
    title: "text for a file that must be new",
    ask: "fs.writeText",
    args: [path, "grüße 😀", "create"],
    asked: { kind: "fs.write", path, mode: "create", bytes: new TextEncoder().encode("grüße 😀") },
    values: nothing,
    got: "nothing",
  },
  {
    title: "a file with nothing in it",
    ask: "fs.writeText",
    args: [path, ""],
    asked: { kind: "fs.write", path, mode: "replace", bytes: new Uint8Array(0) },
    values: nothing,
    got: "nothing",
  },
  {
    title: "bytes for a file's end",
    ask: "fs.append",
    args: [path, { bytes: [10] }],
    asked: { kind: "fs.append", path, bytes: Uint8Array.of(10) },
    values: nothing,
    got: "nothing",
  },
  {
    title: "text for a file's end",
    ask: "fs.appendText",
    args: [path, "ü\n"],
    asked: { kind: "fs.append", path, bytes: new TextEncoder().encode("ü\n") },
    values: nothing,
    got: "nothing",
  },
  {
    title: "a folder's entries, page by page until the last",
    ask: "fs.list",
    args: ["notes"],
    asked: [
      { kind: "fs.list", path: "notes" },
      { kind: "fs.list", path: "notes", after: "b\u0001ü" },
      { kind: "fs.list", path: "notes", after: "z" },
    ],
    values: [
      { kind: "page", entries: [{ name: "b\u0001ü", kind: "file" }], next: "b\u0001ü" },
      { kind: "page", entries: [], next: "z" },
      {
        kind: "page",
        entries: [
          { name: "zz", kind: "folder" },
          { name: "zzz", kind: "other" },
        ],
      },
    ],
    got: [
      { name: "b\u0001ü", kind: "file" },
      { name: "zz", kind: "folder" },
      { name: "zzz", kind: "other" },
    ],
  },
  {
    title: "what lies at a path",
    ask: "fs.stat",
    args: [path],
    asked: { kind: "fs.stat", path },
    values: { kind: "status", status: { kind: "file", bytes: 2 ** 40, modifiedMs: 1_700_000_000_000 } },
    got: { kind: "file", bytes: 2 ** 40, modifiedMs: 1_700_000_000_000 },
  },
  {
    title: "a file that was changed before 1970, at no whole millisecond",
    ask: "fs.stat",
    args: [path],
    asked: { kind: "fs.stat", path },
    values: { kind: "status", status: { kind: "other", bytes: 0, modifiedMs: -1.5 } },
    got: { kind: "other", bytes: 0, modifiedMs: 0 },
  },
  {
    title: "a new folder",
    ask: "fs.makeDirectory",
    args: [path],
    asked: { kind: "fs.make-directory", path },
    values: nothing,
    got: "nothing",
  },
  {
    title: "that something be removed",
    ask: "fs.remove",
    args: [path],
    asked: { kind: "fs.remove", path },
    values: nothing,
    got: "nothing",
  },
];

const get: GuestRequest = { method: "GET", url, headers: [], secrets: [] };
const accept = { name: "accept", value: "application/json" };
const response = {
  kind: "response",
  status: 200,
  headers: [
    { name: "content-type", value: "application/json" },
    { name: "vary", value: "accept" },
    { name: "vary", value: "origin" },
  ],
  url: "https://api.example.com/v2",
  truncated: false,
  bytes: new TextEncoder().encode('\uFEFF{"ü":1}'),
} as const;
const { kind: _, bytes, ...raw } = response;

const requests: readonly Row[] = [
  {
    title: "a request as the interface has it",
    ask: "https.send",
    args: [
      {
        method: "PUT",
        url,
        headers: [{ name: "x-a", value: "ü" }],
        body: { bytes: [0, 1] },
        secrets: ["weather-key"],
        timeoutMs: 5_000,
        responseBytes: 0,
        redirects: 255,
      },
    ],
    asked: {
      kind: "https.send",
      request: {
        method: "PUT",
        url,
        headers: [{ name: "x-a", value: "ü" }],
        secrets: ["weather-key"],
        timeoutMs: 5_000,
        responseBytesMax: 0,
        redirectsMax: 255,
      },
      body: Uint8Array.of(0, 1),
    },
    values: response,
    got: { ...raw, headers: [...raw.headers], body: { bytes: [...bytes] } },
  },
  {
    title: "a body of no bytes, which is not a request without one",
    ask: "https.send",
    args: [{ method: "POST", url, body: { bytes: [] } }],
    asked: { kind: "https.send", request: { ...get, method: "POST" }, body: new Uint8Array(0) },
    values: { ...response, bytes: new Uint8Array(0), headers: [], status: 204 },
    got: { ...raw, status: 204, headers: [], body: { bytes: [] } },
  },
  {
    title: "the shape of `fetch`",
    ask: "https.fetch",
    args: [url],
    asked: { kind: "https.send", request: get },
    values: response,
    got: {
      ok: true,
      ...raw,
      type: "application/json",
      missing: null,
      headers: raw.headers.map(({ name, value }) => [name, value]),
      bytes: { bytes: [...bytes] },
      text: '{"ü":1}',
      json: { ü: 1 },
    },
  },
  {
    title: "a body as text, header lines as pairs, and a method in lower case",
    ask: "https.fetch",
    args: [
      url,
      {
        method: "post",
        body: "ü",
        headers: [
          ["x-a", "1"],
          ["x-a", "2"],
        ],
        redirects: 0,
      },
    ],
    asked: {
      kind: "https.send",
      request: {
        ...get,
        method: "POST",
        headers: [
          { name: "x-a", value: "1" },
          { name: "x-a", value: "2" },
        ],
        redirectsMax: 0,
      },
      body: new TextEncoder().encode("ü"),
    },
    // Cut in the middle of a character: the text is what came of it.
    values: { ...response, status: 404, truncated: true, headers: [], bytes: Uint8Array.of(0x61, 0xe6, 0xbc) },
    got: {
      ok: false,
      ...raw,
      status: 404,
      truncated: true,
      type: null,
      missing: null,
      headers: [],
      bytes: { bytes: [0x61, 0xe6, 0xbc] },
      text: "a",
      json: null,
    },
  },
  {
    title: "JSON",
    ask: "https.getJson",
    args: [url, { headers: { "X-A": "1" }, secrets: ["weather-key"] }],
    asked: {
      kind: "https.send",
      request: { ...get, headers: [{ name: "X-A", value: "1" }, accept], secrets: ["weather-key"] },
    },
    values: response,
    got: { ü: 1 },
  },
  {
    title: "JSON for JSON, of a type of its own",
    ask: "https.postJson",
    args: [url, { a: ["ü"] }, { headers: { Accept: "application/vnd.x+json" } }],
    asked: {
      kind: "https.send",
      request: {
        ...get,
        method: "POST",
        headers: [
          { name: "Accept", value: "application/vnd.x+json" },
          { name: "content-type", value: "application/json" },
        ],
      },
      body: new TextEncoder().encode('{"a":["ü"]}'),
    },
    values: response,
    got: { ü: 1 },
  },
];

for (const { title, ask, args, asked, values, got } of [...files, ...requests]) {
  test.serial(`${ask} asks the host for ${title}, and its answer comes back`, async (t) => {
    const answers = [values].flat().map((value) => ({ ok: true, value }) as const);
    const said = await callAsk(ask, args, answers);
    t.deepEqual(said.asked, [asked].flat());
    t.deepEqual(resultOf(said), { value: got });
  });
}

const errors: readonly (readonly [error: HostError, why: string])[] = [
  [{ tag: "denied", val: "01JDQ5T8C3M0V9W7QK2D7Q5T8X" }, "denied by policy (decision 01JDQ5T8C3M0V9W7QK2D7Q5T8X)"],
  [{ tag: "invalid", val: "the path" }, "not a valid request (the path)"],
  [{ tag: "not-found" }, "not found"],
  [{ tag: "limit", val: "fileReadBytesMax" }, "a limit was reached (fileReadBytesMax)"],
  [{ tag: "timeout" }, "took too long"],
  [{ tag: "unavailable", val: "later" }, "not available now (later)"],
  [{ tag: "failed", val: "exists" }, "failed (exists)"],
];
const attempts = [
  ["fs.read", [path], `cannot read \`${path}\``],
  ["fs.readRange", [path, 0, 1], `cannot read \`${path}\``],
  ["fs.write", [path, { bytes: [] }], `cannot write \`${path}\``],
  ["fs.append", [path, { bytes: [] }], `cannot append to \`${path}\``],
  ["fs.list", [path], `cannot list \`${path}\``],
  ["fs.stat", [path], `cannot look at \`${path}\``],
  ["fs.makeDirectory", [path], `cannot make the folder \`${path}\``],
  ["fs.remove", [path], `cannot remove \`${path}\``],
  ["https.fetch", [url], "cannot `GET https://api.example.com/v1`"],
] as const;

for (const [ask, args, attempt] of attempts) {
  test.serial(`every error of the host comes back from ${ask}, and says what was attempted`, async (t) => {
    for (const [error, why] of errors) {
      const { tag } = error;
      const detail = "val" in error ? error.val : null;
      const sent = ask.startsWith("https.") ? false : null;
      const said = await callAsk(ask, args, { ok: false, error });
      t.deepEqual(resultOf(said), { error: { name: "HostError", message: `${attempt}: ${why}`, tag, detail, sent } });
    }
  });
}

test.serial("whether a request may have reached a server comes back with its error", async (t) => {
  for (const sent of [true, false]) {
    const said = await callAsk("https.fetch", [url], { ok: false, error: { tag: "timeout" }, sent });
    t.like(resultOf(said), { error: { tag: "timeout", sent } });
  }
});

// The host of these tests breaks where it has no answer.
test.serial(
  "a request may have reached a server where the host broke, and where no frame can hold the answer",
  async (t) => {
    const broken = await callAsk("https.fetch", [url], []);
    t.like(resultOf(broken), { error: { tag: "failed", detail: "host", sent: true } });
    const huge = { name: "x-a", value: "a".repeat(limits.frameHeaderBytesMax) };
    const unframed = await callAsk("https.fetch", [url], { ok: true, value: { ...response, headers: [huge] } });
    t.like(resultOf(unframed), { error: { tag: "limit", detail: "frameBytesMax", sent: true } });
    const denied = { ok: false, error: { tag: "denied", val: "a".repeat(limits.frameHeaderBytesMax) } } as const;
    t.like(resultOf(await callAsk("https.fetch", [url], denied)), { error: { tag: "limit", sent: false } });
    t.like(resultOf(await callAsk("fs.read", [path], [])), { error: { tag: "failed", detail: "host", sent: null } });
  },
);

test.serial("an answer of another kind than was asked for is `failed`, and the guest goes on", async (t) => {
  const kinds = new Map([...files, ...requests].map(({ ask, args }) => [ask, args]));
  const other: GuestAnswer = { ok: true, value: { kind: "status", status: { kind: "file", bytes: 1, modifiedMs: 1 } } };
  const bytes: GuestAnswer = { ok: true, value: { kind: "bytes", bytes: new Uint8Array(1) } };
  for (const [ask, args] of kinds)
    t.like(resultOf(await callAsk(ask, args, ask === "fs.stat" ? bytes : other)), {
      error: { tag: "failed", detail: "host" },
    });
});

const place = "`https://api.example.com/v2`";
const refusals = [
  ["a status that is no success", { status: 404 }, `${place} answered 404`],
  ["a body that was cut short", { truncated: true }, `${place} answered 200 with more than the 11 bytes that it may`],
  ["a body that is no JSON", { bytes: Uint8Array.of(0x7b) }, `${place} answered 200 with a body that is not JSON`],
  ["no body", { status: 204, bytes: new Uint8Array(0) }, `${place} answered 204 with a body that is not JSON`],
] as const;

for (const [title, more, message] of refusals) {
  test.serial(`JSON is not made of ${title}`, async (t) => {
    const value = { ...response, ...more, url: `${response.url}?key=hidden` };
    for (const [ask, ...args] of [
      ["https.getJson", url],
      ["https.postJson", url, {}],
    ] as const) {
      const said = await callAsk(ask, args, { ok: true, value });
      t.like(resultOf(said), { error: { name: "HttpError", message, status: value.status } });
    }
  });
}

test.serial("an HttpError that nobody catches is the tool's error", async (t) => {
  const answer: GuestAnswer = { ok: true, value: { ...response, status: 500 } };
  const said = await callGuest(pool, "asks-all", "unguarded", { url }, { answer });
  t.deepEqual(said.output, { summary: `${place} answered 500`, isError: true });
  t.deepEqual(said.log, []);
});

const misfits = [
  ["a path that is no text", "fs.read", [5], "TypeError: a path must be text"],
  ["half a character in a path", "fs.read", ["notes/\ud83d"], "TypeError: a path has half of a surrogate pair in it"],
  ["an offset below zero", "fs.readRange", [path, -1, 1], /^RangeError: the offset must be a whole number from 0 to/],
  ["an offset between two bytes", "fs.readRange", [path, 0.5, 1], /^RangeError: the offset/],
  ["an offset beyond what a number counts", "fs.readRange", [path, 2 ** 53, 1], /^RangeError: the offset/],
  ["a length beyond its type", "fs.readRange", [path, 0, 2 ** 32], /^RangeError: the length/],
  ["a list of numbers for bytes", "fs.write", [path, [1]], "TypeError: what is written must be a Uint8Array"],
  ["an unknown way to write", "fs.write", [path, { bytes: [] }, "merge"], /^TypeError: the mode/],
  ["redirects that would wrap around", "https.fetch", [url, { redirects: 256 }], /^RangeError: `redirects`/],
  ["time below zero", "https.fetch", [url, { timeoutMs: -1 }], /^RangeError: `timeoutMs`/],
  ["a header that is no text", "https.fetch", [url, { headers: { a: 1 } }], "TypeError: the header `a` must be text"],
  ["a body that is no bytes", "https.send", [{ method: "GET", url, body: [1] }], /^TypeError: a body must be/],
  ["a secret without a name", "https.fetch", [url, { secrets: [null] }], "TypeError: a secret's name must be text"],
  ["no value", "https.postJson", [url], /^TypeError: what is posted must be something that JSON can hold/],
] as const;

for (const [title, ask, args, message] of misfits) {
  test.serial(`${ask} refuses ${title} by name, and asks nothing`, async (t) => {
    const said = await callAsk(ask, args);
    const { error } = resultOf(said) as { error: { message: string } };
    if (typeof message === "string") t.is(error.message, message);
    else t.regex(error.message, message);
    t.deepEqual(said.asked, []);
  });
}

test.serial("a path or a URL of any length leaves an error's line short enough for an agent's history", async (t) => {
  const long = "a".repeat(limits.toolSummaryBytesMax * 2);
  for (const [ask, args] of [
    ["fs.read", [long]],
    ["https.fetch", [long]],
  ] as const) {
    const { error } = resultOf(await callAsk(ask, args, { ok: false, error: { tag: "timeout" } })) as {
      error: { message: string };
    };
    t.true(Buffer.byteLength(error.message) < limits.toolSummaryBytesMax / 2);
  }
});

test.serial("text that was cut in the middle of a character is answered and logged, mended", async (t) => {
  const said = await callGuest(pool, "asks-all", "cut", {});
  t.deepEqual(said.output, { summary: "\ufffd done", content: "\ufffd", isError: false });
  t.deepEqual(said.log, ["info: \ufffd"]);
});

function callAsk(ask: string, args: readonly Json[], answer: GuestAnswer | readonly GuestAnswer[] = []): Promise<Said> {
  return callGuest(pool, "asks-all", "ask", { ask, args }, { answer });
}

function resultOf({ output }: Said): JsonObject {
  if (!("content" in output)) throw new Error("the guest answered nothing", { cause: output });
  return JSON.parse(output.content ?? "");
}
