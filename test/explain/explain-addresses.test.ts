import dns from "node:dns";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import test, { type ExecutionContext } from "ava";
import { addressClasses, classOfAddress } from "../../src/calls/address-class.ts";
import { representatives } from "../../src/explain/explain-addresses.ts";
import type { Explanation } from "../../src/explain/explanation.ts";
import { columnsOf } from "../../src/terminal/layout.ts";
import { departures, shapesOf } from "../support/json-shapes.ts";
import { getsForecasts, networkWorkspace } from "../support/network-workspace.ts";
import { readPage } from "../support/pages.ts";
import { jsonOf, type Ran, type TestWorkspace } from "../support/workspaces.ts";

const url = "https://api.example.com/v1/oslo";
const request = ["plugin", "explain", "example.weather", "https.request", "GET", url] as const;
const neverToTheRange = `@id("never-to-the-range")
@reason("not ours")
forbid (principal, action == Yoi::Action::"network.connect", resource)
when { context.address.isInRange(ip("8.8.0.0/16")) };
`;

async function asking(t: ExecutionContext, ...policies: readonly string[]): Promise<TestWorkspace> {
  const workspace = await networkWorkspace(t);
  workspace.write(".yoi/policies/test.cedar", [getsForecasts, ...policies].join("\n"));
  return workspace;
}

function addressesOf(ran: Ran) {
  return (jsonOf(ran)["explanation"] as Explanation).addresses;
}

test("each class of addresses has one of its own that stands for it", (t) => {
  t.deepEqual(Object.keys(representatives).toSorted(), [...addressClasses].toSorted());
  for (const addressClass of addressClasses) {
    for (const address of representatives[addressClass]) t.is(classOfAddress(address), addressClass, address);
  }
});

// ATTACK: threats 9: to explain must not be a way to have a name looked up.
test.serial("a request is explained without a look-up and without a connection", async (t) => {
  const { yoi } = await asking(t);
  const kept = { lookup: dns.lookup, ofPromises: dns.promises.lookup, connect: net.Socket.prototype.connect };
  const touched: string[] = [];
  const refuse = (what: string) => (): never => {
    touched.push(what);
    throw new Error(what);
  };
  Object.assign(dns, { lookup: refuse("lookup") });
  Object.assign(dns.promises, { lookup: refuse("lookup") });
  Object.assign(net.Socket.prototype, { connect: refuse("connect") });
  syncBuiltinESMExports();
  try {
    for (const words of [
      request,
      [...request, "--address", "192.0.2.1"],
      [...request.slice(0, 5), "https://nx.invalid/"],
    ]) {
      t.is((await yoi(...words)).code, 0);
    }
  } finally {
    Object.assign(dns, { lookup: kept.lookup });
    Object.assign(dns.promises, { lookup: kept.ofPromises });
    Object.assign(net.Socket.prototype, { connect: kept.connect });
    syncBuiltinESMExports();
  }
  t.deepEqual(touched, []);
});

test("what would follow is told for every class, and for the range that is opened for this origin", async (t) => {
  const { yoi } = await asking(t);
  const addresses = addressesOf(await yoi(...request, "--json"));
  t.false(addresses?.known);
  const [opened, ...classes] = addresses?.rows ?? [];
  t.like(opened, { range: "192.168.7.0/24", answer: "allow", class: "private" });
  t.regex(opened?.openedBy ?? "", /^~\/\.config\/yoi\/yoi\.toml:\d+$/);
  t.deepEqual(classes.map((row) => row.class).toSorted(), [...addressClasses].toSorted());
  for (const row of classes) {
    t.is(row.answer, row.class === "public" ? "allow" : "deny");
    t.deepEqual(
      row.by.map(({ name }) => name),
      [row.class === "public" ? "connect-for-an-allowed-request" : "no-special-addresses"],
    );
    t.deepEqual(row.hangsOn, []);
  }
});

test("the JSON of it is what `docs/json.md` says", async (t) => {
  const { yoi } = await asking(t, neverToTheRange);
  for (const more of [[], ["--address", "9.9.9.9", "--address", "10.0.0.1"]]) {
    const { version: _, command, ...rest } = jsonOf(await yoi(...request, ...more, "--json"));
    t.deepEqual(departures(shapesOf(readPage("json.md")), String(command), rest), []);
  }
});

test("the classes are a table that a person can read", async (t) => {
  const { yoi } = await asking(t, neverToTheRange);
  const { stdout } = await yoi(...request);
  const [, shown = ""] = /^(The address\n[\s\S]*?)\n\n/m.exec(stdout) ?? [];
  t.is(
    shown.replace(/yoi\.toml:\d+/, "yoi.toml:N"),
    `The address
  ? not looked up: to explain, no name server is asked
  192.168.7.0/24  → allowed by connect-for-an-allowed-request, opened in
                  ~/.config/yoi/yoi.toml:N; ? never-to-the-range
  public          → allowed by connect-for-an-allowed-request; ?
                  never-to-the-range
  private         → denied by no-special-addresses
  loopback        → denied by no-special-addresses
  link-local      → denied by no-special-addresses
  metadata        → denied by no-special-addresses
  cgnat           → denied by no-special-addresses
  any other       → denied by no-special-addresses
  ? looks at the very address: --address IP tells`,
  );
  t.true(shown.split("\n").every((line) => columnsOf(line) <= 80));
});

test("a class whose answer hangs on the very address says so, and one that a forbid settles does not", async (t) => {
  const { yoi } = await asking(t, neverToTheRange);
  const rows = addressesOf(await yoi(...request, "--json"))?.rows ?? [];
  t.deepEqual(
    rows.filter(({ hangsOn }) => hangsOn.length > 0).map((row) => row.range ?? row.class),
    ["192.168.7.0/24", "public"],
  );
});

test("an answer hangs on the address where a forbid in Cedar reads it among other things", async (t) => {
  const either = neverToTheRange.replace("context.address.", 'context.behalf == "nobody" || context.address.');
  const { yoi } = await asking(t, either);
  const rows = addressesOf(await yoi(...request, "--json"))?.rows ?? [];
  t.is(rows.find((row) => row.class === "public")?.hangsOn.length, 1);
});

test("an address that is opened does not stand for the class that it is of", async (t) => {
  const workspace = await asking(t);
  const own = `${workspace.home}/.config/yoi/yoi.toml`;
  workspace.write(own, workspace.read(own).replace("192.168.7.0/24", "10.0.0.0/8"));
  const rows = addressesOf(await workspace.yoi(...request, "--json"))?.rows ?? [];
  t.deepEqual(
    rows.filter((row) => row.class === "private").map((row) => [row.range, row.answer]),
    [
      ["10.0.0.0/8", "allow"],
      [undefined, "deny"],
    ],
  );
});

const readers: { readonly [how: string]: string } = {
  "by a rule of its own":
    'blocked if net.cidr_contains("8.0.0.0/8", input.context.address)\n\nforbid contains {"id": "x"} if {\n\tinput.action == "network.connect"\n\tblocked\n}',
  "in brackets":
    'forbid contains {"id": "x"} if {\n\tinput.action == "network.connect"\n\tinput.context["address"] == "8.8.8.8"\n}',
  "by another name":
    'forbid contains {"id": "x"} if {\n\tinput.action == "network.connect"\n\tasked := input.context\n\tasked.address == "8.8.8.8"\n}',
  "with the action":
    'forbid contains {"id": "x"} if {\n\t[input.action, input.context.address] == ["network.connect", "8.8.8.8"]\n}',
};
for (const [how, rule] of Object.entries(readers)) {
  test(`an answer hangs on the address where a forbid in Rego reads it: ${how}`, async (t) => {
    const workspace = await asking(t);
    workspace.write(".yoi/policies/x.rego", `package yoi.policy.x\n\n${rule}\n`);
    const rows = addressesOf(await workspace.yoi(...request, "--json"))?.rows ?? [];
    t.deepEqual(
      rows.find((row) => row.class === "public")?.hangsOn.map(({ name }) => name),
      ["x/x"],
    );
  });
}

test("a policy of another plugin makes no answer hang on the address", async (t) => {
  const ofAnother = neverToTheRange.replace("principal,", 'principal == Yoi::Plugin::"user:x",');
  const { yoi } = await asking(t, ofAnother, ofAnother.replace("forbid", "permit").replace("never-", ""));
  const rows = addressesOf(await yoi(...request, "--json"))?.rows ?? [];
  t.true(rows.every(({ hangsOn }) => hangsOn.length === 0));
});

const exact: readonly (readonly [
  answer: readonly string[],
  answers: readonly string[],
  by: readonly (readonly string[])[],
])[] = [
  [["8.8.8.8"], ["deny"], [["never-to-the-range"]]],
  [["9.9.9.9"], ["allow"], [["connect-for-an-allowed-request"]]],
  [["192.168.7.9"], ["allow"], [["connect-for-an-allowed-request"]]],
  [["192.168.8.9"], ["deny"], [["no-special-addresses"]]],
  // ATTACK: threats 5: one bad address refuses all.
  [
    ["9.9.9.9", "10.0.0.1"],
    ["deny", "deny"],
    [["no-special-addresses"], ["no-special-addresses"]],
  ],
  // ATTACK: threats 6: an IPv4 address inside of an IPv6 one is that IPv4 address.
  [["::ffff:8.8.8.8"], ["deny"], [["never-to-the-range"]]],
];
for (const [answer, answers, by] of exact) {
  test(`with --address ${answer.join(" and ")} the answer is exact`, async (t) => {
    const { yoi } = await asking(t, neverToTheRange);
    const words = answer.flatMap((address) => ["--address", address]);
    const addresses = addressesOf(await yoi(...request, ...words, "--json"));
    t.true(addresses?.known);
    t.deepEqual(
      addresses?.rows.map((row) => row.answer),
      answers,
    );
    t.deepEqual(
      addresses?.rows.map((row) => row.by.map(({ name }) => name)),
      by,
    );
    t.true(addresses?.rows.every(({ hangsOn }) => hangsOn.length === 0));
    const ran = await yoi(...request, ...words, "--exit-code");
    t.is(ran.code, answers.includes("deny") ? 3 : 0);
    t.is(/all count as private/.test(ran.stdout), answer.includes("10.0.0.1"));
  });
}

test("an address in the URL is known, and judged itself", async (t) => {
  const workspace = await asking(t);
  const permit = getsForecasts.replace("api.example.com/v1", "192.0.2.7").replace("gets-forecasts", "station");
  workspace.write(".yoi/policies/more.cedar", permit);
  const words = [...request.slice(0, 5), "https://192.0.2.7/now"];
  const addresses = addressesOf(await workspace.yoi(...words, "--json"));
  t.like(addresses, { known: true, rows: { 0: { address: "192.0.2.7", class: "documentation", answer: "deny" } } });
  t.is((await workspace.yoi(...words, "--address", "9.9.9.9")).code, 2);
});

test("of a request that is denied nothing follows, unless somebody asks", async (t) => {
  const { yoi } = await networkWorkspace(t);
  t.is(addressesOf(await yoi(...request, "--json")), undefined);
  t.true(addressesOf(await yoi(...request, "--address", "9.9.9.9", "--json"))?.known);
});

const misuses: readonly (readonly [words: readonly string[], message: RegExp])[] = [
  [[...request, "--address", "localhost"], /`localhost` is no address/],
  [[...request, "--address", "127.1"], /`127\.1` is no address/],
  [["plugin", "explain", "example.weather", "fs.read", "cache/x", "--address", "192.0.2.1"], /`--address` is for a/],
  [["plugin", "explain", "01JDQ5T8C3M0V9W7QK2D7Q5T8X", "--address", "192.0.2.1"], /`--address` is for a request/],
  [[...request, ...Array.from({ length: 33 }, (_, last) => ["--address", `192.0.2.${last}`]).flat()], /at most 32/],
];
for (const [words, message] of misuses) {
  test(`\`${words.slice(2, 8).join(" ").slice(0, 90)}\` is told how to say it`, async (t) => {
    const { yoi } = await asking(t);
    const { code, stderr } = await yoi(...words);
    t.is(code, 2);
    t.regex(stderr.replace(/\s+/g, " "), message);
  });
}
