import test from "ava";
import type { SecretPlace } from "../../../src/calls/inventory.ts";
import { SecretValue } from "../../../src/calls/secret-value.ts";
import { placeSecrets } from "../../../src/effectors/https/place-secrets.ts";
import { YoiError } from "../../../src/errors/yoi-error.ts";
import { secretStanding, urlOf } from "../../support/https-requests.ts";

function place(urlText: string, secrets: readonly (readonly [SecretPlace, string])[]): string {
  const { path, query, headers } = placeSecrets(
    {
      url: urlOf(urlText),
      method: "GET",
      headers: [{ name: "accept", value: "text/plain" }],
      secrets: secrets.map(([to], index) => secretStanding(`secret-${index}`, to)),
      hop: 0,
      revealedHeaders: [],
    },
    secrets.map(([, value], index) => new SecretValue(`secret-${index}`, value)),
  );
  const lines = headers.slice(1).map(({ name, value }) => `${name}: ${value}`);
  return [`${path}${query}`, ...lines].join(" | ");
}

for (const [what, url, secrets, expected] of [
  ["nothing", "https://x.org/a?b=c", [], "/a?b=c"],
  ["a header", "https://x.org/", [[{ header: "X-Api-Key" }, "Bearer a:b c"]], "/ | x-api-key: Bearer a:b c"],
  [
    "a header behind its prefix",
    "https://x.org/",
    [[{ header: "authorization", prefix: "Bearer " }, "12345678"]],
    "/ | authorization: Bearer 12345678",
  ],
  ["a segment", "https://x.org/hooks/{token}/", [[{ path: "{token}" }, "a/b c?é"]], "/hooks/a%2Fb%20c%3F%C3%A9/"],
  ["a segment written otherwise", "https://x.org/%7Btoken}/x", [[{ path: "{token}" }, "12345678"]], "/12345678/x"],
  ["a first value of a query", "https://x.org/", [[{ query: "key" }, "a&b=c#d"]], "/?key=a%26b%3Dc%23d"],
  ["a further value of a query", "https://x.org/?a=1", [[{ query: "k y" }, "12345678"]], "/?a=1&k%20y=12345678"],
  [
    "all at once",
    "https://x.org/{a}/{b}",
    [
      [{ path: "{b}" }, "for-b"],
      [{ path: "{a}" }, "for-a"],
      [{ query: "c" }, "for-c"],
      [{ header: "d" }, "for-d"],
    ],
    "/for-a/for-b?c=for-c | d: for-d",
  ],
] as const) {
  test(`${what} is put where it belongs`, (t) => {
    t.is(place(url, secrets), expected);
  });
}

// ATTACK: threats 20, 33
for (const [what, url, secrets] of [
  ["a header that the guest has set", "https://x.org/", [[{ header: "Accept" }, "12345678"]]],
  ["a header of a line break", "https://x.org/", [[{ header: "x-key" }, "1234\r\nx: y"]]],
  ["a header of other characters", "https://x.org/", [[{ header: "x-key" }, "schlüssel"]]],
  ["a header with a space at its end", "https://x.org/", [[{ header: "x-key" }, "12345678 "]]],
  ["a placeholder that is not there", "https://x.org/a", [[{ path: "{token}" }, "12345678"]]],
  ["a placeholder that is there twice", "https://x.org/{token}/{token}", [[{ path: "{token}" }, "12345678"]]],
  ["a placeholder that is part of a segment", "https://x.org/a{token}", [[{ path: "{token}" }, "12345678"]]],
  ["a placeholder that is a query's", "https://x.org/?a={token}", [[{ path: "{token}" }, "12345678"]]],
  ["a placeholder of two segments", "https://x.org/a/b", [[{ path: "a/b" }, "12345678"]]],
  ["an empty placeholder", "https://x.org/", [[{ path: "" }, "12345678"]]],
  ["a query's key that the guest has set", "https://x.org/?key=1", [[{ query: "key" }, "12345678"]]],
  ["a query's key that the guest has set otherwise", "https://x.org/?k%65y=1", [[{ query: "key" }, "12345678"]]],
  [
    "one place for two secrets",
    "https://x.org/",
    [
      [{ query: "key" }, "12345678"],
      [{ query: "key" }, "87654321"],
    ],
  ],
  [
    "one header for two secrets",
    "https://x.org/",
    [
      [{ header: "x-key" }, "12345678"],
      [{ header: "X-Key" }, "87654321"],
    ],
  ],
] as const) {
  test(`${what} is refused, and the refusal shows no value`, (t) => {
    const error = t.throws(() => place(url, secrets), { code: "YOI_EFFECT_FAILED" });
    t.deepEqual(YoiError.is(error, "YOI_EFFECT_FAILED") && error.details, { why: "secret", sent: false });
    for (const [, value] of secrets) t.false(error?.message.includes(value));
  });
}
