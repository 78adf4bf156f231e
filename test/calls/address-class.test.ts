import { BlockList, isIPv6 } from "node:net";
import test from "ava";
import fc from "fast-check";
import {
  type AddressClass,
  addressClasses,
  canonicalAddress,
  canonicalRange,
  classOfAddress,
  isInRange,
  worstClass,
} from "../../src/calls/address-class.ts";
import { specialAddresses } from "../../src/calls/special-addresses.ts";

// The first and last address of every block of IANA's registries of special-purpose addresses, and those just outside.
// ATTACK: threats 6, 7
const blocks: readonly (readonly [AddressClass, ...string[]])[] = [
  ["unspecified", "0.0.0.0", "0.255.255.255"],
  ["public", "1.0.0.0", "9.255.255.255"],
  ["private", "10.0.0.0", "10.255.255.255"],
  ["public", "11.0.0.0", "100.63.255.255"],
  ["cgnat", "100.64.0.0", "100.127.255.255"],
  ["public", "100.128.0.0", "126.255.255.255"],
  ["loopback", "127.0.0.0", "127.0.0.1", "127.255.255.255"],
  ["public", "128.0.0.0", "168.63.129.15", "168.63.129.17", "169.253.255.255"],
  ["link-local", "169.254.0.0", "169.254.169.253", "169.254.255.255"],
  ["public", "169.255.0.0", "172.15.255.255"],
  ["private", "172.16.0.0", "172.31.255.255"],
  ["public", "172.32.0.0", "191.255.255.255"],
  ["translated", "192.0.0.0", "192.0.0.7"],
  ["reserved", "192.0.0.8", "192.0.0.9", "192.0.0.10", "192.0.0.170", "192.0.0.171", "192.0.0.255"],
  ["public", "192.0.1.0", "192.0.1.255"],
  ["documentation", "192.0.2.0", "192.0.2.255"],
  ["public", "192.0.3.0", "192.31.195.255"],
  ["reserved", "192.31.196.0", "192.31.196.255"],
  ["public", "192.31.197.0", "192.52.192.255"],
  ["reserved", "192.52.193.0", "192.52.193.255"],
  ["public", "192.52.194.0", "192.88.98.255"],
  ["translated", "192.88.99.0", "192.88.99.2", "192.88.99.255"],
  ["public", "192.88.100.0", "192.167.255.255"],
  ["private", "192.168.0.0", "192.168.255.255"],
  ["public", "192.169.0.0", "192.175.47.255"],
  ["reserved", "192.175.48.0", "192.175.48.255"],
  ["public", "192.175.49.0", "198.17.255.255"],
  ["benchmarking", "198.18.0.0", "198.19.255.255"],
  ["public", "198.20.0.0", "198.51.99.255"],
  ["documentation", "198.51.100.0", "198.51.100.255"],
  ["public", "198.51.101.0", "203.0.112.255"],
  ["documentation", "203.0.113.0", "203.0.113.255"],
  ["public", "203.0.114.0", "223.255.255.255"],
  ["multicast", "224.0.0.0", "239.255.255.255"],
  ["reserved", "240.0.0.0", "255.255.255.254"],
  ["broadcast", "255.255.255.255"],

  ["unspecified", "::", "::ffff:0.0.0.0"],
  ["loopback", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1"],
  ["reserved", "::2", "::7f00:1", "::127.0.0.1", "::fffe:ffff:ffff", "::ffff:0:7f00:1", "::1:0:0:0"],
  ["public", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1", "64:ff9b::5db8:d70e"],
  ["loopback", "64:ff9b::7f00:1", "64:ff9b::127.255.255.255"],
  ["private", "64:ff9b::a00:1", "::ffff:10.0.0.1"],
  ["metadata", "64:ff9b::a9fe:a9fe", "::ffff:169.254.169.254"],
  ["unspecified", "64:ff9b::"],
  ["broadcast", "64:ff9b::ffff:ffff"],
  ["reserved", "64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff", "64:ff9b::1:0:0"],
  ["translated", "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff"],
  ["reserved", "64:ff9b:2::", "100::", "100::ffff:ffff:ffff:ffff", "100:0:0:1::", "100:0:0:1:ffff:ffff:ffff:ffff"],
  ["reserved", "100:0:0:2::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["public", "2000::", "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["translated", "2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["reserved", "2001:1::1", "2001:1::2", "2001:1::3", "2001:1::4", "2001:3::", "2001:4:112::", "2001:5::"],
  ["benchmarking", "2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff"],
  [
    "reserved",
    "2001:2:1::",
    "2001:10::",
    "2001:1f:ffff::",
    "2001:20::",
    "2001:2f:ffff::",
    "2001:30::",
    "2001:3f:ffff::",
  ],
  ["reserved", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["public", "2001:200::", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"],
  ["documentation", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["translated", "2002::", "2002:7f00:1::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["public", "2003::", "2606:4700::1111", "2620:4f:7fff:ffff:ffff:ffff:ffff:ffff", "2620:4f:8001::"],
  ["reserved", "2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff"],
  ["public", "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::"],
  ["documentation", "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["reserved", "4000::", "5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fbff:ffff::"],
  ["private", "fc00::", "fd00:ec2::253", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fec0::", "feff::"],
  ["reserved", "fe00::", "fe7f::"],
  ["link-local", "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["multicast", "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["metadata", "169.254.169.254", "169.254.170.2", "169.254.170.23", "168.63.129.16", "100.100.100.200", "192.0.0.192"],
  ["metadata", "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "fe80::a9fe:a9fe"],
];

for (const [addressClass, ...addresses] of blocks) {
  test(`${addresses.join(", ")}: ${addressClass}`, (t) => {
    for (const address of addresses) t.is(classOfAddress(address), addressClass, address);
  });
}

test("what is no address is never public", (t) => {
  for (const text of ["", "example.com", "127.1", "1.1.1.1%eth0", "[::1]"]) t.is(classOfAddress(text), "reserved");
});

test("of several addresses the worst class counts, and of none it is not public", (t) => {
  // ATTACK: threats 5
  t.is(worstClass(["1.1.1.1", "8.8.8.8"]), "public");
  t.is(worstClass(["1.1.1.1", "127.0.0.1", "10.0.0.1"]), "loopback");
  t.is(worstClass(["10.0.0.1", "fd00:ec2::254", "::1"]), "metadata");
  t.is(worstClass([]), "reserved");
  t.is(addressClasses[0], "public");
});

for (const [text, canonical] of [
  ["1.2.3.4", "1.2.3.4"],
  ["::FFFF:1.2.3.4", "1.2.3.4"],
  ["0:0:0:0:0:ffff:0102:0304", "1.2.3.4"],
  ["::1.2.3.4", "::102:304"],
  ["64:ff9b::1.2.3.4", "64:ff9b::102:304"],
  ["2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["0:0:0:0:0:0:0:0", "::"],
  ["fe80::1%eth0", undefined],
  ["[::1]", undefined],
  ["1.2.3.4:80", undefined],
  ["1.2.3", undefined],
  ["0x7f.0.0.1", undefined],
  ["0177.0.0.1", undefined],
  ["01.2.3.4", undefined],
  ["2130706433", undefined],
  [" 1.2.3.4", undefined],
  ["1.2.3.4.", undefined],
  ["1.2.3.4/32", undefined],
  ["::ffff:01.2.3.4", undefined],
  ["example.com", undefined],
  ["", undefined],
] as const) {
  test(`the canonical form of the address \`${text}\` is ${canonical ?? "nothing: it is none"}`, (t) => {
    t.is(canonicalAddress(text), canonical);
  });
}

for (const [text, canonical] of [
  ["192.168.7.0/24", "192.168.7.0/24"],
  ["192.168.7.1/24", undefined],
  ["192.168.7.1/32", "192.168.7.1/32"],
  ["192.168.7.128/25", "192.168.7.128/25"],
  ["192.168.7.128/24", undefined],
  ["0.0.0.0/0", "0.0.0.0/0"],
  ["FD00::/8", "fd00::/8"],
  ["fd00::/6", undefined],
  ["::1/128", "::1/128"],
  ["::1/129", undefined],
  ["10.0.0.0/33", undefined],
  ["10.0.0.0/08", undefined],
  ["10.0.0.0/", undefined],
  ["10.0.0.0/255.0.0.0", undefined],
  ["10.0.0.0", undefined],
  ["10/8", undefined],
  ["::ffff:10.0.0.0/104", undefined],
  ["::ffff:10.0.0.0/8", undefined],
  ["fe80::%eth0/10", undefined],
] as const) {
  test(`the canonical form of the range \`${text}\` is ${canonical ?? "nothing: it is none"}`, (t) => {
    t.is(canonicalRange(text), canonical);
  });
}

const addresses = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  // Around the bounds of the table, where an error would be.
  fc.tuple(fc.constantFrom(...specialAddresses), fc.integer({ min: -2, max: 2 })).map(([[range], step]) => {
    const [base = ""] = range.split("/");
    if (!isIPv6(base)) return `${base.split(".").slice(0, 3).join(".")}.${(Number(base.split(".")[3]) + step) & 255}`;
    return base.endsWith("::") ? `${base}${(step & 0xffff).toString(16)}` : base;
  }),
);

test("an address is in canonical form what a WHATWG parser makes of it, but for IPv4 inside of it", (t) => {
  fc.assert(
    fc.property(addresses, (text) => {
      const canonical = canonicalAddress(text);
      t.is(canonicalAddress(canonical ?? ""), canonical);
      const shown = new URL(isIPv6(text) ? `https://[${text}]/` : `https://${text}/`).hostname.replace(/[[\]]/g, "");
      if (!shown.startsWith("::ffff:")) t.is(canonical, shown);
    }),
    { numRuns: 2_000 },
  );
});

test("the narrowest range decides, as Node's own lists of ranges see them", (t) => {
  const rows = specialAddresses
    .map(([range, addressClass]) => {
      const [base = "", bits = ""] = range.split("/");
      const family = isIPv6(base) ? "ipv6" : "ipv4";
      const list = new BlockList();
      list.addSubnet(base, Number(bits), family);
      return { family, bits: Number(bits), list, addressClass };
    })
    .sort((a, b) => b.bits - a.bits);
  fc.assert(
    fc.property(addresses, (text) => {
      const address = canonicalAddress(text) ?? "";
      const family = isIPv6(address) ? "ipv6" : "ipv4";
      const row = rows.find((known) => known.family === family && known.list.check(address, family));
      if (!address.startsWith("64:ff9b::")) t.is(classOfAddress(address), row?.addressClass ?? "reserved", address);
      else t.is(classOfAddress(address), address === "64:ff9b::" ? "unspecified" : classOfAddress(text));
    }),
    { numRuns: 5_000 },
  );
});

test("an address lies in a range as Node's own lists of ranges see it, and in none that is no range", (t) => {
  fc.assert(
    fc.property(addresses, addresses, fc.nat({ max: 128 }), (text, base, bits) => {
      const [address, within] = [canonicalAddress(text) ?? "", canonicalAddress(base) ?? ""];
      const range = canonicalRange(`${within}/${bits}`);
      if (range === undefined) {
        t.false(isInRange(address, `${within}/${bits}`));
        return;
      }
      const list = new BlockList();
      list.addSubnet(within, bits, isIPv6(within) ? "ipv6" : "ipv4");
      const isSameFamily = isIPv6(address) === isIPv6(within);
      t.is(isInRange(address, range), isSameFamily && list.check(address, isIPv6(address) ? "ipv6" : "ipv4"));
    }),
    { numRuns: 5_000 },
  );
  t.true(isInRange("192.168.7.9", "192.168.7.0/24"));
  t.true(isInRange("::ffff:192.168.7.9", "192.168.7.0/24"));
  t.false(isInRange("192.168.8.9", "192.168.7.0/24"));
  t.false(isInRange("nowhere", "0.0.0.0/0"));
  t.false(isInRange("192.168.7.9", "::/0"));
});
