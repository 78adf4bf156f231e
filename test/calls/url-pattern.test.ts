import test from "ava";
import { canonicalUrl } from "../../src/calls/canonical-url.ts";
import type { UrlPattern } from "../../src/calls/inventory.ts";
import { coversUrl, isBroad, parseUrlPattern } from "../../src/calls/url-pattern.ts";

function patternOf(text: string, methods: readonly string[] = ["GET"]): UrlPattern {
  const pattern = parseUrlPattern(text, methods);
  if (typeof pattern === "string") throw new Error(`${text}: ${pattern}`);
  return pattern;
}

function covers(text: string, url: string, method?: string): boolean {
  const parsed = canonicalUrl(url);
  if (typeof parsed === "string") throw new Error(`${url}: ${parsed}`);
  return coversUrl(patternOf(text), method, parsed);
}

test("a pattern is its scheme, host, port, segments and methods", (t) => {
  t.deepEqual(patternOf("https://api.example.com/v1/a", ["GET", "POST"]), {
    scheme: "https",
    host: { kind: "exact", name: "api.example.com" },
    port: 443,
    segments: ["v1", "a"],
    methods: ["GET", "POST"],
  });
  t.like(patternOf("https://*.example.com:8443"), { host: { kind: "below", name: "example.com" }, port: 8443 });
  t.like(patternOf("http://*/v1"), { scheme: "http", host: { kind: "any" }, port: 80, segments: ["v1"] });
  t.like(patternOf("https://[2001:db8::1]"), { host: { kind: "exact", name: "2001:db8::1" } });
});

test("a pattern of more than one host is broad", (t) => {
  t.false(isBroad(patternOf("https://example.com")));
  t.true(isBroad(patternOf("https://*.example.com")));
  t.true(isBroad(patternOf("https://*")));
});

const wildcards =
  "`*` can stand for a host or for names below one, as in `https://*.example.com`; a path covers all that lies in it";
// ATTACK: threats 13, 14
for (const [text, flaw] of [
  ["https://example.com/", "it has to be written `https://example.com`"],
  ["https://Example.com/v1/", "it has to be written `https://example.com/v1`"],
  ["https://*.Example.com.:443/%41", "it has to be written `https://*.example.com/A`"],
  ["https://*:443/", "it has to be written `https://*`"],
  ["https://2130706433", "it has to be written `https://127.0.0.1`"],
  ["https://example.com/v1?q", "a pattern of URLs has no query: a path covers every query"],
  ["https://example.com/v1?", "it has to be written `https://example.com/v1`"],
  ["https://example.com/#a", "a URL that is asked for has no `#` and nothing after it"],
  ["example.com", "a URL begins with `https://`"],
  ["*", wildcards],
  ["*.example.com", wildcards],
  ["https://*example.com", wildcards],
  ["https://a.*.example.com", wildcards],
  ["https://*.*.example.com", wildcards],
  ["https://**", wildcards],
  ["https://example.*", wildcards],
  ["https://example.com:*", wildcards],
  ["https://example.com/*", wildcards],
  ["https://example.com/v*/a", wildcards],
  ["*://example.com", wildcards],
  ["https://*.127.0.0.1", "no names lie below an address"],
  ["https://*.", "the URL has no valid host and port"],
  ["https://user@example.com", "a URL has no user name or password: name a secret instead"],
  ["https://example.com/../a", "the path has a `.` or `..` segment"],
] as const) {
  test(`the pattern \`${text}\` is refused: ${flaw}`, (t) => {
    t.is(parseUrlPattern(text, ["GET"]), flaw);
  });
}

// ATTACK: threats 11, 13
for (const [pattern, url, isCovered] of [
  ["https://example.com/v1", "https://example.com/v1", true],
  ["https://example.com/v1", "https://example.com/v1/?q=1", true],
  ["https://example.com/v1", "https://EXAMPLE.com:443/%76%31/a", true],
  ["https://example.com/v1", "https://example.com/v1evil", false],
  ["https://example.com/v1", "https://example.com/", false],
  ["https://example.com/v1", "https://example.com/V1", false],
  ["https://example.com/v1", "https://example.com/a/v1", false],
  ["https://example.com/v1", "http://example.com/v1", false],
  ["https://example.com/v1", "https://example.com:8443/v1", false],
  ["https://example.com/v1", "https://a.example.com/v1", false],
  ["https://example.com/v1", "https://evil-example.com/v1", false],
  ["https://*.example.com", "https://a.example.com/", true],
  ["https://*.example.com", "https://a.b.example.com/x", true],
  ["https://*.example.com", "https://example.com/", false],
  ["https://*.example.com", "https://evil-example.com/", false],
  ["https://*.example.com", "https://example.com.evil.example/", false],
  ["https://*.example.com/v1", "https://a.example.com/v2", false],
  ["http://example.com:8443", "https://example.com:8443/", false],
  ["http://example.com:8443", "http://example.com:8443/", true],
  ["https://*", "https://anything.example/x", true],
  ["https://*", "https://10.0.0.1/", true],
  ["https://*", "https://anything.example:8443/", false],
  ["https://*", "http://anything.example/", false],
] as const) {
  test(`\`${pattern}\` covers \`${url}\`: ${isCovered}`, (t) => {
    t.is(covers(pattern, url), isCovered);
  });
}

test("a pattern covers its own methods alone, and a URL without one by any", (t) => {
  t.true(covers("https://example.com", "https://example.com/", "GET"));
  t.false(covers("https://example.com", "https://example.com/", "DELETE"));
  t.true(covers("https://example.com", "https://example.com/"));
});

test("an address lies below no name, whatever a pattern says", (t) => {
  const url = canonicalUrl("https://10.0.0.1/");
  if (typeof url === "string") return t.fail(url);
  t.false(coversUrl({ ...patternOf("https://*.example.com"), host: { kind: "below", name: "0.0.1" } }, undefined, url));
});
