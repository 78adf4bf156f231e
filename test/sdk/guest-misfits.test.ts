import test from "ava";
import { callGuest } from "../support/call-guest.ts";
import { callAsk, path, resultOf, url } from "../support/guest-asks.ts";
import { sharedPool } from "../support/shared-pool.ts";

const pool = sharedPool();

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
    const said = await callAsk(pool, ask, args);
    const { error } = resultOf(said) as { error: { message: string } };
    if (typeof message === "string") t.is(error.message, message);
    else t.regex(error.message, message);
    t.deepEqual(said.asked, []);
  });
}

test.serial("text that was cut in the middle of a character is answered and logged, mended", async (t) => {
  const said = await callGuest(pool, "asks-all", "cut", {});
  t.deepEqual(said.output, { summary: "\ufffd done", content: "\ufffd", isError: false });
  t.deepEqual(said.log, ["info: \ufffd"]);
});
