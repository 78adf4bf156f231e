import test from "ava";
import { literalFlaw } from "../../src/engines/cedar/canonical-literals.ts";
import { findingsOf } from "../support/cedar-sets.ts";

for (const [type, id] of [
  ["Yoi::Url", "https://api.example.com"],
  ["Yoi::Url", "https://api.example.com:8443/v1/a%20b"],
  ["Yoi::Url", "http://[2001:db8::1]"],
  ["Yoi::Domain", "example.com"],
  ["Yoi::Domain", "com"],
  ["Yoi::Domain", "xn--bcher-kva.example"],
  ["Yoi::Secret", "weather-key"],
  ["Yoi::Secret", `a${"1".repeat(63)}`],
] as const) {
  test(`\`${type}::"${id}"\` is written as requests are`, (t) => {
    t.is(literalFlaw({ type, id }), undefined);
  });
}

const asRequests = "it is not in the form that requests use";
const asName = "a domain is a name in lower-case ASCII without a dot at its end, as in `example.com`";
const asDomain = "a domain covers everything below it, without `*`";
const asAddress = "an address lies in no domain: see `context.address`";
const asSecret = "a secret's name is 1 to 64 of a-z 0-9 -, beginning with a letter";

// ATTACK: threats 13, 14. A literal that nothing is called by makes a forbid silent.
for (const [type, id, why, meant] of [
  [
    "Url",
    "https://API.example.com:443/v1/",
    "a URL is named without a slash at its end",
    'Url::"https://api.example.com/v1"',
  ],
  ["Url", "https://api.example.com/", "a URL is named without a slash at its end", 'Url::"https://api.example.com"'],
  ["Url", "https://API.example.com/v1", asRequests, 'Url::"https://api.example.com/v1"'],
  ["Url", "https://example.com/%7e%c3%bc", asRequests, 'Url::"https://example.com/~%C3%BC"'],
  ["Url", "https://bücher.example", asRequests, 'Url::"https://xn--bcher-kva.example"'],
  ["Url", "https://2130706433", asRequests, 'Url::"https://127.0.0.1"'],
  [
    "Url",
    "https://example.com/v1?q=tea",
    "a URL is named without its query: see `context.queryKeys`",
    'Url::"https://example.com/v1"',
  ],
  ["Url", "https://example.com/v1/*", "a URL covers everything below it, without `*`", 'Url::"https://example.com/v1"'],
  [
    "Url",
    "https://example.com/v1/**",
    "a URL covers everything below it, without `*`",
    'Url::"https://example.com/v1"',
  ],
  [
    "Url",
    "https://example.com/v1#a",
    "a URL that is asked for has no `#` and nothing after it",
    'Url::"https://example.com/v1"',
  ],
  ["Url", "example.com/v1", "a URL begins with `https://`", 'Url::"https://example.com/v1"'],
  ["Url", "https://*.example.com/v1", "names below another are a domain", 'Domain::"example.com"'],
  ["Url", "*.example.com", "names below another are a domain", 'Domain::"example.com"'],
  ["Url", "https://example.com/a/../b", "the path has a `.` or `..` segment", undefined],
  ["Url", "", "a URL begins with `https://`", undefined],
  ["Domain", "*.example.com", asDomain, 'Domain::"example.com"'],
  ["Domain", ".example.com", asDomain, 'Domain::"example.com"'],
  ["Domain", "Example.com", asName, 'Domain::"example.com"'],
  ["Domain", "example.com.", asName, 'Domain::"example.com"'],
  ["Domain", "example.com:443", asName, 'Domain::"example.com"'],
  ["Domain", "bücher.example", asName, 'Domain::"xn--bcher-kva.example"'],
  ["Domain", "https://example.com/v1", asName, 'Domain::"example.com"'],
  ["Domain", "example.com/v1", asName, 'Domain::"example.com"'],
  ["Domain", "user@example.com", asName, undefined],
  ["Domain", "10.0.0.1", asAddress, undefined],
  ["Domain", "[::1]", asAddress, undefined],
  ["Domain", "*", asName, undefined],
  ["Domain", "", asName, undefined],
  ["Secret", "Weather_Key", asSecret, 'Secret::"weather-key"'],
  ["Secret", "1key", asSecret, undefined],
  ["Secret", "", asSecret, undefined],
  ["Secret", `a${"1".repeat(64)}`, asSecret, undefined],
] as const) {
  test(`\`Yoi::${type}::"${id}"\` can match nothing: ${why}`, (t) => {
    const flaw = literalFlaw({ type: `Yoi::${type}`, id });
    t.deepEqual(flaw, { why, fix: meant === undefined ? {} : { remedy: `did you mean \`Yoi::${meant}\`?` } });
  });
}

test("a set with such a literal is refused, in scope and in condition", async (t) => {
  const findings = await findingsOf(`
    forbid(principal, action == Yoi::Action::"https.request", resource in Yoi::Url::"https://api.example.com/v1/");
    forbid(principal, action == Yoi::Action::"https.request", resource) when { resource in Yoi::Domain::"*.example.com" };
    forbid(principal, action == Yoi::Action::"secret.use", resource == Yoi::Secret::"Weather-Key");
  `);
  t.deepEqual(
    findings.map(({ remedy }) => remedy),
    [
      'did you mean `Yoi::Url::"https://api.example.com/v1"`?',
      'did you mean `Yoi::Domain::"example.com"`?',
      'did you mean `Yoi::Secret::"weather-key"`?',
    ],
  );
});
