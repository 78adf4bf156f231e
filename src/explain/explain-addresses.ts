// Station: a request by name → what would follow for the addresses that the name could lead to. No name is looked up:
// for each class of addresses one of them stands, and the broker is asked about the connection to it.
import { type AddressClass, classOfAddress, isInRange, worstClass } from "../calls/address-class.ts";
import type { Call } from "../calls/call.ts";
import { canonicalUrl } from "../calls/canonical-url.ts";
import type { Opening } from "../calls/inventory.ts";
import { limits } from "../calls/limits.ts";
import type { AuthorizationRequest } from "../calls/value.ts";
import type { Cause } from "../decisions/cause.ts";
import type { Decision } from "../decisions/decision.ts";
import type { PolicyInfo } from "../decisions/policy-info.ts";
import type { PolicyTrace, TraceNode } from "../decisions/trace.ts";
import type { PreparedPolicies } from "../engines/policy-engine.ts";
import { YoiError } from "../errors/yoi-error.ts";
import { traceAll } from "./trace-all.ts";

/** What the connection to one address, or to addresses of one class, would come to. */
export interface AddressRow {
  readonly address: string;
  readonly class: AddressClass;
  /** The opened range that the address stands for; without one it stands for its class, or was asked about itself. */
  readonly range?: string;
  readonly openedBy?: string;
  readonly answer: "allow" | "deny";
  readonly cause?: Cause;
  readonly by: readonly PolicyInfo[];
  /** Policies that look at the very address: where there are any, another of its class may get another answer. */
  readonly hangsOn: readonly PolicyInfo[];
}

/** What follows an `https.request`: exact where the addresses are known, by class where they are not. */
export interface AddressExplanation {
  readonly known: boolean;
  /** The worst class of all addresses that are known: it counts for each of them. */
  readonly judgedAs?: AddressClass;
  readonly rows: readonly AddressRow[];
}

/** Addresses of each class, of which the first that no opening has stands for all that none has. */
export const representatives: { readonly [C in AddressClass]: readonly string[] } = {
  public: ["9.9.9.9", "1.1.1.1", "2620:fe::fe"],
  private: ["10.0.0.1", "172.16.0.1", "192.168.0.1", "fd00::1"],
  loopback: ["127.0.0.1", "127.255.255.254", "::1"],
  "link-local": ["169.254.1.1", "169.254.255.1", "fe80::1"],
  metadata: ["169.254.169.254", "fd00:ec2::254"],
  cgnat: ["100.64.0.1", "100.127.255.254"],
  documentation: ["192.0.2.1", "203.0.113.1", "2001:db8::1"],
  benchmarking: ["198.18.0.1", "198.19.255.254"],
  reserved: ["240.0.0.1", "250.0.0.1"],
  translated: ["64:ff9b:1::1", "64:ff9b:1:ffff::1"],
  multicast: ["224.0.0.1", "239.255.255.254", "ff02::1"],
  broadcast: ["255.255.255.255"],
  unspecified: ["0.0.0.0", "::"],
};

/** Decides and writes nothing. */
type Judge = (
  call: Call<"network.connect">,
) => Promise<{ readonly request: AuthorizationRequest; readonly decision: Decision }>;

/** What addresses are explained with. */
export interface AddressParts {
  readonly judge: Judge;
  readonly sets: readonly PreparedPolicies[];
  readonly openings: readonly Opening[];
  /** The whole answer of a name server, as the caller claims it; empty where nobody has asked one. */
  readonly answer: readonly string[];
}

/**
 * Says what would follow for the addresses behind a request. An address as host, or addresses that are given, are
 * judged themselves; `undefined` is for a URL that leads nowhere.
 * @throws {YoiError} YOI_USAGE for more addresses than an answer can have, or others than the URL names
 */
export async function explainAddresses(
  call: Call<"https.request">,
  parts: AddressParts,
): Promise<AddressExplanation | undefined> {
  const url = canonicalUrl(call.ask.url);
  if (typeof url === "string") return undefined;
  if (parts.answer.length > limits.addressesMax) {
    throw new YoiError("YOI_USAGE", `an answer has at most ${limits.addressesMax} addresses`, {});
  }
  if (url.isAddress && parts.answer.some((address) => address !== url.host)) {
    throw new YoiError("YOI_USAGE", `the URL names its address: \`${url.host}\``, {});
  }
  const known = url.isAddress ? [url.host] : [...new Set(parts.answer)];
  if (known.length > 0) {
    const rows = await oneByOne(known, (address) => judgeAddress(call, address, known, parts));
    return { known: true, judgedAs: worstClass(known), rows: rows.map((row) => ({ ...row, hangsOn: [] })) };
  }
  const opened = await oneByOne(
    parts.openings.filter(({ origin }) => origin === url.origin),
    async ({ range, place }) => {
      const first = range.slice(0, range.indexOf("/"));
      return { ...(await judgeAddress(call, first, [first], parts)), range, openedBy: place };
    },
  );
  // An address that is opened itself does not stand for its class.
  const ranges = opened.map(({ range }) => range);
  const standing = Object.values(representatives).flatMap(
    (candidates) => candidates.find((address) => !ranges.some((range) => isInRange(address, range))) ?? [],
  );
  const classes = await oneByOne(standing, (one) => judgeAddress(call, one, [one], parts));
  return { known: false, rows: [...opened, ...classes] };
}

async function judgeAddress(
  { id, root, principal, via, ask: { url } }: Call<"https.request">,
  address: string,
  answer: readonly string[],
  { judge, sets }: AddressParts,
): Promise<AddressRow> {
  const ask = { url, address, answer, behalf: "https.request" } as const;
  const { request, decision } = await judge({ id, root, action: "network.connect", principal, via, ask });
  const by = decision.verdicts.flatMap(({ determining }) => determining);
  const readers = (await traceAll(sets, request)).filter(readsAddress);
  const isReader = ({ id: policy }: PolicyInfo) => readers.some((reader) => reader.policy.id === policy);
  // A forbid that does not look at the address holds for every other one of the class too.
  const isSettled = decision.kind === "deny" && by.some((policy) => policy.effect === "forbid" && !isReader(policy));
  return {
    address,
    class: classOfAddress(address),
    answer: decision.kind,
    ...(decision.kind === "deny" && { cause: decision.cause }),
    by,
    hangsOn: isSettled ? [] : readers.map(({ policy }) => policy),
  };
}

/** Whether a policy that could apply looks at the address itself, and not only at its class. */
function readsAddress({ clauses }: PolicyTrace): boolean {
  return clauses.every(({ kind, value }) => kind !== "scope" || value === "true") && clauses.some(mentionsAddress);
}

/** What reads the context whole may read this of it. */
function mentionsAddress({ reads = [], children }: TraceNode): boolean {
  const isRead = reads.some((path) => ["input", "context", "context.address"].includes(path));
  return isRead || children.some(mentionsAddress);
}

// One after the other: an inspection is never in a hurry, and the order is that of the rows.
async function oneByOne<T, R>(items: readonly T[], judgeOne: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await judgeOne(item));
  return results;
}
