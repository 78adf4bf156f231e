import test from "ava";
import { FetchResponse, HttpError } from "../../src/sdk/fetch-response.ts";

const plain = { status: 200, headers: [], url: "https://api.example.com/", truncated: false, body: new Uint8Array(0) };

function responseOf(text: string, more: Partial<ConstructorParameters<typeof FetchResponse>[0]> = {}): FetchResponse {
  return new FetchResponse({ ...plain, body: new TextEncoder().encode(text), ...more });
}

for (const [status, ok] of [
  [199, false],
  [200, true],
  [299, true],
  [300, false],
  [304, false],
  [500, false],
] as const) {
  test(`a response of ${status} is ${ok ? "" : "not "}ok`, (t) => t.is(responseOf("", { status }).ok, ok));
}

test("headers are found in any case, and repeated ones are joined", (t) => {
  const headers = [
    { name: "vary", value: "accept" },
    { name: "x-a", value: "" },
    { name: "vary", value: "origin" },
  ];
  const response = responseOf("", { headers });
  t.is(response.headers.get("VARY"), "accept, origin");
  t.is(response.headers.get("x-a"), "");
  t.true(response.headers.has("X-A"));
  t.is(response.headers.get("toString"), null);
  t.false(response.headers.has("__proto__"));
  t.deepEqual(
    [...response.headers],
    headers.map(({ name, value }) => [name, value]),
  );
});

test("a body is read as often as one likes", (t) => {
  const response = responseOf('{"a":1}');
  t.deepEqual([response.json(), response.json()], [{ a: 1 }, { a: 1 }]);
  t.is(response.text(), '{"a":1}');
  t.is(response.bytes().length, 7);
});

test("one byte order mark is no text, and a second one is", (t) => {
  t.is(responseOf("\uFEFF\uFEFFa").text(), "\uFEFFa");
});

test("a body that is not UTF-8 is refused as text, and is there as bytes", (t) => {
  const response = responseOf("", { body: Uint8Array.of(0xff) });
  t.throws(() => response.text(), { instanceOf: TypeError });
  t.deepEqual(response.bytes(), Uint8Array.of(0xff));
});

test("JSON that was cut short is refused, also where what is left is JSON", (t) => {
  const error = t.throws(() => responseOf("12", { truncated: true }).json(), { instanceOf: HttpError });
  t.is(error?.message, "`https://api.example.com/` answered 200 with more than the 2 bytes that it may");
});

test("an HttpError shows neither query nor fragment, and holds what the server said", (t) => {
  const response = responseOf("<html>", { status: 403, url: "https://api.example.com/v1?key=hidden#hidden" });
  const error = t.throws(() => response.json(), { instanceOf: HttpError });
  t.is(error?.message, "`https://api.example.com/v1` answered 403 with a body that is not JSON");
  t.is(error?.status, 403);
  t.is(error?.response.text(), "<html>");
});
