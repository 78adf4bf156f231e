import { createHash } from "node:crypto";
import test from "ava";
import fc from "fast-check";
import { isDigest, packageDigest } from "../../src/packages/package-digest.ts";

const file = (path: string, text: string) => ({ path, content: Buffer.from(text) });

test("the digest is the one that its definition gives", (t) => {
  // Put together by hand: tag, then path, zero, length as 8 bytes and the content's own digest, in the order of bytes.
  const part = (path: string, text: string, length: string): Buffer =>
    Buffer.concat([Buffer.from(`${path}\0`), Buffer.from(length, "hex"), createHash("sha256").update(text).digest()]);
  const whole = Buffer.concat([
    Buffer.from("yoi-plugin-package-digest-v1\0"),
    part("Z", "", "0000000000000000"),
    part("a", "abc", "0000000000000003"),
    part("a/b", "x".repeat(258), "0000000000000102"),
    part("é", "1", "0000000000000001"),
  ]);
  const expected = `sha256:${createHash("sha256").update(whole).digest("hex")}`;
  t.is(packageDigest([file("é", "1"), file("a/b", "x".repeat(258)), file("Z", ""), file("a", "abc")]), expected);
});

test("the digest of a known package does not change between versions", (t) => {
  t.is(
    packageDigest([file("plugin.toml", "schema_version = 1\n"), file("plugin.wasm", "\0asm")]),
    "sha256:542e263a9675b9b1062292f19feea937f32f55289577d6464294165b41a8adc6",
  );
});

test("any change of a path or content changes the digest, and order never does", (t) => {
  const files = fc.uniqueArray(
    fc.record({ path: fc.stringMatching(/^[a-z/]{1,6}$/), content: fc.uint8Array({ maxLength: 8 }) }),
    {
      selector: ({ path }) => path,
      minLength: 1,
      maxLength: 5,
    },
  );
  const property = fc.property(files, fc.nat(), (entries, at) => {
    const digest = packageDigest(entries);
    const n = at % entries.length;
    const changed = entries.map((entry, m) =>
      m === n ? { ...entry, content: Buffer.concat([entry.content, Buffer.from("x")]) } : entry,
    );
    const renamed = entries.map((entry, m) => (m === n ? { ...entry, path: `${entry.path}x` } : entry));
    return (
      packageDigest(entries.toReversed()) === digest &&
      packageDigest(changed) !== digest &&
      packageDigest(renamed) !== digest &&
      packageDigest(entries.slice(1)) !== digest
    );
  });
  t.notThrows(() => fc.assert(property, { numRuns: 200 }));
});

// ATTACK: threats 30
test("only a whole digest is a digest", (t) => {
  const hex = "0123456789abcdef".repeat(4);
  t.true(isDigest(`sha256:${hex}`));
  for (const text of [
    hex,
    `sha256:${hex.slice(1)}`,
    `sha256:${hex}0`,
    `SHA256:${hex}`,
    `sha256:${hex.toUpperCase()}`,
    `sha256:${hex}\n`,
    ` sha256:${hex}`,
    "sha256:../../../../etc/passwd",
  ]) {
    t.false(isDigest(text), text);
  }
});
