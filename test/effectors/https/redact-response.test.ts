import test from "ava";
import fc from "fast-check";
import { createRedactor } from "../../../src/effectors/https/redact-response.ts";

const all = Number.POSITIVE_INFINITY;
const redact = (secret: string, text: string) => {
  const { bytes, redactions } = createRedactor([secret]).redact(Buffer.from(text), all);
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
  test(`a secret that comes back as ${form} is taken out`, (t) => {
    t.is(redact(odd, `<${text}>`), "<[redacted]> 1");
    t.is(redact(odd, text), "[redacted] 1");
    t.is(redact(odd, `${text}, ${text}`), "[redacted], [redacted] 2");
  });
}

// ATTACK: threats 33
for (const encoding of ["base64", "base64url"] as const) {
  for (const offset of [0, 1, 2]) {
    test(`a secret that comes back inside ${encoding}, ${offset} after a digit's border, is taken out with its edges`, (t) => {
      const around = `${"u".repeat(offset)}${odd}!end`;
      const text = redact(odd, Buffer.from(around).toString(encoding));
      t.regex(text, /^[A-Za-z]{0,2}\[redacted\][A-Za-z0-9=]* 1$/);
      t.is(
        redact(odd, `"${Buffer.from(around).toString(encoding).replaceAll("/", "\\/")}"`).slice(1, -3),
        text.slice(0, -2),
      );
    });
  }
}

test("an emoji's two halves in JSON are one character", (t) => {
  t.is(redact("schlüssel-🔑", '"schl\\u00fcssel-\\uD83D\\uDD11"'), '"[redacted]" 1');
});

test("what was sent with a scheme is taken out without it, too", (t) => {
  t.is(redact("Bearer abcdef-123456", "Authorization: Bearer abcdef-123456"), "Authorization: [redacted] 1");
  t.is(redact("Bearer abcdef-123456", "token=abcdef-123456"), "token=[redacted] 1");
});

test("secrets that overlap are taken out together", (t) => {
  const { bytes, redactions } = createRedactor(["abcdefgh", "efghijkl"]).redact(Buffer.from("<abcdefghijkl>"), all);
  t.deepEqual([bytes.toString(), redactions], ["<[redacted]>", 1]);
  t.is(redact("abababab", "<ababababab>"), "<[redacted]> 1");
});

test("without a secret nothing is looked for and nothing changed", (t) => {
  const redactor = createRedactor([]);
  t.is(redactor.lookAheadBytes, 0);
  t.deepEqual(redactor.redact(Buffer.from("plain %41"), all), {
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

test("the bound holds for what comes out, though the mark is longer than the secret", (t) => {
  const { bytes, isCut } = createRedactor(["12345678"]).redact(Buffer.from("12345678 12345678"), 17);
  t.deepEqual([bytes.toString(), isCut], ["[redacted] [redac", true]);
});

test("what lies beyond the bound is not counted, and what lies across it is", (t) => {
  const redactor = createRedactor(["12345678"]);
  t.is(redactor.redact(Buffer.from("12345678 12345678"), 9).redactions, 1);
  t.is(redactor.redact(Buffer.from("12345678 12345678"), 10).redactions, 2);
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
test("whatever stands around it and wherever the body is cut, no form of a secret comes out, nor its beginning", (t) => {
  const property = () =>
    fc.assert(
      fc.property(
        secrets,
        fc.constantFrom(...encodings),
        fc.string({ maxLength: 30 }),
        fc.string({ maxLength: 30 }),
        fc.nat(120),
        (secret, encode, before, after, bytesMax) => {
          const encoded = encode(secret);
          const body = Buffer.from(`${before}\n${encoded}\n${after}`);
          const redactor = createRedactor([secret]);
          const whole = redactor.redact(body, all);
          if (whole.bytes.includes(encoded) || whole.redactions === 0) return false;
          // As much as is read of a longer body.
          const read = body.subarray(0, bytesMax + redactor.lookAheadBytes);
          const cut = redactor.redact(read, bytesMax);
          return cut.bytes.length <= bytesMax && whole.bytes.subarray(0, cut.bytes.length).equals(cut.bytes);
        },
      ),
      { numRuns: 2_000 },
    );
  t.notThrows(property);
});

test("wherever a secret lies in something coded as base64, no digit comes out that it alone decides", (t) => {
  const property = () =>
    fc.assert(
      fc.property(
        secrets,
        fc.constantFrom("base64" as const, "base64url" as const),
        fc.uint8Array({ maxLength: 9 }),
        fc.uint8Array({ maxLength: 9 }),
        fc.nat(60),
        (secret, encoding, before, after, bytesMax) => {
          const body = Buffer.from(Buffer.concat([before, Buffer.from(secret), after]).toString(encoding));
          const redactor = createRedactor([secret]);
          const { bytes, redactions } = redactor.redact(body, all);
          const digitsBefore = Math.floor((before.length * 8) / 6);
          const digitsUpTo = Math.ceil(((before.length + Buffer.byteLength(secret)) * 8) / 6);
          const cut = redactor.redact(body.subarray(0, bytesMax + redactor.lookAheadBytes), bytesMax);
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
  t.notThrows(property);
});
