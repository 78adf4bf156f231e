import test from "ava";
import fc from "fast-check";
import { canonicalAddress, isInRange } from "../../../src/calls/address-class.ts";
import { canonicalUrl, domainsOf, urlAncestors } from "../../../src/calls/canonical-url.ts";
import { parseMountPath, pathAncestors } from "../../../src/calls/guest-path.ts";
import { actionGroups, actions } from "../../../src/calls/powers.ts";
import { createEvaluator } from "../../../src/engines/rego/evaluation/create-evaluator.ts";
import type { LoadedUnit } from "../../../src/engines/rego/evaluation/policy-evaluator.ts";
import { createOpaProgram } from "../../../src/engines/rego/opa/start-opa-program.ts";
import { YoiError } from "../../../src/errors/yoi-error.ts";
import { found, opaTest } from "../../support/opa.ts";
import { regoUnit, shippedRego } from "../../support/shipped-rego.ts";
import { hostileUrls } from "../../support/url-spellings.ts";

const opa = createOpaProgram();
const evaluator = createEvaluator();
test.after.always(async () => {
  await Promise.all([opa.close(), evaluator.close()]);
});

opaTest("what ships passes its own tests, and every file of it has some", async (t) => {
  const report = found(await opa.test(regoUnit({}), shippedRego.tests));
  t.deepEqual(
    report.results.filter(({ outcome }) => outcome !== "passed"),
    [],
  );
  const tested = new Set(report.results.map(({ file }) => file.replace("_test.rego", ".rego")));
  t.deepEqual([...tested].toSorted(), shippedRego.modules.map(({ file }) => file).toSorted());
});

opaTest("what ships is formatted as OPA does", async (t) => {
  for (const module of [...shippedRego.modules, ...shippedRego.tests]) {
    t.deepEqual(await opa.format(module), { text: module.text }, module.file);
  }
});

// OPA's evaluator has run the tests above. Calls are judged by what OPA compiles, which is another implementation: so
// it is asked, too, with a policy for each question. An entry says yes, none no, and no answer is an error.
const questions = [
  "action.within",
  "address.is_address",
  "address.is_range",
  "address.within",
  "domain.is_name",
  "domain.within",
  "path.is_path",
  "path.within",
  "url.is_id",
  "url.within",
] as const;
type Question = (typeof questions)[number];

const libraries = [...new Set(questions.map((question) => question.split(".")[0]))];
const asking = [
  "package yoi.policy.asking",
  ...libraries.map((library) => `import data.yoi.${library}`),
  ...questions.map((question) => {
    const operands = question.endsWith(".within")
      ? "input.context.input.a, input.context.input.b"
      : "input.context.input.a";
    return `permit contains {"id": "${question}"} if {
  input.context.input.question == "${question}"
  ${question}(${operands})
}`;
  }),
].join("\n\n");

let unit: Promise<LoadedUnit> | undefined;

async function load(): Promise<LoadedUnit> {
  const { wasm, data } = found(await opa.compile(regoUnit({ "asking.rego": asking })));
  return evaluator.load({ name: "asking.rego", wasm, data });
}

async function ask(question: Question, a: unknown, b?: unknown): Promise<"yes" | "no" | "error"> {
  unit ??= load();
  const asked = [a, b].map((text) => (typeof text === "string" ? text.toWellFormed() : text));
  const input = JSON.stringify({ context: { input: { question, a: asked[0], b: asked[1] } } });
  try {
    const answer = await (await unit).evaluate(input);
    return (answer as { readonly permit: readonly unknown[] }).permit.length > 0 ? "yes" : "no";
  } catch (error) {
    if (YoiError.is(error, "YOI_EVALUATION_FAILED") && error.details.why === "trap") return "error";
    throw error;
  }
}

opaTest("no library asks its host for a builtin", async (t) => {
  unit ??= load();
  t.deepEqual((await unit).builtins, []);
});

// ATTACK: threats 13, 14, 26: what is inside by its letters and not by its parts; and what is malformed, which would
// make a forbid silent.
const table: readonly (readonly [Question, unknown, unknown, "yes" | "no" | "error"])[] = [
  ["domain.within", "api.example.com", "example.com", "yes"],
  ["domain.within", "example.com", "example.com", "yes"],
  ["domain.within", "evil-example.com", "example.com", "no"],
  ["domain.within", "example.com.evil.org", "example.com", "no"],
  ["domain.within", "com", "example.com", "no"],
  ["domain.within", "203.0.113.9", "example.com", "no"],
  ["domain.within", "2001:db8::1", "example.com", "no"],
  ["domain.within", "", "example.com", "no"],
  ["domain.within", "api.example.com", "*.example.com", "error"],
  ["domain.within", "api.example.com", ".example.com", "error"],
  ["domain.within", "api.example.com", "example.com.", "error"],
  ["domain.within", "api.example.com", "Example.com", "error"],
  ["domain.within", "api.example.com", "", "error"],
  ["domain.within", "api.example.com", "https://example.com", "error"],
  ["domain.within", "api.example.com", "203.0.113.9", "error"],
  ["domain.within", "api.example.com", ["example.com"], "error"],
  ["domain.within", "API.EXAMPLE.COM", "example.com", "error"],
  ["domain.within", "api.example.com.", "example.com", "error"],
  ["domain.within", "api.example.com\u0000", "example.com", "error"],
  ["domain.within", null, "example.com", "error"],
  ["domain.within", 5, "example.com", "error"],
  ["domain.within", { a: 1 }, "example.com", "error"],
  ["path.within", "notes/2026/plan.md", "notes", "yes"],
  ["path.within", "notes", "notes", "yes"],
  ["path.within", "notes-old/plan.md", "notes", "no"],
  ["path.within", "notes/privateer.md", "notes/private", "no"],
  ["path.within", "notes/Private/a", "notes/private", "no"],
  ["path.within", "notes/a", "notes/", "error"],
  ["path.within", "notes/a", "/notes", "error"],
  ["path.within", "notes/a", "notes/*", "error"],
  ["path.within", "notes/a", "notes/**", "error"],
  ["path.within", "notes/*", "notes", "yes"],
  ["path.within", "notes/a", "./notes", "error"],
  ["path.within", "notes/a", "Notes", "error"],
  ["path.within", "notes/a", "", "error"],
  ["path.within", "notes/../keys", "keys", "error"],
  ["path.within", "notes/private//a", "notes/private", "error"],
  ["path.within", "notes\\private", "notes", "error"],
  ["path.within", false, "notes", "error"],
  ["url.within", "https://api.example.com/v1/now", "https://api.example.com/v1", "yes"],
  ["url.within", "https://api.example.com/v1", "https://api.example.com", "yes"],
  ["url.within", "https://api.example.com/v1evil", "https://api.example.com/v1", "no"],
  ["url.within", "https://api.example.com.evil.org/v1", "https://api.example.com", "no"],
  ["url.within", "https://api.example.com:8443/v1", "https://api.example.com", "no"],
  ["url.within", "http://api.example.com/v1", "https://api.example.com", "no"],
  ["url.within", "https://api.example.com/v1", "https://api.example.com/", "error"],
  ["url.within", "https://api.example.com/v1", "https://API.example.com:443/v1/", "error"],
  ["url.within", "https://api.example.com/v1", "https://api.example.com/v1?q", "error"],
  ["url.within", "https://api.example.com/v1", "https://*.example.com", "error"],
  ["url.within", "https://api.example.com/v1", "https://api.example.com/v1/*", "error"],
  ["url.within", "https://api.example.com/v1", "api.example.com", "error"],
  ["url.within", "https://API.example.com/v1", "https://api.example.com", "error"],
  ["url.within", "https://api.example.com/v1/", "https://api.example.com", "error"],
  ["url.within", "https://user@api.example.com/v1", "https://api.example.com", "error"],
  ["url.within", "https://api.example.com\\@evil.org", "https://api.example.com", "error"],
  ["url.within", [], "https://api.example.com", "error"],
  ["address.within", "203.0.113.9", "203.0.113.0/24", "yes"],
  ["address.within", "203.0.114.9", "203.0.113.0/24", "no"],
  ["address.within", "2001:db8::1", "2001:db8::/32", "yes"],
  ["address.within", "2001:db9::1", "2001:db8::/32", "no"],
  ["address.within", "203.0.113.9", "::/0", "no"],
  ["address.within", "2001:db8::1", "0.0.0.0/0", "no"],
  ["address.within", "203.0.113.9", "203.0.113.0", "error"],
  ["address.within", "203.0.113.9", "203.0.113.0/33", "error"],
  ["address.within", "203.0.113.9", "203.0.113/24", "error"],
  ["address.within", "203.0.113.9", "::ffff:203.0.113.0/120", "error"],
  ["address.within", "203.0.113.9", "64:ff9b::/96", "error"],
  ["address.within", "203.0.113.9", "", "error"],
  ["address.within", "0313.0.113.9", "203.0.113.0/24", "error"],
  ["address.within", "::ffff:203.0.113.9", "203.0.113.0/24", "error"],
  ["address.within", "::ffff:cb00:7109", "203.0.113.0/24", "error"],
  ["address.within", "fe80::1%eth0", "fe80::/10", "error"],
  ["address.within", "example.com", "203.0.113.0/24", "error"],
  ["action.within", "https.request", "https.request", "yes"],
  ["action.within", "https.request", "host", "yes"],
  ["action.within", "https.request", "files", "no"],
  ["action.within", "https.request", "https.reqest", "error"],
  ["action.within", "https.request", "Host", "error"],
  ["action.within", "https.reqest", "host", "error"],
];

for (const [question, a, b, expected] of table) {
  opaTest(`${question}(${JSON.stringify(a)}, ${JSON.stringify(b)}): ${expected}`, async (t) => {
    t.is(await ask(question, a, b), expected);
  });
}

const addresses = [
  ...[
    "0.0.0.0",
    "127.0.0.1",
    "255.255.255.255",
    "1.2.3",
    "1.2.3.256",
    "01.2.3.4",
    "1.2.3.4.",
    "1e1.2.3.4",
    "0x1.2.3.4",
  ],
  ...["::", "::1", "2001:db8::1", "2001:db8:0:0:0:0:0:1", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9"],
  ...[
    ":::",
    ":1",
    "1:",
    "1::2::3",
    "12345::",
    "g::1",
    "::ffff:1.2.3.4",
    "::1.2.3.4",
    "::ffff:102:304",
    "[::1]",
    "::1%1",
  ],
  ...[
    "0:0:0:0:0:ffff:102:304",
    "0::ffff:102:304",
    "fe80::",
    " ::1",
    "::1 ",
    "",
    "1",
    "1:2:3:4:5:6:7::",
    "::2:3:4:5:6:7:8",
  ],
];
for (const address of addresses) {
  opaTest(`\`${address}\` is an address to Rego where it is one to Yoi, in the form that Yoi gives it`, async (t) => {
    const canonical = canonicalAddress(address);
    const isMixed = address.includes(":") && (address.includes(".") || canonical?.includes(".") === true);
    const expected = canonical !== undefined && !isMixed;
    t.is(await ask("address.is_address", address), expected ? "yes" : "no");
  });
}

opaTest("actions and their groups are those of the schema", async (t) => {
  const groups = new Set(Object.values(actionGroups).flat());
  for (const action of actions) {
    const own: readonly string[] = actionGroups[action];
    for (const group of [...groups, ...actions]) {
      const expected = group === action || own.includes(group) ? "yes" : "no";
      t.is(await ask("action.within", action, group), expected, `${action} in ${group}`);
    }
  }
});

/** A name that ends like a pattern cannot be asked about, though something may be called so. */
function insideOf(above: string): "yes" | "error" {
  return /\/\*{1,2}$/.test(above) ? "error" : "yes";
}

// ATTACK: threats 13, 14: a literal that Rego takes and no request is called by would make a forbid silent.
opaTest("Rego takes a URL for an id exactly where Yoi would call it so", async (t) => {
  await fc.assert(
    fc.asyncProperty(hostileUrls, async (text) => {
      const url = canonicalUrl(text);
      if (typeof url !== "string") {
        t.is(await ask("url.is_id", url.id), "yes", url.id);
        const above = [...urlAncestors(url), url.id];
        for (const one of above) t.is(await ask("url.within", url.id, one), insideOf(one), `${url.id} in ${one}`);
        for (const zone of domainsOf(url)) t.is(await ask("domain.within", url.host, zone), "yes", zone);
      }
      // What is decoded more than once, only Yoi's own reading sees through.
      const isSeenThrough = typeof url === "string" ? text.includes("%") : url.id === text;
      if (!isSeenThrough) t.is(await ask("url.is_id", text), "no", text);
    }),
  );
});

const segment = fc.oneof(
  fc.constantFrom("a", ".", "..", "", "ü", "a b", ".yoi", "A"),
  fc.string({ unit: "binary", maxLength: 6 }),
);
opaTest(
  "Rego takes for a path what Yoi does, but for names that no guest may use and other forms of Unicode",
  async (t) => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("notes", "Notes", "n-1", "", "1"),
        fc.array(segment, { maxLength: 3 }),
        async (mount, rest) => {
          const path = [mount, ...rest].join("/");
          const parsed = parseMountPath(path);
          const taken = await ask("path.is_path", path);
          if (typeof parsed !== "string") {
            t.is(taken, "yes", path);
            for (const folder of [...pathAncestors(path), path])
              t.is(await ask("path.within", path, folder), insideOf(folder), folder);
          } else if (!/reserved|NFC/.test(parsed)) t.is(taken, "no", path);
        },
      ),
    );
  },
);

const octet = fc.integer({ min: 0, max: 255 });
const ipv4 = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join("."));
const ipv6 = fc
  .ipV6()
  .map((text) => canonicalAddress(text) ?? "")
  .filter((text) => text.includes(":") && !text.startsWith("64:ff9b::"));
opaTest("Rego and Yoi agree on which range an address lies in", async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(ipv4, ipv6), fc.oneof(ipv4, ipv6), fc.nat(128), async (address, base, bits) => {
      const range = `${base}/${bits}`;
      const isRange = base.includes(":") || bits <= 32;
      const expected = isRange ? (isInRange(address, rangeOf(base, bits)) ? "yes" : "no") : "error";
      t.is(await ask("address.within", address, range), expected, `${address} in ${range}`);
    }),
  );
});

/** The range as Yoi writes it: without bits beyond its prefix. */
function rangeOf(base: string, bits: number): string {
  const isIpv4 = base.includes(".");
  const groups = isIpv4 ? base.split(".").map(Number) : groupsOf(base);
  const width = isIpv4 ? 8 : 16;
  const masked = groups.map((group, index) => {
    const kept = Math.min(width, Math.max(0, bits - index * width));
    return group & ~((1 << (width - kept)) - 1);
  });
  const first = isIpv4
    ? masked.join(".")
    : (canonicalAddress(masked.map((group) => group.toString(16)).join(":")) ?? "");
  return `${first}/${bits}`;
}

function groupsOf(address: string): readonly number[] {
  const [before = "", after] = address.split("::");
  const read = (text: string) => (text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16)));
  const [head, tail] = [read(before), read(after ?? "")];
  const zeros: number[] = after === undefined ? [] : new Array<number>(8 - head.length - tail.length).fill(0);
  return [...head, ...zeros, ...tail];
}
