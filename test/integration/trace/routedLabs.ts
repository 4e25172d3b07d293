import { type Lab, PRINTED, ROUTED, ROUTED6, SWITCHED, up } from "./labs";

/** Labs about routers: forwarding by link, several nexthops, and maps from network to network. */

/** Two sites with the same network, each mapped to another one for the other site: red — h1 — lan — blue. */
const OVERLAPPING = [
  "h1: ip link add red0 type veth peer name eth0 netns red",
  "lan: ip link add blue0 type veth peer name eth0 netns blue",
  "h1: ip link add wan0 type veth peer name wan0 netns lan",
  ...up("red", "lo", "eth0"),
  ...up("blue", "lo", "eth0"),
  ...up("h1", "lo", "red0", "wan0"),
  ...up("lan", "lo", "blue0", "wan0"),
  "red: ip address add 192.168.1.10/24 dev eth0",
  "blue: ip address add 192.168.1.10/24 dev eth0",
  "h1: ip address add 192.168.1.1/24 dev red0",
  "lan: ip address add 192.168.1.1/24 dev blue0",
  "h1: ip address add 172.16.0.1/30 dev wan0",
  "lan: ip address add 172.16.0.2/30 dev wan0",
  "red: ip route add default via 192.168.1.1",
  "blue: ip route add default via 192.168.1.1",
  "h1: ip route add default via 172.16.0.2",
  "lan: ip route add default via 172.16.0.1",
  "h1: sysctl -q -w net.ipv4.ip_forward=1",
  "lan: sysctl -q -w net.ipv4.ip_forward=1",
  "h1: nft add table ip lab",
  "h1: nft add chain ip lab pre { type nat hook prerouting priority -100 ; }",
  "h1: nft add chain ip lab post { type nat hook postrouting priority 100 ; }",
  "h1: nft add rule ip lab pre ip daddr 10.1.1.0/24 dnat ip prefix to ip daddr map { 10.1.1.0/24 : 192.168.1.0/24 }",
  "h1: nft add rule ip lab post oifname wan0 snat ip prefix to ip saddr map { 192.168.1.0/24 : 10.1.1.0/24 }",
  "lan: iptables -t nat -A PREROUTING -d 10.2.1.0/24 -j NETMAP --to 192.168.1.0/24",
  "lan: iptables -t nat -A POSTROUTING -s 192.168.1.0/24 -o wan0 -j NETMAP --to 10.2.1.0/24",
];

/** The same with IPv6. */
const OVERLAPPING6 = [
  ...["red", "blue", "h1", "lan"].flatMap((name) =>
    ["all", "default"].map((links) => `${name}: sysctl -q -w net.ipv6.conf.${links}.accept_dad=0`),
  ),
  ...OVERLAPPING,
  "red: ip address add fd00::10/64 dev eth0 nodad",
  "blue: ip address add fd00::10/64 dev eth0 nodad",
  "h1: ip address add fd00::1/64 dev red0 nodad",
  "lan: ip address add fd00::1/64 dev blue0 nodad",
  "h1: ip address add fd0f::1/64 dev wan0 nodad",
  "lan: ip address add fd0f::2/64 dev wan0 nodad",
  "red: ip -6 route add default via fd00::1",
  "blue: ip -6 route add default via fd00::1",
  "h1: ip -6 route add default via fd0f::2",
  "lan: ip -6 route add default via fd0f::1",
  "h1: sysctl -q -w net.ipv6.conf.all.forwarding=1",
  "lan: sysctl -q -w net.ipv6.conf.all.forwarding=1",
  "h1: ip6tables -t nat -A PREROUTING -d fd01::/64 -j NETMAP --to fd00::/64",
  "h1: ip6tables -t nat -A POSTROUTING -s fd00::/64 -o wan0 -j NETMAP --to fd01::/64",
  "lan: nft add table ip6 lab",
  "lan: nft add chain ip6 lab pre { type nat hook prerouting priority -100 ; }",
  "lan: nft add chain ip6 lab post { type nat hook postrouting priority 100 ; }",
  "lan: nft add rule ip6 lab pre dnat ip6 prefix to ip6 daddr map { fd02::/64 : fd00::/64 }",
  "lan: nft add rule ip6 lab post oifname wan0 snat ip6 prefix to ip6 saddr map { fd00::/64 : fd02::/64 }",
];

/** One address, 10.9.9.9, on both blue and lan, over which the router h1 spreads flows. */
const ANYCAST = [
  ...ROUTED,
  "h1: ip link add lan0 type veth peer name eth0 netns lan",
  ...up("lan", "lo", "eth0"),
  ...up("h1", "lan0"),
  "lan: ip address add 10.3.0.2/24 dev eth0",
  "h1: ip address add 10.3.0.1/24 dev lan0",
  "lan: ip route add default via 10.3.0.1",
  "blue: ip address add 10.9.9.9/32 dev lo",
  "lan: ip address add 10.9.9.9/32 dev lo",
  "red: ip route add 10.9.9.9 via 10.1.0.1",
  "h1: sysctl -q -w net.ipv4.fib_multipath_hash_policy=1",
  "h1: ip route add 10.9.9.9 nexthop via 10.2.0.2 weight 3 nexthop via 10.3.0.2",
];

/** Two routers, h1 and lan, between red and blue, which spread flows over both. */
const DIAMOND = [
  ...["h1", "lan"].flatMap((router, at) => [
    `${router}: ip link add red0 type veth peer name eth${at} netns red`,
    `${router}: ip link add blue0 type veth peer name eth${at} netns blue`,
    ...up(router, "lo", "red0", "blue0"),
    ...up("red", `eth${at}`),
    ...up("blue", `eth${at}`),
    `${router}: ip address add 10.1.${at}.1/24 dev red0`,
    `${router}: ip address add 10.2.${at}.1/24 dev blue0`,
    `red: ip address add 10.1.${at}.2/24 dev eth${at}`,
    `blue: ip address add 10.2.${at}.2/24 dev eth${at}`,
    `${router}: ip route add 10.0.0.1 via 10.1.${at}.2`,
    `${router}: ip route add 10.0.0.2 via 10.2.${at}.2`,
    `${router}: sysctl -q -w net.ipv4.ip_forward=1`,
  ]),
  ...up("red", "lo"),
  ...up("blue", "lo"),
  "red: ip address add 10.0.0.1/32 dev lo",
  "blue: ip address add 10.0.0.2/32 dev lo",
  "red: ip route add 10.0.0.2 src 10.0.0.1 nexthop via 10.1.0.1 nexthop via 10.1.1.1",
  "blue: ip route add 10.0.0.1 src 10.0.0.2 nexthop via 10.2.0.1 nexthop via 10.2.1.1",
];

/** Forwarding on single links only. The switch for all links is off. */
const BY_LINK = [...ROUTED, "h1: sysctl -q -w net.ipv4.ip_forward=0"];
const BY_LINK6 = [...ROUTED6, "h1: sysctl -q -w net.ipv6.conf.all.forwarding=0"];
const forwards = (link: string): string => `h1: sysctl -q -w net.ipv4.conf.${link}.forwarding=1`;
const forwards6 = (link: string): string => `h1: sysctl -q -w net.ipv6.conf.${link}.force_forwarding=1`;
const FORCE = "/proc/sys/net/ipv6/conf/lo/force_forwarding";

const toWeb = { trace: ["red", "10.9.9.9"] } as const;

export const routedLabs: readonly Lab[] = [
  {
    name: "answers that a router drops between two that map networks",
    base: OVERLAPPING,
    broken: [
      "h1: nft add chain ip lab forward { type filter hook forward priority 0 ; }",
      "h1: nft add rule ip lab forward ip saddr 10.2.1.0/24 counter drop",
    ],
    trace: ["red", "10.2.1.10"],
    sentence:
      "answers die at h1: chain ip lab forward drops ICMP from 10.2.1.10 to 192.168.1.10 by the rule `ip saddr 10.2.1.0/24 counter drop`, 1 packet so far; remove the rule, or accept the packet before it: an accept in another table does not overrule it",
  },
  {
    name: "a network that is mapped onto the wrong one",
    base: OVERLAPPING,
    broken: [
      "lan: iptables -t nat -R PREROUTING 1 -d 10.2.1.0/24 -j NETMAP --to 192.168.1.128/25",
      "lan: iptables -P FORWARD DROP",
    ],
    trace: ["red", "10.2.1.10"],
    repair: [
      PRINTED,
      {
        lines: ["lan: iptables -t nat -R PREROUTING 1 -d 10.2.1.0/24 -j NETMAP --to 192.168.1.0/24"],
      },
      PRINTED,
      PRINTED,
    ],
    sentence:
      "packets die at lan: the rule `-A PREROUTING -d 10.2.1.0/24 -j NETMAP --to 192.168.1.128/25` sends it on to 192.168.1.138, but the policy of chain FORWARD of iptables (table filter) drops ICMP from 10.1.1.10 to 192.168.1.138, because no rule there accepts it, 1 packet so far; let a FilterRule with backend iptables accept the packet there: an accept in another table does not overrule it",
  },
  {
    name: "an IPv6 network that is mapped by nftables, and a drop behind it",
    base: OVERLAPPING6,
    broken: ["blue: ip6tables -A INPUT -s fd01::/64 -p icmpv6 --icmpv6-type echo-request -j DROP"],
    trace: ["red", "fd02::10"],
    sentence:
      "packets die at blue: chain INPUT of iptables (table filter) drops ICMP from fd01::10 to fd00::10 by the rule `-A INPUT -s fd01::/64 -p ipv6-icmp -m icmp6 --icmpv6-type 128 -j DROP`, 1 packet so far; remove the rule, or let a FilterRule with backend iptables accept the packet before it: an accept in another table does not overrule it",
  },
  {
    name: "one of two ways leads to a machine that has lost the address",
    base: ANYCAST,
    broken: ["lan: ip address del 10.9.9.9/32 dev lo"],
    ...toWeb,
    repair: [{ lines: ["lan: ip address add 10.9.9.9/32 dev lo"] }],
    sentence:
      "packets may get lost at h1: its gateway for 10.9.9.9 is lan, which is on no other network (1 of 4 flows go this way, via 10.3.0.2 by lan0 in h1); remove that nexthop from the route, or give lan that address",
  },
  {
    name: "the other one, which most flows take",
    base: ANYCAST,
    broken: ["blue: ip address del 10.9.9.9/32 dev lo", "blue: ip route add default via 10.2.0.1"],
    ...toWeb,
    repair: [{ lines: ["blue: ip address add 10.9.9.9/32 dev lo"] }],
    sentence:
      "packets may get lost at h1: its gateway for 10.9.9.9 is blue, which is on no other network (3 of 4 flows go this way, via 10.2.0.2 by blue0 in h1); remove that nexthop from the route, or give blue that address",
  },
  {
    name: "all ways lead to machines that have lost the address",
    base: ANYCAST,
    broken: [
      "blue: ip address del 10.9.9.9/32 dev lo",
      "lan: ip address del 10.9.9.9/32 dev lo",
      "blue: ip route add default via 10.2.0.1",
    ],
    ...toWeb,
    repair: [
      { lines: ["blue: ip address add 10.9.9.9/32 dev lo", "lan: ip address add 10.9.9.9/32 dev lo"] },
    ],
    sentence:
      "packets die at blue: it gets packets for 10.9.9.9, but nobody has that address (3 of 4 flows go this way, via 10.2.0.2 by blue0 in h1; the others get lost as well, at lan); remove that nexthop from the route, or give blue that address",
  },
  {
    name: "a server on one of two machines only",
    base: ANYCAST,
    broken: [],
    server: ["blue", "0.0.0.0", 80],
    trace: ["red", "10.9.9.9:80"],
    repair: [{ servers: [["lan", "0.0.0.0", 80]] }],
    sentence:
      "packets may get lost at lan: nothing listens on TCP port 80 (1 of 4 flows go this way, via 10.3.0.2 by lan0 in h1); start the server, or use another port",
  },
  {
    name: "a router of two that does not forward, for packets and answers",
    base: DIAMOND,
    broken: ["lan: sysctl -q -w net.ipv4.ip_forward=0"],
    trace: ["red", "10.0.0.2"],
    sentence:
      "packets may get lost at lan: it does not forward, because net.ipv4.ip_forward is 0 (1 of 2 flows go this way, via 10.1.1.1 by eth1 in red; 3 of 4 flows get lost in all); add a Sysctl to set it to 1",
  },
  {
    name: "a router of two that drops answers",
    base: DIAMOND,
    broken: ["lan: ip route replace blackhole 10.0.0.1"],
    trace: ["red", "10.0.0.2"],
    repair: [PRINTED, PRINTED],
    sentence:
      "answers may get lost at lan: its route to 10.0.0.1 is of type blackhole, which blocks packets (1 of 2 flows go this way, via 10.2.1.1 by eth1 in blue); remove it",
  },
  {
    name: "forwarding on one link only",
    base: BY_LINK,
    broken: [forwards("red0")],
    sentence:
      "answers die at h1: it does not forward packets that enter by blue0, because net.ipv4.conf.blue0.forwarding is 0; add a Sysctl to set it to 1",
  },
  {
    name: "forwarding on all links but one",
    base: ROUTED,
    broken: ["h1: sysctl -q -w net.ipv4.conf.red0.forwarding=0"],
    sentence:
      "packets die at h1: it does not forward packets that enter by red0, because net.ipv4.conf.red0.forwarding is 0; add a Sysctl to set it to 1",
  },
  {
    name: "forwarding of IPv6 on one link only",
    needs: FORCE,
    base: BY_LINK6,
    broken: [forwards6("red0")],
    trace: ["red", "fd00:2::2"],
    sentence:
      "answers die at h1: it does not forward packets that enter by blue0, because net.ipv6.conf.blue0.force_forwarding is 0; add a Sysctl to set it to 1",
  },
  {
    name: "a packet for the broadcast address",
    base: SWITCHED,
    broken: [],
    trace: ["red", "192.168.15.255"],
    repair: [{ trace: ["red", "192.168.15.2"] }],
    sentence:
      "packets die at red: 192.168.15.255 is the broadcast address of 192.168.15.0/24, so no single machine answers for it; use the address of a machine",
  },
  {
    name: "a packet for the broadcast address beyond a router",
    base: ROUTED,
    broken: [],
    trace: ["red", "10.2.0.255"],
    repair: [{ trace: ["red", "10.2.0.2"] }],
    sentence:
      "packets die at h1: 10.2.0.255 is the broadcast address of 10.2.0.0/24, so no single machine answers for it; use the address of a machine",
  },
  {
    name: "the broadcast address given to a machine",
    base: SWITCHED,
    broken: [
      "blue: ip address del 192.168.15.2/24 dev veth-blue",
      "blue: ip address add 192.168.15.255/24 dev veth-blue",
    ],
    repair: [
      {
        lines: [
          "blue: ip address del 192.168.15.255/24 dev veth-blue",
          "blue: ip address add 192.168.15.2/24 dev veth-blue",
        ],
      },
    ],
    sentence:
      "packets die at red: 192.168.15.255 is the broadcast address of 192.168.15.0/24, so no single machine answers for it, not even veth-blue in blue, which has it; give that link another address in that network",
  },
  {
    name: "a packet for the network itself",
    base: SWITCHED,
    broken: [],
    trace: ["red", "192.168.15.0"],
    repair: [{ trace: ["red", "192.168.15.2"] }],
    sentence:
      "packets die at red: nobody on the Ethernet of veth-red has 192.168.15.0, the network address of 192.168.15.0/24; give a link that Address, or use another one",
  },
];

const server = ["blue", "0.0.0.0", 5353, "udp"] as const;

export const routedHealthy: readonly Omit<Lab, "sentence">[] = [
  {
    name: "networks that are mapped on both sides",
    base: OVERLAPPING,
    broken: [],
    trace: ["red", "10.2.1.10"],
  },
  {
    // UDP, where no answer can disprove a wrong verdict.
    name: "networks that are mapped on both sides: UDP",
    base: OVERLAPPING,
    broken: [
      "blue: iptables -A INPUT -s 192.168.1.0/24 -j DROP",
      "red: iptables -A INPUT -s 192.168.1.0/24 -j DROP",
    ],
    server,
    trace: ["red", "10.2.1.10:5353/udp"],
  },
  {
    name: "IPv6 networks that are mapped on both sides",
    base: OVERLAPPING6,
    broken: [],
    trace: ["red", "fd02::10"],
  },
  { name: "one address on two machines", base: ANYCAST, broken: [], ...toWeb },
  { name: "two routers between two", base: DIAMOND, broken: [], trace: ["red", "10.0.0.2"] },
  {
    name: "a way whose link is down, which the kernel leaves out",
    base: DIAMOND,
    broken: ["red: ip link set dev eth1 down", "blue: ip link set dev eth1 down"],
    trace: ["red", "10.0.0.2"],
  },
  ...["10.2.0.2", "10.2.0.2:5353/udp"].map((target) => ({
    name: `forwarding on both links: ${target}`,
    base: BY_LINK,
    broken: [forwards("red0"), forwards("blue0")],
    server,
    trace: ["red", target] as const,
  })),
  {
    name: "forwarding of IPv6 on both links",
    needs: FORCE,
    base: BY_LINK6,
    broken: [forwards6("red0"), forwards6("blue0"), "blue: sysctl -q -w net.ipv6.icmp.echo_ignore_all=0"],
    trace: ["red", "fd00:2::2"],
  },
  {
    name: "the address of the network itself given to a machine",
    base: SWITCHED,
    broken: [
      "blue: ip address del 192.168.15.2/24 dev veth-blue",
      "blue: ip address add 192.168.15.0/24 dev veth-blue",
    ],
  },
];
