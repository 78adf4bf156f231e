import test from "ava";
import { addressClasses, classOfAddress } from "../../src/calls/address-class.ts";
import { canonicalUrl } from "../../src/calls/canonical-url.ts";
import { limits } from "../../src/calls/limits.ts";
import { isBroad, parseUrlPattern } from "../../src/calls/url-pattern.ts";
import { literalFlaw } from "../../src/engines/cedar/canonical-literals.ts";
import { plain, readPage, tableOf } from "../support/pages.ts";

const page = readPage("urls.md");

for (const [written, sent, named] of tableOf(page, "written").rows) {
  test(`${written} is sent as ${sent} and named ${named}`, (t) => {
    const url = canonicalUrl(plain(written));
    t.like(url, { href: plain(sent), id: plain(named) });
  });
}

// ATTACK: threats 6, 11, 12, 13
for (const [written, because] of tableOf(page, "refused").rows) {
  test(`${written} is refused: ${because}`, (t) => {
    t.is(canonicalUrl(plain(written)), because ?? "");
  });
}

for (const [written = ""] of tableOf(page, "written in a policy").rows) {
  test(`${written} is written as requests are named`, (t) => {
    const [, type = "", id = ""] = /in (Yoi::\w+)::"([^"]+)"/.exec(written) ?? [];
    t.not(id, "");
    t.is(literalFlaw({ type, id }), undefined);
  });
}

for (const [written, asksFor = ""] of tableOf(page, "in `plugin.toml`").rows) {
  test(`${written} is a capability, and the page says whether it is broad`, (t) => {
    const pattern = parseUrlPattern(plain(written), ["GET"]);
    if (typeof pattern === "string") return t.fail(pattern);
    t.is(isBroad(pattern), asksFor.includes("*broad*"));
  });
}

// ATTACK: threats 6, 7
for (const [addressClass, , examples = ""] of tableOf(page, "class").rows) {
  test(`${examples} is of the class ${addressClass}`, (t) => {
    const classes: readonly string[] = examples.split(", ").map((address) => classOfAddress(plain(address)));
    t.deepEqual([...new Set(classes)], [plain(addressClass)]);
  });
}

test("the page has every class of addresses, in their order, and the limits of a URL", (t) => {
  t.deepEqual(
    tableOf(page, "class").rows.map(([name]) => plain(name)),
    [...addressClasses],
  );
  const { urlBytesMax, pathSegmentsMax, queryKeysMax } = limits;
  t.true(
    page.includes(
      `at most ${urlBytesMax / 1024} KiB long, as written and as sent, with at most ${pathSegmentsMax} segments in its path and ${queryKeysMax} keys`,
    ),
  );
});
