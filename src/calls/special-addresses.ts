/**
 * What addresses are for: IANA's registries of special-purpose addresses, whole, and the addresses at which clouds give
 * out credentials. The narrowest range that an address lies in counts. What is "globally reachable" but leads to the
 * nearest router or to nothing (anycast, AS112) is reserved all the same: no plugin has business there. So is what no
 * range holds, which is most of IPv6.
 */
export const specialAddresses = [
  ["0.0.0.0/0", "public"],
  ["0.0.0.0/8", "unspecified"], // this network: RFC 791 §3.2; 0.0.0.0 reaches the machine itself
  ["10.0.0.0/8", "private"], // RFC 1918
  ["100.64.0.0/10", "cgnat"], // shared address space: RFC 6598
  ["100.100.100.200/32", "metadata"], // Alibaba Cloud
  ["127.0.0.0/8", "loopback"], // RFC 1122 §3.2.1.3
  ["168.63.129.16/32", "metadata"], // Azure's WireServer, a public address by its number
  ["169.254.0.0/16", "link-local"], // RFC 3927
  ["169.254.169.254/32", "metadata"], // most clouds
  ["169.254.170.2/32", "metadata"], // Amazon ECS, credentials of a task
  ["169.254.170.23/32", "metadata"], // Amazon EKS, credentials of a pod
  ["172.16.0.0/12", "private"], // RFC 1918
  ["192.0.0.0/24", "reserved"], // IETF protocol assignments: RFC 6890
  ["192.0.0.0/29", "translated"], // DS-Lite: RFC 7335
  ["192.0.0.8/32", "reserved"], // dummy address: RFC 7600
  ["192.0.0.9/32", "reserved"], // Port Control Protocol anycast: RFC 7723
  ["192.0.0.10/32", "reserved"], // TURN anycast: RFC 8155
  ["192.0.0.170/31", "reserved"], // NAT64/DNS64 discovery: RFC 8880, RFC 7050
  ["192.0.0.192/32", "metadata"], // Oracle Cloud
  ["192.0.2.0/24", "documentation"], // TEST-NET-1: RFC 5737
  ["192.31.196.0/24", "reserved"], // AS112: RFC 7535
  ["192.52.193.0/24", "reserved"], // AMT: RFC 7450
  ["192.88.99.0/24", "translated"], // 6to4 relay anycast, deprecated: RFC 7526
  ["192.168.0.0/16", "private"], // RFC 1918
  ["192.175.48.0/24", "reserved"], // AS112 direct delegation: RFC 7534
  ["198.18.0.0/15", "benchmarking"], // RFC 2544
  ["198.51.100.0/24", "documentation"], // TEST-NET-2: RFC 5737
  ["203.0.113.0/24", "documentation"], // TEST-NET-3: RFC 5737
  ["224.0.0.0/4", "multicast"], // RFC 5771
  ["240.0.0.0/4", "reserved"], // RFC 1112 §4
  ["255.255.255.255/32", "broadcast"], // RFC 8190, RFC 919 §7

  ["2000::/3", "public"], // global unicast, as far as IANA has given it out: RFC 4291 §2.4
  ["::/128", "unspecified"], // RFC 4291 §2.5.2
  ["::1/128", "loopback"], // RFC 4291 §2.5.3
  ["64:ff9b:1::/48", "translated"], // NAT64 of one's own: RFC 8215
  ["100::/64", "reserved"], // discard only: RFC 6666
  ["100:0:0:1::/64", "reserved"], // dummy prefix: RFC 9780
  ["2001::/23", "reserved"], // IETF protocol assignments: RFC 2928
  ["2001::/32", "translated"], // Teredo: RFC 4380
  ["2001:1::1/128", "reserved"], // Port Control Protocol anycast: RFC 7723
  ["2001:1::2/128", "reserved"], // TURN anycast: RFC 8155
  ["2001:1::3/128", "reserved"], // DNS-SD SRP anycast: RFC 9665
  ["2001:2::/48", "benchmarking"], // RFC 5180
  ["2001:3::/32", "reserved"], // AMT: RFC 7450
  ["2001:4:112::/48", "reserved"], // AS112: RFC 7535
  ["2001:10::/28", "reserved"], // ORCHID, deprecated: RFC 4843
  ["2001:20::/28", "reserved"], // ORCHIDv2: RFC 7343
  ["2001:30::/28", "reserved"], // drone remote identification: RFC 9374
  ["2001:db8::/32", "documentation"], // RFC 3849
  ["2002::/16", "translated"], // 6to4: RFC 3056
  ["2620:4f:8000::/48", "reserved"], // AS112 direct delegation: RFC 7534
  ["3fff::/20", "documentation"], // RFC 9637
  ["5f00::/16", "reserved"], // segment identifiers: RFC 9602
  ["fc00::/7", "private"], // unique local: RFC 4193
  ["fd00:ec2::23/128", "metadata"], // Amazon EKS
  ["fd00:ec2::254/128", "metadata"], // Amazon EC2
  ["fd20:ce::254/128", "metadata"], // Google Cloud
  ["fe80::/10", "link-local"], // RFC 4291 §2.5.6
  ["fe80::a9fe:a9fe/128", "metadata"], // OpenStack
  ["fec0::/10", "private"], // site-local, deprecated: RFC 3879
  ["ff00::/8", "multicast"], // RFC 4291 §2.7
] as const;
