import test from "ava";
import { limits } from "../../src/calls/limits.ts";
import type { GuestAnswer, HostError } from "../../src/sandbox/sandbox.ts";
import { callAsk, path, response, resultOf, url } from "../support/guest-asks.ts";
import { sharedPool } from "../support/shared-pool.ts";

const pool = sharedPool();

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
      const said = await callAsk(pool, ask, args, { ok: false, error });
      t.deepEqual(resultOf(said), { error: { name: "HostError", message: `${attempt}: ${why}`, tag, detail, sent } });
    }
  });
}

test.serial("whether a request may have reached a server comes back with its error", async (t) => {
  for (const sent of [true, false]) {
    const said = await callAsk(pool, "https.fetch", [url], { ok: false, error: { tag: "timeout" }, sent });
    t.like(resultOf(said), { error: { tag: "timeout", sent } });
  }
});

// The host of these tests breaks where it has no answer.
test.serial(
  "a request may have reached a server where the host broke, and where no frame can hold the answer",
  async (t) => {
    const broken = await callAsk(pool, "https.fetch", [url], []);
    t.like(resultOf(broken), { error: { tag: "failed", detail: "host", sent: true } });
    const huge = { name: "x-a", value: "a".repeat(limits.frameHeaderBytesMax) };
    const unframed = await callAsk(pool, "https.fetch", [url], { ok: true, value: { ...response, headers: [huge] } });
    t.like(resultOf(unframed), { error: { tag: "limit", detail: "frameBytesMax", sent: true } });
    const denied = { ok: false, error: { tag: "denied", val: "a".repeat(limits.frameHeaderBytesMax) } } as const;
    t.like(resultOf(await callAsk(pool, "https.fetch", [url], denied)), { error: { tag: "limit", sent: false } });
    t.like(resultOf(await callAsk(pool, "fs.read", [path], [])), {
      error: { tag: "failed", detail: "host", sent: null },
    });
  },
);

const everyAsk = [
  ...attempts,
  ["fs.writeText", [path, ""]],
  ["fs.appendText", [path, ""]],
  ["https.send", [{ method: "GET", url }]],
  ["https.getJson", [url]],
  ["https.postJson", [url, {}]],
] as const;

test.serial("an answer of another kind than was asked for is `failed`, and the guest goes on", async (t) => {
  const other: GuestAnswer = { ok: true, value: { kind: "status", status: { kind: "file", bytes: 1, modifiedMs: 1 } } };
  const bytes: GuestAnswer = { ok: true, value: { kind: "bytes", bytes: new Uint8Array(1) } };
  for (const [ask, args] of everyAsk)
    t.like(resultOf(await callAsk(pool, ask, args, ask === "fs.stat" ? bytes : other)), {
      error: { tag: "failed", detail: "host" },
    });
});

test.serial("a path or a URL of any length leaves an error's line short enough for an agent's history", async (t) => {
  const long = "a".repeat(limits.toolSummaryBytesMax * 2);
  for (const [ask, args] of [
    ["fs.read", [long]],
    ["https.fetch", [long]],
  ] as const) {
    const { error } = resultOf(await callAsk(pool, ask, args, { ok: false, error: { tag: "timeout" } })) as {
      error: { message: string };
    };
    t.true(Buffer.byteLength(error.message) < limits.toolSummaryBytesMax / 2);
  }
});
