import { isIP, isIPv6 } from "node:net";
import ipaddr from "ipaddr.js";
import { specialAddresses } from "./special-addresses.ts";

/** What an address is for, in rising order of how bad it is to be led there. */
export const addressClasses = [
  "public",
  "documentation",
  "benchmarking",
  "reserved",
  "translated",
  "multicast",
  "broadcast",
  "unspecified",
  "cgnat",
  "private",
  "link-local",
  "loopback",
  "metadata",
] as const;
export type AddressClass = (typeof addressClasses)[number];

// The narrowest first, so that the first that holds an address is the one that counts.
const table = specialAddresses
  .map(([range, addressClass]: readonly [string, AddressClass]) => ({ range: ipaddr.parseCIDR(range), addressClass }))
  .sort((a, b) => b.range[1] - a.range[1]);
const nat64 = ipaddr.IPv6.parseCIDR("64:ff9b::/96");

/**
 * An address in its canonical form: IPv6 compressed and in lower case, IPv4 inside mapped IPv6 unwrapped. `undefined` for
 * what is none: short or octal IPv4, a zone, brackets and ports are none.
 */
export function canonicalAddress(text: string): string | undefined {
  return parseAddress(text)?.toString();
}

function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  // Of a zone, only the machine that has it knows where it leads.
  if (isIP(text) === 0 || text.includes("%")) return undefined;
  if (!isIPv6(text)) return ipaddr.IPv4.parse(text);
  // The library reads `::1.2.3.4` as `::ffff:1.2.3.4`, which is another address; WHATWG writes both without dots.
  const address = ipaddr.IPv6.parse(new URL(`https://[${text}]/`).hostname.slice(1, -1));
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

/** The address that one leads to behind the well-known NAT64 prefix; every other address leads to itself. */
export function addressBehind(address: string): string {
  const parsed = parseAddress(address);
  return parsed === undefined ? address : behindNat64(parsed).toString();
}

function behindNat64(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  const leadsOn = address instanceof ipaddr.IPv6 && address.match(nat64);
  return leadsOn ? new ipaddr.IPv4(address.toByteArray().slice(12)) : address;
}

/** The class of an address, by the narrowest range that it lies in; behind NAT64, that of the address it leads to. */
export function classOfAddress(address: string): AddressClass {
  const parsed = parseAddress(address);
  // FAIL-CLOSED: what is no address is not a public one.
  return parsed === undefined ? "reserved" : classOf(behindNat64(parsed));
}

function classOf(address: ipaddr.IPv4 | ipaddr.IPv6): AddressClass {
  // FAIL-CLOSED: what the table does not know is not public.
  const row = table.find(({ range }) => range[0].kind() === address.kind() && address.match(range));
  return row?.addressClass ?? "reserved";
}

/** The worst class of several addresses; of none at all, `reserved`. */
export function worstClass(addresses: readonly string[]): AddressClass {
  const classes = new Set(addresses.map(classOfAddress));
  return addressClasses.findLast((known) => classes.has(known)) ?? "reserved";
}

/** A range in its canonical form (`192.168.7.0/24`); `undefined` for what is none, or has bits beyond its prefix. */
export function canonicalRange(text: string): string | undefined {
  const range = parseRange(text);
  return range === undefined ? undefined : `${range[0]}/${range[1]}`;
}

function parseRange(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] | undefined {
  const [, base = "", prefix = ""] = /^([^/]+)\/(0|[1-9][0-9]{0,2})$/.exec(text) ?? [];
  const address = parseAddress(base);
  // A range of mapped addresses would hold none: addresses are unwrapped before they are compared.
  if (address === undefined || isIPv6(base) !== (address.kind() === "ipv6")) return undefined;
  const bits = Number(prefix);
  const bytes = address.toByteArray();
  if (bits > bytes.length * 8) return undefined;
  const beyond = bytes.some((byte, index) => (byte & (0xff >> Math.min(8, Math.max(0, bits - index * 8)))) !== 0);
  return beyond ? undefined : [address, bits];
}

/** Whether an address lies in a range; never where one of them is none. */
export function isInRange(address: string, range: string): boolean {
  const [parsed, within] = [parseAddress(address), parseRange(range)];
  return parsed !== undefined && within !== undefined && parsed.kind() === within[0].kind() && parsed.match(within);
}
