import test from "ava";
import fc from "fast-check";
import { limits } from "../../../src/calls/limits.ts";
import { createRedactor } from "../../../src/effectors/https/redact-response.ts";

const all = Number.POSITIVE_INFINITY;
const redact = async (secret: string, text: string) => {
  const { bytes, redactions } = await createRedactor([secret]).redact(Buffer.from(text), all);
  return `${bytes} ${redactions}`;
};

const odd = "p@ss/w+rd \"é<&>'\\=?";
for (const [form, text] of [
  ["plain", odd],
  ["percent-encoded", encodeURIComponent(odd)],
  ["percent-encoded in lower case", encodeURIComponent(odd).toLowerCase()],
  ["encoded as a URL", encodeURI(odd)],
  ["encoded as a form", new URLSearchParams({ x: odd }).toString().slice(2)],
  ["JSON", JSON.stringify(odd).slice(1, -1)],
  ["JSON with every slash escaped", JSON.stringify(odd).slice(1, -1).replaceAll("/", "\\/")],
  ["JSON of nothing but escapes", [...odd].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")],
  ["HTML", "p@ss/w+rd &quot;é&lt;&amp;&gt;&#39;\\=?"],
  ["HTML of hexadecimal numbers", [...odd].map((c) => `&#x${c.charCodeAt(0).toString(16)};`).join("")],
  ["HTML of decimal numbers without their ends", [...odd].map((c) => `&#${c.charCodeAt(0)}`).join("")],
  ["hex", Buffer.from(odd).toString("hex")],
  ["hex in upper case", Buffer.from(odd).toString("hex").toUpperCase()],
] as const) {
  // ATTACK: threats 33
  test(`a secret that comes back as ${form} is taken out`, async (t) => {
    t.is(await redact(odd, `<${text}>`), "<[redacted]> 1");
    t.is(await redact(odd, text), "[redacted] 1");
    t.is(await redact(odd, `${text}, ${text}`), "[redacted], [redacted] 2");
  });
}

// ATTACK: threats 33
for (const encoding of ["base64", "base64url"] as const) {
  for (const offset of [0, 1, 2]) {
    test(`a secret that comes back inside ${encoding}, ${offset} after a digit's border, is taken out with its edges`, async (t) => {
      const around = `${"u".repeat(offset)}${odd}!end`;
      const text = await redact(odd, Buffer.from(around).toString(encoding));
      t.regex(text, /^[A-Za-z]{0,2}\[redacted\][A-Za-z0-9=]* 1$/);
      const quoted = await redact(odd, `"${Buffer.from(around).toString(encoding).replaceAll("/", "\\/")}"`);
      t.is(quoted.slice(1, -3), text.slice(0, -2));
    });
  }
}

// ATTACK: threats 33: `base64` and mail break lines, JSON writes the breaks as escapes, and mail and YAML indent what follows.
for (const [how, lineBreak] of [
  ["LF", "\n"],
  ["CR LF", "\r\n"],
  ["a fold", "\r\n\t  "],
  ["LF in JSON", "\\n"],
  ["CR LF in JSON", "\\r\\n"],
  ["CR LF in JSON in JSON", "\\\\r\\\\n"],
  ["a percent-encoded CR LF", "%0D%0A"],
  ["CR LF in HTML", "&#13;&#10;"],
] as const) {
  for (const width of [1, 4, 13]) {
    test(`a secret in base64 and hex whose lines of ${width} are broken by ${how} is taken out`, async (t) => {
      const broken = (text: string) => text.replace(new RegExp(`.{${width}}(?=.)`, "g"), `$&${lineBreak}`);
      for (const text of [Buffer.from(odd).toString("base64url"), Buffer.from(odd).toString("hex")]) {
        t.is(await redact(odd, `<${broken(text)}>${lineBreak}`), `<[redacted]>${lineBreak} 1`);
      }
      const redactor = createRedactor([odd]);
      const body = Buffer.from(broken(Buffer.from(`${odd}${odd}`).toString("base64")));
      const cut = await redactor.redact(body.subarray(0, 3 + redactor.lookAheadBytes), 3);
      t.is(`${cut.bytes}`, "[re");
    });
  }
}

test("line breaks around a secret stay", async (t) => {
  t.is(await redact("abcdefgh", "abcdefgh\nabcdefgh\r\n  abcdefgh\n"), "[redacted]\n[redacted]\r\n  [redacted]\n 3");
});

// ATTACK: threats 33: an echo of an echo.
for (const [form, text] of [
  ["percent-encoded twice", encodeURIComponent(encodeURIComponent(odd))],
  ["percent-encoded twice, every byte", Buffer.from(odd).toString("hex").replace(/../g, "%25$&")],
  ["JSON in JSON", JSON.stringify(JSON.stringify(odd)).slice(3, -3)],
  ["a string of bytes", Buffer.from(odd).toString("hex").replace(/../g, "\\x$&")],
] as const) {
  test(`a secret that comes back as ${form} is taken out`, async (t) => {
    t.is(await redact(odd, `<${text}>`), "<[redacted]> 1");
  });
}

// ATTACK: threats 21: bodies that are as slow to search as there are.
const long = limits.secretBytesMax;
for (const [what, secret, piece] of [
  ["secrets and nothing else", "12345678", "12345678"],
  ["a secret that overlaps itself everywhere", "a".repeat(long), "a"],
  ["what is nearly a secret everywhere", `${"a".repeat(long - 1)}b`, "a"],
  ["what ends like a secret everywhere", `b${"a".repeat(long - 1)}`, "a"],
  ["escapes, breaks and secrets", "12345678", "%31\\n&amp;\n12345678"],
] as const) {
  test(`a body of ${what} is searched in parts, between which others have their turn`, async (t) => {
    let turns = 0;
    let isSearching = true;
    const count = () => {
      turns += 1;
      if (isSearching) setImmediate(count);
    };
    setImmediate(count);
    const body = Buffer.alloc(limits.httpsResponseBytesMax, piece);
    const { bytes } = await createRedactor([secret]).redact(body, body.length);
    isSearching = false;
    t.false(bytes.includes(secret));
    t.true(turns >= body.length / limits.redactedBytesPerTurnMax, `${turns}`);
  });
}

test("an emoji's two halves in JSON are one character", async (t) => {
  t.is(await redact("schlüssel-🔑", '"schl\\u00fcssel-\\uD83D\\uDD11"'), '"[redacted]" 1');
});

test("what was sent with a scheme is taken out without it, too", async (t) => {
  t.is(await redact("Bearer abcdef-123456", "Authorization: Bearer abcdef-123456"), "Authorization: [redacted] 1");
  t.is(await redact("Bearer abcdef-123456", "token=abcdef-123456"), "token=[redacted] 1");
});

test("secrets that overlap are taken out together", async (t) => {
  const { bytes, redactions } = await createRedactor(["abcdefgh", "efghijkl"]).redact(
    Buffer.from("<abcdefghijkl>"),
    all,
  );
  t.deepEqual([bytes.toString(), redactions], ["<[redacted]>", 1]);
  t.is(await redact("abababab", "<ababababab>"), "<[redacted]> 1");
});

test("a secret is found inside of what is nearly another one", async (t) => {
  const redactor = createRedactor(["xabcdefghyz", "abcdefgh", "defghyy0"]);
  for (const [text, clean] of [
    ["xabcdefghyx", "x[redacted]yx"],
    ["xabcdefghyy0", "x[redacted]"],
    ["xabcdefghyz", "[redacted]"],
  ] as const) {
    t.is(`${(await redactor.redact(Buffer.from(text), all)).bytes}`, clean);
  }
});

test("without a secret nothing is looked for and nothing changed", async (t) => {
  const redactor = createRedactor([]);
  t.is(redactor.lookAheadBytes, 0);
  t.deepEqual(await redactor.redact(Buffer.from("plain %41"), all), {
    bytes: Buffer.from("plain %41"),
    redactions: 0,
    isCut: false,
  });
});

test("a name has a secret in it whatever became of its case", (t) => {
  const { isInName } = createRedactor(["S3cr3t-Value"]);
  t.true(isInName("x-s3cr3t-value"));
  t.true(isInName(`x-${Buffer.from("S3cr3t-Value").toString("hex")}`));
  t.false(isInName("x-secret"));
});

test("the bound holds for what comes out, though the mark is longer than the secret", async (t) => {
  const { bytes, isCut } = await createRedactor(["12345678"]).redact(Buffer.from("12345678 12345678"), 17);
  t.deepEqual([bytes.toString(), isCut], ["[redacted] [redac", true]);
});

test("what lies beyond the bound is not counted, and what lies across it is", async (t) => {
  const redactor = createRedactor(["12345678"]);
  t.is((await redactor.redact(Buffer.from("12345678 12345678"), 9)).redactions, 1);
  t.is((await redactor.redact(Buffer.from("12345678 12345678"), 10)).redactions, 2);
});

const encodings: readonly ((secret: string) => string)[] = [
  (secret) => secret,
  encodeURIComponent,
  (secret) => encodeURIComponent(secret).replace(/%../g, (byte) => byte.toLowerCase()),
  (secret) => Buffer.from(secret).toString("hex").replace(/../g, "%$&"),
  (secret) => new URLSearchParams({ x: secret }).toString().slice(2),
  (secret) => JSON.stringify(secret).slice(1, -1),
  (secret) => secret.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
  (secret) => Array.from(secret, (character) => `&#${character.codePointAt(0)};`).join(""),
  (secret) => Array.from(secret, (character) => `&#x${character.codePointAt(0)?.toString(16)};`).join(""),
  (secret) => secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;"),
  (secret) => Buffer.from(secret).toString("hex"),
  (secret) => Buffer.from(secret).toString("hex").toUpperCase(),
];
const secrets = fc
  .oneof(
    fc.string({ minLength: 8, maxLength: 40, unit: fc.constantFrom(..."abcXYZ0189-_~.!*'()%+&;\\\"<>/= ") }),
    fc.string({ minLength: 8, maxLength: 12, unit: "binary" }).filter((text) => !/\p{Cc}|\p{Cs}/u.test(text)),
  )
  // What is itself an escape reads as something else once it is unescaped; that, encoded again, is found.
  .filter((secret) => !/&[a-z#]|^.{0,9}redacted/i.test(secret) && new Set(secret).size > 4);

// ATTACK: threats 33
test("whatever stands around it and wherever the body is cut, no form of a secret comes out, nor its beginning", async (t) => {
  const property = () =>
    fc.assert(
      fc.asyncProperty(
        secrets,
        fc.constantFrom(...encodings),
        fc.string({ maxLength: 30 }),
        fc.string({ maxLength: 30 }),
        fc.nat(120),
        async (secret, encode, before, after, bytesMax) => {
          const encoded = encode(secret);
          const body = Buffer.from(`${before}\n${encoded}\n${after}`);
          const redactor = createRedactor([secret]);
          const whole = await redactor.redact(body, all);
          if (whole.bytes.includes(encoded) || whole.redactions === 0) return false;
          // As much as is read of a longer body.
          const read = body.subarray(0, bytesMax + redactor.lookAheadBytes);
          const cut = await redactor.redact(read, bytesMax);
          return cut.bytes.length <= bytesMax && whole.bytes.subarray(0, cut.bytes.length).equals(cut.bytes);
        },
      ),
      { numRuns: 2_000 },
    );
  await t.notThrowsAsync(property);
});

test("wherever a secret lies in something coded as base64, no digit comes out that it alone decides", async (t) => {
  const property = () =>
    fc.assert(
      fc.asyncProperty(
        secrets,
        fc.constantFrom("base64" as const, "base64url" as const),
        fc.uint8Array({ maxLength: 9 }),
        fc.uint8Array({ maxLength: 9 }),
        fc.nat(60),
        async (secret, encoding, before, after, bytesMax) => {
          const body = Buffer.from(Buffer.concat([before, Buffer.from(secret), after]).toString(encoding));
          const redactor = createRedactor([secret]);
          const { bytes, redactions } = await redactor.redact(body, all);
          const digitsBefore = Math.floor((before.length * 8) / 6);
          const digitsUpTo = Math.ceil(((before.length + Buffer.byteLength(secret)) * 8) / 6);
          const cut = await redactor.redact(body.subarray(0, bytesMax + redactor.lookAheadBytes), bytesMax);
          return (
            redactions === 1 &&
            bytes.indexOf("[redacted]") === digitsBefore &&
            bytes.length === digitsBefore + "[redacted]".length + body.length - digitsUpTo &&
            bytes.subarray(0, cut.bytes.length).equals(cut.bytes)
          );
        },
      ),
      { numRuns: 1_000 },
    );
  await t.notThrowsAsync(property);
});
