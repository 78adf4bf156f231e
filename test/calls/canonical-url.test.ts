import test from "ava";
import fc from "fast-check";
import { canonicalAddress } from "../../src/calls/address-class.ts";
import {
  type CanonicalUrl,
  canonicalUrl,
  domainsOf,
  redactQuery,
  urlAncestors,
} from "../../src/calls/canonical-url.ts";
import { limits } from "../../src/calls/limits.ts";
import { hostileUrls, respell } from "../support/url-spellings.ts";

// `docs/urls.md` has the rules, row by row; here is what holds of all of them.

function parsed(text: string): CanonicalUrl {
  const url = canonicalUrl(text);
  if (typeof url === "string") throw new Error(`${text}: ${url}`);
  return url;
}

/** A host as a WHATWG parser has it, without what this project takes off: brackets, mapping, one dot. */
function whatwgHost(text: string): string {
  const name = new URL(text).hostname.replace(/^\[(.*)\]$/, "$1");
  return canonicalAddress(name) ?? name.replace(/\.$/, "");
}

function decodedSegments(path: string): readonly string[] {
  return path.split("/").map(decodeURIComponent);
}

test("a URL is taken apart", (t) => {
  t.deepEqual(parsed("HTTP://API.Example.com:8080/v1/a%20b/?q=tea&Q=1&q=2#".slice(0, -1)), {
    scheme: "http",
    host: "api.example.com",
    isAddress: false,
    port: 8080,
    origin: "http://api.example.com:8080",
    segments: ["v1", "a%20b"],
    path: "/v1/a%20b/",
    query: "?q=tea&Q=1&q=2",
    href: "http://api.example.com:8080/v1/a%20b/?q=tea&Q=1&q=2",
    id: "http://api.example.com:8080/v1/a%20b",
    queryKeys: ["q", "Q"],
  });
});

test("an IPv6 host is an address without brackets, in an origin with them", (t) => {
  t.like(parsed("https://[2001:DB8::1]:8443/"), {
    host: "2001:db8::1",
    isAddress: true,
    origin: "https://[2001:db8::1]:8443",
    id: "https://[2001:db8::1]:8443",
  });
});

// ATTACK: threats 12. Whatever text a guest makes up, what is accepted is sent to where a WHATWG parser would go.
test("what is accepted is canonical, and a WHATWG parser reads the same origin, path and query in it", (t) => {
  let accepted = 0;
  fc.assert(
    fc.property(hostileUrls, (text) => {
      const url = canonicalUrl(text);
      if (typeof url === "string") return;
      accepted++;
      t.deepEqual(canonicalUrl(url.href), url);
      const [sent, written] = [new URL(url.href), new URL(text)];
      t.is(sent.href, url.href);
      t.deepEqual([sent.pathname, sent.search], [url.path, url.query]);
      t.is(whatwgHost(text), url.host);
      t.is(whatwgHost(url.href), url.host);
      t.is(Number(written.port || (url.scheme === "https" ? 443 : 80)), url.port);
      t.is(sent.port, written.port);
      t.is(written.search, url.query);
      t.deepEqual(decodedSegments(written.pathname), decodedSegments(url.path));
    }),
    { numRuns: 20_000 },
  );
  t.true(accepted > 1_000, `only ${accepted} were accepted`);
});

// ATTACK: threats 11. Servers decode more than once, and each of them splits, climbs and cuts where it sees a reason.
test("no segment climbs, splits or hides a control character, however often it is decoded", (t) => {
  const decodeAsFarAsItGoes = (text: string) =>
    text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll("%", ""), "hex").toString("latin1"));
  fc.assert(
    fc.property(hostileUrls, (text) => {
      const url = canonicalUrl(text);
      if (typeof url === "string") return;
      for (const segment of url.segments) {
        for (let round = 0, shown = segment; round < 6; round++, shown = decodeAsFarAsItGoes(shown)) {
          t.notRegex(Buffer.from(shown, "latin1").toString(), /^\s*\.{1,2}\s*$|[/\\;]|\p{Cc}/u);
        }
      }
    }),
    { numRuns: 20_000 },
  );
});

test("every spelling of a URL is the same URL", (t) => {
  fc.assert(
    fc.property(respell, ({ plain, spelled }) => {
      t.deepEqual(canonicalUrl(spelled), parsed(plain), spelled);
    }),
    { numRuns: 5_000 },
  );
});

test("any text at all is answered, and never thrown at", (t) => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.webUrl({ withFragments: true })), (text) => {
      t.notThrows(() => canonicalUrl(text));
      t.notThrows(() => redactQuery(text, []));
    }),
  );
});

// Characters that no page can show, and lengths.
const tooLong = `the URL is longer than ${limits.urlBytesMax} bytes`;
const unreadable = "the URL has whitespace, a backslash, a control character or half a character";
const refusals: readonly { readonly title: string; readonly text: string; readonly flaw: string }[] = [
  { title: "a line break that a parser would drop", text: "https://example.com/v1/.\n./admin", flaw: unreadable },
  { title: "a tab in the scheme", text: "ht\ttps://example.com/", flaw: unreadable },
  { title: "space around it", text: " https://example.com/", flaw: unreadable },
  { title: "NUL in the host", text: "https://example.com\u0000.evil.example/", flaw: unreadable },
  { title: "a control character of Latin-1", text: "https://example.com/\u0085", flaw: unreadable },
  { title: "half a character", text: "https://example.com/\ud800", flaw: unreadable },
  { title: "a byte order mark", text: "\ufeffhttps://example.com/", flaw: unreadable },
  {
    title: "an encoded control character of Latin-1",
    text: "https://example.com/%C2%85",
    flaw: "a segment of the path has a slash, backslash, semicolon or control character",
  },
  {
    title: "a wide solidus in the host",
    text: "https://example.com／@evil.example/",
    flaw: "a URL has no user name or password: name a secret instead",
  },
  { title: "a sign that becomes a slash", text: "https://example.c℀m/", flaw: "the URL has no valid host and port" },
  { title: "a text over the bound", text: `https://example.com/${"a".repeat(limits.urlBytesMax)}`, flaw: tooLong },
  {
    title: "a text that is over the bound once it is encoded",
    text: `https://example.com/${"é".repeat(limits.urlBytesMax / 2 - 20)}`,
    flaw: tooLong,
  },
  {
    title: "a text over the bound that would be under it once its needless encoding is undone",
    text: `https://example.com/${"%41".repeat(limits.urlBytesMax / 3)}`,
    flaw: tooLong,
  },
  {
    title: "a label over 63",
    text: `https://${"a".repeat(64)}.example/`,
    flaw: "a host is made of labels of 1 to 63 of A-Z a-z 0-9 - _ with dots between, 253 in all",
  },
  {
    title: "a name over 253",
    text: `https://${"abcdefg.".repeat(32)}example/`,
    flaw: "a host is made of labels of 1 to 63 of A-Z a-z 0-9 - _ with dots between, 253 in all",
  },
  {
    title: "more segments than the bound",
    text: `https://example.com${"/a".repeat(limits.pathSegmentsMax + 1)}`,
    flaw: `the path has more than ${limits.pathSegmentsMax} segments`,
  },
  {
    title: "more query keys than the bound",
    text: `https://example.com/?${Array.from({ length: limits.queryKeysMax + 1 }, (_, n) => `k${n}`).join("&")}`,
    flaw: `the URL's query has more than ${limits.queryKeysMax} keys`,
  },
];

// ATTACK: threats 6, 11, 12
for (const { title, text, flaw } of refusals) {
  test(`it refuses ${title}`, (t) => {
    t.is(canonicalUrl(text), flaw);
  });
}

test("a URL at the bounds is one", (t) => {
  const host = `${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(61)}`;
  t.is(host.length, 253);
  t.is(parsed(`https://${host}/`).host, host);
  t.is(parsed(`https://example.com${"/a".repeat(limits.pathSegmentsMax)}/`).segments.length, limits.pathSegmentsMax);
  const place = "https://example.com/";
  t.is(parsed(place + "a".repeat(limits.urlBytesMax - place.length)).href.length, limits.urlBytesMax);
});

// ATTACK: threats 16. A server that parts at `;`, or reads `+` as space, must not see a key that policy did not.
for (const [query, keys] of [
  ["?a=1&b=2&a=3", ["a", "b"]],
  ["?a=1;b=2", ["a", "b"]],
  ["?%61=1&a", ["a"]],
  ["?a+b=1&a%20c", ["a b", "a c"]],
  ["?&&;=v&x=a=b", ["", "x"]],
  ["?%3D=1&a%26b=2", ["=", "a&b"]],
  ["?ü=1&%C3%BC=2", ["ü"]],
  ["?", []],
] as const) {
  test(`the keys of \`${query}\` are ${JSON.stringify(keys)}`, (t) => {
    t.deepEqual(parsed(`https://example.com/${query}`).queryKeys, keys);
  });
}

test("a URL lies in the folders of its path, nearest first, and then in its origin", (t) => {
  t.deepEqual(urlAncestors(parsed("https://example.com/v1/a/b/?q")), [
    "https://example.com/v1/a",
    "https://example.com/v1",
    "https://example.com",
  ]);
  t.deepEqual(urlAncestors(parsed("https://example.com/")), []);
});

test("a URL lies in its host's domain and in every one above, and by an address in none", (t) => {
  t.deepEqual(domainsOf(parsed("https://a.b.example.com/")), [
    "a.b.example.com",
    "b.example.com",
    "example.com",
    "com",
  ]);
  t.deepEqual(domainsOf(parsed("https://localhost/")), ["localhost"]);
  t.deepEqual(domainsOf(parsed("https://10.0.0.1/")), []);
  t.deepEqual(domainsOf(parsed("https://[::1]/")), []);
});

// ATTACK: threats 33
for (const [text, shown] of [
  ["https://example.com/a?token=hush&lang=en&flag", "https://example.com/a?token=…&lang=en&flag"],
  ["https://example.com/a?lang=en;token=hush", "https://example.com/a?lang=…"],
  ["https://example.com/a?token=hush;hush2", "https://example.com/a?token=…"],
  ["https://example.com/a?l%61ng=en&token=a=b?c", "https://example.com/a?l%61ng=en&token=…"],
  ["https://example.com/a?%=hush", "https://example.com/a?%=…"],
  ["https://example.com/a?q=hush#hush", "https://example.com/a?q=…#…"],
  ["https://example.com/a#access_token=hush?x", "https://example.com/a#…"],
  ["https://user:hush@example.com/@a", "https://example.com/@a"],
  ["https://user:hu@sh@example.com", "https://example.com"],
  ["https:user:hush@example.com/", "https:example.com/"],
  ["https:\\\\user:hush@example.com/", "https:\\\\example.com/"],
  ["ht\ntps:/\t/user:hush@example.com/", "ht\ntps:/\t/example.com/"],
  ["//user:hush@example.com/", "//example.com/"],
  ["no URL at all?q=hush\nhush", "no URL at all?q=…"],
  ["", ""],
] as const) {
  test(`the record of ${JSON.stringify(text)} is ${JSON.stringify(shown)}`, (t) => {
    t.is(redactQuery(text, ["lang"]), shown);
    t.notRegex(redactQuery(text, ["lang"]), /hush/);
  });
}

// ATTACK: threats 38: text that a pattern could try in every way; a host that reads it does nothing else meanwhile.
test("what it costs to read a hostile text grows with its length, and no faster", (t) => {
  const cost = (length: number, unit: string) => {
    const text = unit.repeat(length / unit.length);
    const times = Array.from({ length: 9 }, () => {
      const beganAt = performance.now();
      redactQuery(text, []);
      canonicalUrl(text);
      return performance.now() - beganAt;
    });
    return Math.min(...times);
  };
  for (const unit of [" ", "/", "\\", " /", "a:", "%25", ";"]) {
    // Eight times the text: a cost that grows with the square would be 64 times as much.
    t.true(cost(64 * 1_024, unit) < 32 * cost(8 * 1_024, unit) + 5, unit);
  }
});
