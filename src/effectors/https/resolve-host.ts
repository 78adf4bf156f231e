import { lookup as lookUp } from "node:dns/promises";
import { canonicalAddress } from "../../calls/address-class.ts";
import { limits } from "../../calls/limits.ts";
import { assertUnspent } from "../../warrants/spend-warrant.ts";
import type { Warrant } from "../../warrants/warrant.ts";
import { startDeadline, stopped } from "./deadline.ts";
import { requestFailed } from "./request-failure.ts";

/** Every address that a name has, as the system says it. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/** Asks the system's resolver. */
export const systemLookup: Lookup = async (host) => {
  const answers = await lookUp(host, { all: true, order: "verbatim" });
  return answers.map(({ address }) => address);
};

/** Answers the addresses of a request's host for whoever holds the request's unspent warrant. */
export type HostResolver = (warrant: Warrant<"https.request">) => Promise<readonly string[]>;

/**
 * Makes a resolver. Its answers are canonical addresses in the order in which they came, each once; an answer with
 * anything else in it is refused whole.
 * @throws {YoiError} YOI_WARRANT_SPENT, or YOI_EFFECT_FAILED with `name-not-found`, `timeout`, `cancelled` or
 * `unavailable`
 */
export function createHostResolver(lookup: Lookup): HostResolver {
  const underWay: string[] = [];

  return async (warrant) => {
    // ATTACK: a question to a name server is a message to whoever runs it (threats 9, 39): none before the allow.
    assertUnspent(warrant, "https.request");
    const { host, isAddress } = warrant.target.url;
    if (isAddress) return [host];
    const plugin = warrant.call.principal.id;
    const ofPlugin = underWay.filter((one) => one === plugin).length;
    // ATTACK: one plugin that takes every place, by names whose servers never answer (threats 22).
    if (underWay.length >= limits.dnsLookupsConcurrentMax || ofPlugin >= limits.dnsLookupsPerPluginMax) {
      throw requestFailed("unavailable");
    }
    underWay.push(plugin);
    // ATTACK: names whose servers never answer. A lookup cannot be called off, so what was given up on still counts.
    const answer = lookup(host).finally(() => {
      underWay.splice(underWay.indexOf(plugin), 1);
    });
    return canonicalAnswer(await inTime(answer, warrant));
  };
}

async function inTime(answer: Promise<readonly string[]>, warrant: Warrant<"https.request">) {
  const { bounds, target } = warrant;
  const timeoutMs = Math.min(
    limits.dnsLookupMs,
    bounds.timeoutMs ?? limits.dnsLookupMs,
    target.timeoutMs ?? limits.dnsLookupMs,
  );
  using deadline = startDeadline([warrant.signal], timeoutMs);
  return await Promise.race([answer.catch(refuseFailedLookup), stopped(deadline.stop)]);
}

function refuseFailedLookup(error: unknown): never {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  throw requestFailed(code === "ENOTFOUND" || code === "ENODATA" ? "name-not-found" : "unavailable");
}

function canonicalAnswer(answer: readonly string[]): readonly string[] {
  if (answer.length === 0) throw requestFailed("name-not-found");
  // FAIL-CLOSED: an address that was left out of the answer would be left out of its worst class, too.
  if (answer.length > limits.addressesMax) throw requestFailed("unavailable");
  const addresses = answer.map((address) => {
    const canonical = canonicalAddress(address);
    if (canonical === undefined) throw requestFailed("unavailable");
    return canonical;
  });
  return [...new Set(addresses)];
}
