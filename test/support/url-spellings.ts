import fc from "fast-check";

const hosts = fc.constantFrom(
  "example.com",
  "EXAMPLE.com",
  "example.com.",
  "example.com..",
  "bücher.example",
  "faß.de",
  "ex%61mple.com",
  "ex_ample.com",
  "xn--bcher-kva.example",
  "example。com",
  "ｅxample.com",
  "127.0.0.1",
  "127.1",
  "0x7f000001",
  "017700000001",
  "2130706433",
  "1.2.3.4.",
  "[::1]",
  "[0:0::1]",
  "[::ffff:127.0.0.1]",
  "[::127.0.0.1]",
  "[64:ff9b::a00:1]",
  "[2001:DB8::1]",
  "good@evil.example",
  "good%40evil.example",
  "good\\@evil.example",
  "a*b.example",
  "a,b.example",
  "-a.example",
  "a\u00adb.example",
  "",
);
const ports = fc.constantFrom("", "", "", ":", ":443", ":0443", ":80", ":8443", ":0", ":65536", ":1e3");
const pieces = fc.constantFrom(
  ..."abcAZ09-._~!$&'()*+,=:@;/\\{}[]<>\"^`| %?#é漢😀",
  "%41",
  "%7e",
  "%2e",
  "%2E",
  "%2f",
  "%5c",
  "%3b",
  "%20",
  "%25",
  "%2525",
  "%252e",
  "%252f",
  "%25252e",
  "%25",
  "%00",
  "%c3%a9",
  "%C3",
  "%c0%af",
  "%zz",
  "..",
  "../",
  "/",
  "//",
  "\ud800",
  "\t",
);
const ordinary = fc.constantFrom(..."abcAZ09-._~!$&'()*+,=:@/{}|^é漢", "%41", "%7e", "%20", "%25", "%2525", "%c3%a9");
const tails = fc.array(fc.oneof({ weight: 12, arbitrary: ordinary }, { weight: 1, arbitrary: pieces }), {
  maxLength: 16,
});

/** Texts that look like URLs and that are most likely to be read in two ways. */
export const hostileUrls: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom("https://", "https://", "http://", "HTTPS://", "https:", "https:/"),
    hosts,
    ports,
    tails,
    tails,
  )
  .chain(([scheme, host, port, path, query]) =>
    fc.constantFrom("", `?${query.join("")}`).map((search) => `${scheme}${host}${port}/${path.join("")}${search}`),
  );

const segmentText = fc
  .string({ unit: fc.constantFrom(..."abzAZ09-._~!$&'()*+,=:@ {}é漢"), minLength: 1, maxLength: 8 })
  .filter((text) => !/^\s*\.{1,2}\s*$/.test(text));
const allowed = /[A-Za-z0-9\-._~!$&'()*+,=:@]/;

/** A canonical URL, and the same one with its letters in other cases and more of it encoded. */
export const respell: fc.Arbitrary<{ readonly plain: string; readonly spelled: string }> = fc
  .record({
    segments: fc.array(segmentText, { maxLength: 4 }),
    choices: fc.array(fc.nat({ max: 3 }), { minLength: 64, maxLength: 64 }),
    place: fc.constantFrom(
      ["https://example.com", "HTTPS://Ex%61mple.COM.:443"],
      ["https://example.com:8443", "https://EXAMPLE.com.:08443"],
      ["https://127.0.0.1", "https://0x7F.1:443"],
      ["http://127.0.0.1", "HTTP://[::FFFF:7f00:1]:80"],
      ["https://[2001:db8::1]", "https://[2001:DB8:0::0:1]"],
      ["https://xn--bcher-kva.example", "https://BÜCHER.example"],
    ),
  })
  .map(({ segments, choices, place: [plainPlace = "", spelledPlace = ""] }) => {
    let used = 0;
    const spellCharacter = (character: string) => {
      const choice = choices[used++ % choices.length] ?? 0;
      // A space cannot stand bare.
      const encoded = percentEncode(character);
      if (choice === 0 && character !== " ") return character;
      return choice === 1 ? encoded.toLowerCase() : encoded;
    };
    return {
      plain:
        plainPlace + folders(segments, (character) => (allowed.test(character) ? character : percentEncode(character))),
      spelled: spelledPlace + folders(segments, spellCharacter),
    };
  });

function folders(segments: readonly string[], spell: (character: string) => string): string {
  return segments.map((segment) => `/${Array.from(segment).map(spell).join("")}`).join("");
}

function percentEncode(character: string): string {
  return Array.from(Buffer.from(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
}
