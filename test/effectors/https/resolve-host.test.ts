import test from "ava";
import { limits } from "../../../src/calls/limits.ts";
import { createHostResolver, type Lookup, systemLookup } from "../../../src/effectors/https/resolve-host.ts";
import { spendWarrant } from "../../../src/warrants/spend-warrant.ts";
import { type Asking, failureOf, requestWarrant } from "../../support/https-requests.ts";

const asking: Asking = { url: "https://api.example.com/" };
const never: Lookup = () => new Promise(() => undefined);
const answering =
  (...addresses: string[]): Lookup =>
  async () =>
    addresses;
const failing =
  (code: string): Lookup =>
  async () => {
    throw Object.assign(new Error(`getaddrinfo ${code} api.example.com 10.0.0.1`), { code });
  };

test("a name's addresses come back canonical, in their order, each once", async (t) => {
  const resolve = createHostResolver(answering("2001:DB8:0::1", "192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1"));
  t.deepEqual(await resolve(requestWarrant(asking)), ["2001:db8::1", "192.0.2.1"]);
});

test("looking up leaves the warrant unspent, for the one that sends", async (t) => {
  const warrant = requestWarrant(asking);
  const resolve = createHostResolver(answering("192.0.2.1"));
  await resolve(warrant);
  await resolve(warrant);
  t.notThrows(() => spendWarrant(warrant, "https.request"));
});

// ATTACK: threats 9, 39
test("without an unspent warrant nobody is asked for anything", async (t) => {
  const resolve = createHostResolver(async () => t.fail("somebody was asked") || []);
  const spent = requestWarrant(asking);
  spendWarrant(spent, "https.request");
  t.is(await failureOf(resolve(spent)), "no warrant");
  t.is(await failureOf(resolve({ ...requestWarrant(asking) })), "no warrant");
});

// ATTACK: threats 3
for (const [url, address] of [
  ["https://192.0.2.1/", "192.0.2.1"],
  ["https://[2001:db8::1]/", "2001:db8::1"],
  ["https://[::ffff:192.0.2.1]/", "192.0.2.1"],
] as const) {
  test(`${url} answers for itself, and nobody is asked`, async (t) => {
    const resolve = createHostResolver(async () => t.fail("somebody was asked") || []);
    t.deepEqual(await resolve(requestWarrant({ url })), [address]);
  });
}

// ATTACK: threats 5
for (const [what, lookup, expected] of [
  ["no address", answering(), "name-not-found"],
  ["a name that does not exist", failing("ENOTFOUND"), "name-not-found"],
  ["a name without addresses", failing("ENODATA"), "name-not-found"],
  ["a resolver that is not there", failing("EAI_AGAIN"), "unavailable"],
  ["a name among the addresses", answering("192.0.2.1", "localhost"), "unavailable"],
  ["a short address", answering("127.1"), "unavailable"],
  ["an address of one interface alone", answering("fe80::1%eth0"), "unavailable"],
  [
    "more addresses than can be looked at",
    answering(...Array.from({ length: limits.addressesMax + 1 }, () => "192.0.2.1")),
    "unavailable",
  ],
] as const) {
  test(`${what} is ${expected}`, async (t) => {
    t.is(await failureOf(createHostResolver(lookup)(requestWarrant(asking))), expected);
  });
}

test("a failure says nothing of what the system said", async (t) => {
  const error = await t.throwsAsync(createHostResolver(failing("ENOTFOUND"))(requestWarrant(asking)));
  t.is(error?.cause, undefined);
  t.notRegex(error?.message ?? "", /10\.0\.0\.1|getaddrinfo|api\.example/);
});

test("an answer that does not come in time is a timeout, and one that is called off is cancelled", async (t) => {
  const resolve = createHostResolver(never);
  t.is(await failureOf(resolve(requestWarrant({ ...asking, bounds: { timeoutMs: 10 } }))), "timeout");
  const caller = new AbortController();
  const resolving = resolve(requestWarrant({ ...asking, signal: caller.signal }));
  caller.abort();
  t.is(await failureOf(resolving), "cancelled");
});

test("lookups that were given up on still count, until they end", async (t) => {
  const ends: (() => void)[] = [];
  const lookups: Lookup = () => new Promise((resolve) => ends.push(() => resolve(["192.0.2.1"])));
  const resolve = createHostResolver(lookups);
  const caller = new AbortController();
  const first = Array.from({ length: limits.dnsLookupsConcurrentMax }, (_, n) => {
    const plugin =
      `project:example.plugin-${n % Math.ceil(limits.dnsLookupsConcurrentMax / limits.dnsLookupsPerPluginMax)}` as const;
    return failureOf(resolve(requestWarrant({ ...asking, plugin, signal: caller.signal })));
  });
  caller.abort();
  t.deepEqual(new Set(await Promise.all(first)), new Set(["cancelled"]));
  t.is(await failureOf(resolve(requestWarrant(asking))), "unavailable");
  t.is(ends.length, limits.dnsLookupsConcurrentMax);
  for (const end of ends) end();
  await new Promise(setImmediate);
  const last = resolve(requestWarrant(asking));
  ends.at(-1)?.();
  t.deepEqual(await last, ["192.0.2.1"]);
});

// ATTACK: threats 22: names whose servers never answer, as many as may be looked up at once.
test("one plugin's lookups that never end leave room for another plugin's", async (t) => {
  const resolve = createHostResolver((host) =>
    host.startsWith("slow") ? new Promise(() => undefined) : Promise.resolve(["192.0.2.1"]),
  );
  const caller = new AbortController();
  const plugin = "project:example.greedy";
  const greedy = Array.from({ length: limits.dnsLookupsPerPluginMax + 1 }, () =>
    failureOf(resolve(requestWarrant({ url: "https://slow.example.com/", plugin, signal: caller.signal }))),
  );
  t.is(await greedy.at(-1), "unavailable");
  t.deepEqual(await resolve(requestWarrant(asking)), ["192.0.2.1"]);
  caller.abort();
  await Promise.all(greedy);
});

test("the time that a guest gives its request is its lookup's too", async (t) => {
  const resolve = createHostResolver(() => new Promise(() => undefined));
  t.is(await failureOf(resolve(requestWarrant({ ...asking, timeoutMs: 10 }))), "timeout");
});

test("the system knows this machine's own name", async (t) => {
  const answer = await systemLookup("localhost");
  t.true(answer.length > 0 && answer.every((address) => ["127.0.0.1", "::1"].includes(address)));
});
