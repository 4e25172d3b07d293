/** Networks to break. Each line is `NAMESPACE: TOOL WORDS…`. */

/** red — h1 — blue: two Ethernets and a router between them. */
export const ROUTED = [
  "h1: ip link add red0 type veth peer name eth0 netns red",
  "h1: ip link add blue0 type veth peer name eth0 netns blue",
  ...up("red", "lo", "eth0"),
  ...up("blue", "lo", "eth0"),
  ...up("h1", "lo", "red0", "blue0"),
  "red: ip address add 10.1.0.2/24 dev eth0",
  "blue: ip address add 10.2.0.2/24 dev eth0",
  "h1: ip address add 10.1.0.1/24 dev red0",
  "h1: ip address add 10.2.0.1/24 dev blue0",
  "red: ip route add 10.2.0.0/24 via 10.1.0.1",
  "blue: ip route add 10.1.0.0/24 via 10.2.0.1",
  "h1: sysctl -q -w net.ipv4.ip_forward=1",
];

/** The same with IPv6. */
export const ROUTED6 = [
  ...["red", "blue", "h1"].flatMap((name) =>
    ["all", "default"].map((links) => `${name}: sysctl -q -w net.ipv6.conf.${links}.accept_dad=0`),
  ),
  ...ROUTED,
  "red: ip address add fd00:1::2/64 dev eth0 nodad",
  "blue: ip address add fd00:2::2/64 dev eth0 nodad",
  "h1: ip address add fd00:1::1/64 dev red0 nodad",
  "h1: ip address add fd00:2::1/64 dev blue0 nodad",
  "red: ip -6 route add fd00:2::/64 via fd00:1::1",
  "blue: ip -6 route add fd00:1::/64 via fd00:2::1",
  "h1: sysctl -q -w net.ipv6.conf.all.forwarding=1",
];

/** red and blue on the bridge v-net-0 of h1, as in the seed. */
export const SWITCHED = [
  "h1: ip link add v-net-0 type bridge",
  "h1: ip link add veth-red-br type veth peer name veth-red netns red",
  "h1: ip link add veth-blue-br type veth peer name veth-blue netns blue",
  "h1: ip link set veth-red-br master v-net-0",
  "h1: ip link set veth-blue-br master v-net-0",
  ...up("red", "lo", "veth-red"),
  ...up("blue", "lo", "veth-blue"),
  ...up("h1", "lo", "v-net-0", "veth-red-br", "veth-blue-br"),
  "red: ip address add 192.168.15.1/24 dev veth-red",
  "blue: ip address add 192.168.15.2/24 dev veth-blue",
  "h1: ip address add 192.168.15.5/24 dev v-net-0",
];

/** The chain FORWARD as Docker sets it up. */
export const DOCKER = [
  "h1: iptables -P FORWARD DROP",
  "h1: iptables -N DOCKER-USER",
  "h1: iptables -A FORWARD -j DOCKER-USER",
  "h1: iptables -A DOCKER-USER -j RETURN",
  "h1: iptables -A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
];

export function up(namespace: string, ...links: readonly string[]): string[] {
  return links.map((link) => `${namespace}: ip link set dev ${link} up`);
}

type Server = readonly [namespace: string, ip: string, port: number, protocol?: "udp"];

/** The repair of a fault whose fix is prose: lines to type, a server to start, or another question. */
export interface Action {
  readonly lines?: readonly string[];
  readonly servers?: readonly Server[];
  readonly trace?: readonly [source: string, target: string];
  readonly isSettled?: boolean;
}

/** Applies the printed lines. */
export const PRINTED = "printed";

export interface Lab {
  /** The fault. */
  readonly name: string;
  readonly base: readonly string[];
  /** The commands that cause it. */
  readonly broken: readonly string[];
  /** SRC and DST. Default: red and blue. */
  readonly trace?: readonly [source: string, target: string];
  /** The verdict, or a pattern if it contains the counter of background packets. */
  readonly sentence: string | RegExp;
  /** A file of the kernel that exists only with the feature. */
  readonly needs?: string;
  /** Whether to wait until spanning tree has decided on every port. */
  readonly isSettled?: boolean;
  /** A server, by default for TCP. */
  readonly server?: Server;
  /** The repairs, fault by fault, until packets arrive. Default: the printed one, once. */
  readonly repair?: readonly (typeof PRINTED | Action)[];
}

export const labs: readonly Lab[] = [
  {
    name: "an address without a prefix length",
    base: SWITCHED,
    broken: [
      "red: ip address del 192.168.15.1/24 dev veth-red",
      "red: ip address add 192.168.15.1 dev veth-red",
    ],
    sentence:
      "packets die at red: its address 192.168.15.1/32 covers no network, so 192.168.15.2 is not a neighbour, although it is on the same Ethernet; change it to 192.168.15.1/24",
  },
  {
    name: "a prefix length that is too long",
    base: SWITCHED,
    broken: [
      "blue: ip address del 192.168.15.2/24 dev veth-blue",
      "blue: ip address add 192.168.15.2/31 dev veth-blue",
    ],
    sentence:
      "answers die at blue: its address 192.168.15.2/31 does not cover 192.168.15.1, although it is on the same Ethernet; change it to 192.168.15.2/24",
  },
  {
    name: "a prefix length that is too short",
    base: ROUTED,
    broken: [
      "red: ip route del 10.2.0.0/24",
      "red: ip address del 10.1.0.2/24 dev eth0",
      "red: ip address add 10.1.0.2/8 dev eth0",
    ],
    sentence:
      "packets die at red: it treats 10.2.0.2 as a neighbour on eth0, because its address 10.1.0.2/8 covers it, but that is eth0 in blue, on another Ethernet; change it to 10.1.0.2/24, and reach 10.2.0.0/24 by a Route via 10.1.0.1",
  },
  {
    name: "a link that is down",
    base: SWITCHED,
    broken: ["h1: ip link set dev veth-blue-br down"],
    sentence: "packets die at h1: veth-blue-br is down; set it up",
  },
  {
    name: "the sender's own link is down",
    base: ROUTED,
    broken: ["red: ip link set dev eth0 down"],
    repair: [PRINTED, PRINTED],
    sentence: "packets die at red: eth0 is down; set it up",
  },
  {
    name: "no route",
    base: ROUTED,
    broken: ["red: ip route del 10.2.0.0/24"],
    sentence:
      "packets die at red: it has no route to 10.2.0.0/24; add a Route there to 10.2.0.0/24 via 10.1.0.1",
  },
  {
    name: "no route back",
    base: ROUTED,
    broken: ["blue: ip route del 10.1.0.0/24"],
    sentence:
      "answers die at blue: it has no route back to 10.1.0.0/24; add a Route there to 10.1.0.0/24 via 10.2.0.1, or a NatRule of kind masquerade on h1",
  },
  {
    name: "a masquerade that does not cover the sender",
    base: ROUTED,
    broken: [
      "blue: ip route del 10.1.0.0/24",
      "h1: iptables -t nat -A POSTROUTING -s 10.9.0.0/24 -j MASQUERADE",
    ],
    sentence:
      "answers die at blue: it has no route back to 10.1.0.0/24; add a NatRule of kind masquerade on h1 that covers 10.1.0.0/24, or add a Route there to 10.1.0.0/24 via 10.2.0.1",
  },
  {
    name: "a gateway that nobody is",
    base: ROUTED,
    broken: ["red: ip route replace 10.2.0.0/24 via 10.1.0.9"],
    sentence:
      "packets die at red: its gateway for 10.2.0.2 is 10.1.0.9, but nobody on the Ethernet of eth0 has that address; change the route to 10.1.0.1, which is h1",
  },
  {
    name: "a gateway that leads nowhere",
    base: [
      ...SWITCHED,
      "h1: ip link add out type veth peer name eth0 netns lan",
      ...up("lan", "lo", "eth0"),
      ...up("h1", "out"),
      "h1: ip address add 192.168.1.2/24 dev out",
      "lan: ip address add 192.168.1.3/24 dev eth0",
      "lan: ip route add 192.168.15.0/24 via 192.168.1.2",
      "h1: sysctl -q -w net.ipv4.ip_forward=1",
    ],
    broken: ["blue: ip route add 192.168.1.0/24 via 192.168.15.1"],
    trace: ["blue", "lan"],
    sentence:
      "packets die at blue: its gateway for 192.168.1.3 is red, which is on no other network; send it via 192.168.15.5, which is h1",
  },
  {
    name: "forwarding off",
    base: ROUTED,
    broken: ["h1: sysctl -q -w net.ipv4.ip_forward=0"],
    sentence:
      "packets die at h1: it does not forward, because net.ipv4.ip_forward is 0; add a Sysctl to set it to 1",
  },
  {
    name: "FORWARD drops, by iptables",
    base: ROUTED,
    broken: ["h1: iptables -P FORWARD DROP"],
    repair: [PRINTED, PRINTED],
    sentence:
      "packets die at h1: the policy of chain FORWARD of iptables (table filter) drops ICMP from 10.1.0.2 to 10.2.0.2, because no rule there accepts it, 1 packet so far; let a FilterRule with backend iptables accept the packet there: an accept in another table does not overrule it",
  },
  {
    name: "Docker's FORWARD drops",
    base: ROUTED,
    broken: DOCKER,
    repair: [PRINTED, PRINTED],
    sentence:
      "packets die at h1: the policy of chain FORWARD of iptables (table filter) drops ICMP from 10.1.0.2 to 10.2.0.2, because no rule there accepts it, 1 packet so far; let a FilterRule with backend iptables and dockerUser accept the packet in Docker's chain for exceptions, DOCKER-USER: an accept in another table does not overrule it",
  },
  {
    name: "a rule before Docker's own drops",
    base: ROUTED,
    broken: [...DOCKER, "h1: iptables -I FORWARD -d 10.2.0.0/24 -j DROP"],
    repair: [PRINTED, PRINTED],
    sentence:
      "packets die at h1: chain FORWARD of iptables (table filter) drops ICMP from 10.1.0.2 to 10.2.0.2 by the rule `-A FORWARD -d 10.2.0.0/24 -j DROP`, 1 packet so far; remove the rule, or let a FilterRule with backend iptables accept the packet before it: an accept in another table does not overrule it",
  },
  {
    name: "a rule of another table of iptables drops",
    base: ROUTED,
    broken: ["h1: iptables -t mangle -A FORWARD -d 10.2.0.0/24 -j DROP"],
    sentence:
      "packets die at h1: chain FORWARD of iptables (table mangle) drops ICMP from 10.1.0.2 to 10.2.0.2 by the rule `-A FORWARD -d 10.2.0.0/24 -j DROP`, 1 packet so far; remove the rule, or accept the packet before it: an accept in another table does not overrule it",
  },
  {
    name: "a legacy rule drops",
    base: ROUTED,
    broken: ["h1: iptables-legacy -A FORWARD -s 10.1.0.0/24 -j DROP"],
    sentence:
      "packets die at h1: chain FORWARD of iptables-legacy (table filter) drops ICMP from 10.1.0.2 to 10.2.0.2 by the rule `-A FORWARD -s 10.1.0.0/24 -j DROP`, 1 packet so far; remove the rule, or accept the packet before it: an accept in another table does not overrule it",
  },
  {
    name: "a forward chain drops, by nftables",
    base: ROUTED,
    broken: [
      "h1: nft add table inet lab",
      "h1: nft add chain inet lab forward { type filter hook forward priority 0 ; policy drop ; }",
      "h1: nft add rule inet lab forward ct state vmap { established : accept, invalid : drop }",
      "h1: nft add rule inet lab forward ip saddr 10.7.0.0/16 accept",
    ],
    sentence:
      "packets die at h1: the policy of chain inet lab forward drops ICMP from 10.1.0.2 to 10.2.0.2, because no rule there accepts it; accept the packet there: an accept in another table does not overrule it",
  },
  {
    name: "a rule rejects the answer",
    base: ROUTED,
    broken: [
      "h1: nft add table ip lab",
      "h1: nft add set ip lab quiet { type ipv4_addr ; flags interval ; elements = { 10.2.0.0/25 } ; }",
      "h1: nft add chain ip lab forward { type filter hook forward priority 0 ; }",
      "h1: nft add rule ip lab forward ip saddr @quiet counter reject",
    ],
    sentence:
      "answers die at h1: chain ip lab forward rejects ICMP from 10.2.0.2 to 10.1.0.2 by the rule `ip saddr @quiet counter reject`, 1 packet so far; remove the rule, or accept the packet before it: an accept in another table does not overrule it",
  },
  {
    name: "br_netfilter asks FORWARD about a switch",
    base: SWITCHED,
    broken: ["h1: iptables -P FORWARD DROP"],
    sentence:
      "packets die at h1: the policy of chain FORWARD of iptables (table filter) drops ICMP from 192.168.15.1 to 192.168.15.2, because no rule there accepts it, 1 packet so far (it also applies to packets that cross the bridge v-net-0, because br_netfilter is on); let a FilterRule with backend iptables accept the packet there: an accept in another table does not overrule it",
  },
  {
    name: "a bridge rule for two ports drops",
    base: SWITCHED,
    broken: [
      "h1: nft add table bridge lab",
      "h1: nft add chain bridge lab forward { type filter hook forward priority 0 ; }",
      "h1: nft add rule bridge lab forward iifname v-net-0 drop",
      "h1: nft add rule bridge lab forward iifname veth-red-br oifname veth-blue-br ether type ip counter drop",
    ],
    sentence:
      "packets die at h1: chain bridge lab forward drops ICMP from 192.168.15.1 to 192.168.15.2 by the rule `iifname veth-red-br oifname veth-blue-br ether type ip counter drop`, 1 packet so far; remove the rule, or accept the packet before it: an accept in another table does not overrule it",
  },
  {
    name: "FORWARD lets other ports of a bridge pass",
    base: SWITCHED,
    broken: [
      "h1: iptables -P FORWARD DROP",
      "h1: iptables -A FORWARD -m physdev --physdev-in veth-red-br --physdev-out v-eth -j ACCEPT",
    ],
    sentence:
      "packets die at h1: the policy of chain FORWARD of iptables (table filter) drops ICMP from 192.168.15.1 to 192.168.15.2, because no rule there accepts it, 1 packet so far (it also applies to packets that cross the bridge v-net-0, because br_netfilter is on); let a FilterRule with backend iptables accept the packet there: an accept in another table does not overrule it",
  },
  {
    name: "a firewall on the sender",
    base: SWITCHED,
    broken: ["red: iptables -P OUTPUT DROP"],
    sentence:
      "packets die at red: the policy of chain OUTPUT of iptables (table filter) drops ICMP from 192.168.15.1 to 192.168.15.2, because no rule there accepts it, 1 packet so far; let a FilterRule with backend iptables accept the packet there: an accept in another table does not overrule it",
  },
  {
    name: "a firewall on the receiver",
    base: ROUTED,
    broken: ["blue: iptables -A INPUT -p icmp -j DROP"],
    sentence:
      "packets die at blue: chain INPUT of iptables (table filter) drops ICMP from 10.1.0.2 to 10.2.0.2 by the rule `-A INPUT -p icmp -j DROP`, 1 packet so far; remove the rule, or let a FilterRule with backend iptables accept the packet before it: an accept in another table does not overrule it",
  },
  {
    name: "dnat to where nothing is forwarded",
    base: ROUTED,
    broken: [
      "h1: sysctl -q -w net.ipv4.ip_forward=0",
      "h1: iptables -t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 10.2.0.2:8080",
    ],
    trace: ["red", "10.1.0.1:80"],
    repair: [PRINTED, { servers: [["blue", "0.0.0.0", 8080]] }],
    sentence:
      "packets die at h1: the rule `-A PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.2.0.2:8080` sends it on to 10.2.0.2, but it does not forward, because net.ipv4.ip_forward is 0; add a Sysctl to set it to 1",
  },
  {
    name: "dnat, and FORWARD drops",
    base: ROUTED,
    broken: [
      "h1: iptables -t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 10.2.0.2:8080",
      "h1: iptables -P FORWARD DROP",
    ],
    trace: ["red", "10.1.0.1:80"],
    repair: [PRINTED, { servers: [["blue", "0.0.0.0", 8080]] }, PRINTED],
    sentence:
      "packets die at h1: the rule `-A PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.2.0.2:8080` sends it on to 10.2.0.2, but the policy of chain FORWARD of iptables (table filter) drops TCP from 10.1.0.2 to 10.2.0.2 port 8080, because no rule there accepts it, 1 packet so far; let a FilterRule with backend iptables accept the packet there: an accept in another table does not overrule it",
  },
  {
    name: "a strict reverse path filter",
    base: [
      ...ROUTED,
      "h1: ip link add red1 type veth peer name eth1 netns red",
      ...up("red", "eth1"),
      ...up("h1", "red1"),
      "h1: ip address add 10.3.0.1/24 dev red1",
      "red: ip address add 10.3.0.2/24 dev eth1",
    ],
    broken: [
      "h1: sysctl -q -w net.ipv4.conf.all.rp_filter=1",
      "red: ip route replace 10.2.0.0/24 via 10.3.0.1 src 10.1.0.2",
    ],
    sentence:
      "packets die at h1: its reverse path filter (rp_filter = 1) drops packets that enter by red1 from 10.1.0.2, because its route back leads by red0; route the answers by red1, or set net.ipv4.conf.red1.rp_filter to 2",
  },
  {
    name: "the same address twice",
    base: SWITCHED,
    broken: ["blue: ip address add 192.168.15.1/24 dev veth-blue"],
    trace: ["h1", "192.168.15.1"],
    repair: [
      { lines: ["blue: ip address del 192.168.15.1/24 dev veth-blue", "h1: ip neigh flush dev v-net-0"] },
    ],
    sentence:
      "packets may get lost at h1: both veth-red in red and veth-blue in blue have the address 192.168.15.1; change one of them",
  },
  {
    name: "two ends of one cable with different MTUs",
    base: ROUTED,
    broken: ["h1: ip link set dev red0 mtu 1400"],
    sentence:
      "large packets die at h1: red0 accepts packets of up to 1400 bytes, but eth0 in red sends up to 1500; give all links of this Ethernet the same `mtu`",
  },
  {
    name: "a neighbour entry that is wrong",
    base: SWITCHED,
    broken: [
      "blue: ip link set dev veth-blue address 02:00:00:00:00:02",
      "red: ip neigh replace 192.168.15.2 lladdr 02:00:00:00:00:99 dev veth-red nud permanent",
    ],
    sentence:
      "packets die at red: its neighbour entry for 192.168.15.2 on veth-red says 02:00:00:00:00:99 (PERMANENT), but veth-blue in blue has 02:00:00:00:00:02; change or delete the entry",
  },
  {
    name: "a receiver that answers no ARP",
    base: SWITCHED,
    broken: ["blue: ip link set dev veth-blue arp off"],
    sentence:
      "packets die at blue: veth-blue neither sends nor answers ARP (NOARP), so 192.168.15.2 is not found; switch ARP on",
  },
  {
    name: "an nft table that drops ARP",
    base: SWITCHED,
    broken: [
      "blue: nft add table arp lab",
      "blue: nft add chain arp lab input { type filter hook input priority 0 ; policy drop ; }",
    ],
    sentence:
      "packets die at blue: the policy of chain arp lab input drops the ARP request from 192.168.15.1 to 192.168.15.2, because no rule there accepts it; accept ARP there: an accept in another table does not overrule it",
  },
  {
    name: "an nft rule that drops ARP replies",
    base: SWITCHED,
    broken: [
      "red: nft add table arp lab",
      "red: nft add chain arp lab input { type filter hook input priority 0 ; }",
      "red: nft add rule arp lab input arp operation reply drop",
    ],
    sentence:
      "packets die at red: chain arp lab input drops the ARP reply from 192.168.15.2 to 192.168.15.1 by the rule `arp operation reply drop`; remove the rule, or accept ARP before it: an accept in another table does not overrule it",
  },
  {
    name: "an nft rule for ARP that nobody can judge beforehand",
    base: SWITCHED,
    broken: [
      "blue: nft add table arp lab",
      "blue: nft add chain arp lab input { type filter hook input priority 0 ; }",
      "blue: nft add rule arp lab input arp htype 1 drop",
    ],
    repair: [{ lines: ["blue: nft delete table arp lab"] }],
    sentence:
      "packets die at red: nobody answers ARP for 192.168.15.2 on veth-red (INCOMPLETE), although it is there; look for what filters ARP between the two: `nft list ruleset`, arptables, arp_ignore",
  },
  {
    name: "an IPv6 firewall that lets ping in, but no neighbour discovery",
    base: ROUTED6,
    broken: [
      "h1: nft add table inet lab",
      "h1: nft add chain inet lab input { type filter hook input priority 0 ; policy drop ; }",
      "h1: nft add rule inet lab input icmpv6 type echo-request accept",
    ],
    trace: ["red", "fd00:1::1"],
    sentence:
      "packets die at h1: the policy of chain inet lab input drops the neighbour solicitation from fd00:1::2 to ff02::1:ff00:1, because no rule there accepts it; accept neighbour discovery (ICMPv6) there: an accept in another table does not overrule it",
  },
  ...["ip6tables", "ip6tables-legacy"].map((tool) => ({
    name: `the same by ${tool}`,
    base: ROUTED6,
    broken: [
      `h1: ${tool} -P INPUT DROP`,
      `h1: ${tool} -A INPUT -p icmpv6 --icmpv6-type echo-request -j ACCEPT`,
    ],
    trace: ["red", "fd00:1::1"] as const,
    sentence: new RegExp(
      `^packets die at h1: the policy of chain INPUT of ${tool.replace("6", "")} \\(table filter\\) drops the neighbour solicitation from fd00:1::2 to ff02::1:ff00:1, because no rule there accepts it, \\d+ packets? so far; (let .* )?accept neighbour discovery`,
    ),
  })),
  {
    name: "a sender that drops neighbour advertisements",
    base: ROUTED6,
    broken: ["red: ip6tables -A INPUT -p icmpv6 --icmpv6-type neighbour-advertisement -j DROP"],
    trace: ["red", "fd00:1::1"],
    sentence:
      /^packets die at red: chain INPUT of iptables \(table filter\) drops the neighbour advertisement from fd00:1::1 to fd00:1::2 by the rule `-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 136 -j DROP`, \d+ packets? so far; remove the rule, or let a FilterRule with backend iptables accept neighbour discovery \(ICMPv6\) before it: an accept in another table does not overrule it$/,
  },
  {
    name: "a bridge that is down",
    base: SWITCHED,
    broken: ["h1: ip link set dev v-net-0 down"],
    sentence: "packets die at h1: v-net-0 is down; set it up",
  },
  {
    name: "the receiver's own link is down, behind a bridge",
    base: SWITCHED,
    broken: ["blue: ip link set dev veth-blue down"],
    sentence: "packets die at blue: veth-blue is down; set it up",
  },
  {
    name: "a cable that is not attached to the bridge",
    base: SWITCHED,
    broken: ["h1: ip link set veth-red-br nomaster"],
    sentence: "packets die at h1: veth-red-br is not a port of v-net-0; make it one",
  },
  {
    name: "nothing listens",
    base: ROUTED,
    broken: [],
    trace: ["red", "blue:80"],
    repair: [{ servers: [["blue", "0.0.0.0", 80]] }],
    sentence: "packets die at blue: nothing listens on TCP port 80; start the server, or use another port",
  },
  {
    name: "a server that listens on its loopback only",
    base: ROUTED,
    broken: [],
    server: ["blue", "127.0.0.1", 80],
    trace: ["red", "blue:80"],
    repair: [{ servers: [["blue", "10.2.0.2", 80]] }],
    sentence:
      "packets die at blue: what listens on TCP port 80 does so on 127.0.0.1 only, not on 10.2.0.2; let it listen on 10.2.0.2 or 0.0.0.0",
  },
  {
    name: "no such namespace",
    base: ROUTED,
    broken: [],
    trace: ["green", "blue"],
    repair: [
      PRINTED,
      {
        lines: [
          "h1: ip link add green0 type veth peer name eth0 netns green",
          ...up("h1", "green0"),
          ...up("green", "eth0"),
          "h1: ip address add 10.4.0.1/24 dev green0",
        ],
      },
      PRINTED,
      PRINTED,
      PRINTED,
    ],
    sentence:
      "packets die at green: there is no such network namespace; add a Namespace, or use one of: blue, h1, lan, red, host",
  },
  {
    name: "nobody has the address",
    base: SWITCHED,
    broken: [],
    trace: ["red", "192.168.15.77"],
    repair: [{ lines: ["blue: ip address add 192.168.15.77/24 dev veth-blue"] }],
    sentence:
      "packets die at red: nobody on the Ethernet of veth-red has 192.168.15.77; give a link that Address, or use another one",
  },
  {
    name: "routes in a circle",
    base: [...ROUTED, "blue: ip address add 10.8.0.1/32 dev lo"],
    broken: [
      "h1: ip route add 10.8.0.0/24 via 10.1.0.2",
      "red: ip route add 10.8.0.0/24 via 10.1.0.1",
      "red: sysctl -q -w net.ipv4.ip_forward=1",
    ],
    trace: ["red", "10.8.0.1"],
    repair: [{ lines: ["h1: ip route replace 10.8.0.0/24 via 10.2.0.2"] }],
    sentence:
      "packets die at red: packets for 10.8.0.1 go in a loop: red → h1 → red; change the route of one of them",
  },
  {
    name: "a blackhole",
    base: ROUTED,
    broken: ["h1: ip route add blackhole 10.2.0.0/25"],
    sentence:
      "packets die at h1: its route to 10.2.0.0/25 is of type blackhole, which blocks packets; remove it",
  },
  ...["prohibit", "blackhole", "unreachable"].map((action) => ({
    name: `a policy rule of the router: ${action}`,
    base: ROUTED,
    broken: [`h1: ip rule add pref 7 iif red0 ${action}`],
    sentence: `packets die at h1: its policy rule \`pref 7 iif red0 ${action}\` blocks packets for 10.2.0.2; remove the rule, or add an earlier rule that looks up main, which has the route 10.2.0.0/24`,
  })),
  {
    name: "a policy rule that leads to a table of the unreachable",
    base: ROUTED,
    broken: [
      "h1: ip rule add pref 6 to 10.2.0.0/16 lookup 76",
      "h1: ip route add throw 10.2.0.0/24 table 76",
      "h1: ip rule add pref 7 iif red0 lookup 77",
      "h1: ip route add unreachable default table 77",
    ],
    sentence:
      "packets die at h1: its policy rule `pref 7 iif red0 lookup 77` sends packets for 10.2.0.2 to the route default of that table, which is of type unreachable and blocks them; remove the rule, or add an earlier rule that looks up main, which has the route 10.2.0.0/24",
  },
  {
    name: "a policy rule of the sender",
    base: ROUTED,
    broken: ["red: ip rule add pref 7 iif lo to 10.2.0.0/16 prohibit"],
    sentence:
      "packets die at red: its policy rule `pref 7 to 10.2.0.0/16 iif lo prohibit` blocks packets for 10.2.0.2; remove the rule, or add an earlier rule that looks up main, which has the route 10.2.0.0/24",
  },
  {
    name: "a policy rule for answers",
    base: ROUTED,
    broken: ["h1: ip rule add pref 7 iif blue0 from 10.2.0.2 blackhole"],
    sentence:
      "answers die at h1: its policy rule `pref 7 from 10.2.0.2/32 iif blue0 blackhole` blocks packets for 10.1.0.2; remove the rule, or add an earlier rule that looks up main, which has the route 10.1.0.0/24",
  },
  {
    name: "a policy rule for a port, at the sender",
    base: ROUTED,
    broken: [
      "red: ip rule add pref 6 ipproto udp dport 80 prohibit",
      "red: ip rule add pref 7 ipproto tcp dport 80-90 prohibit",
    ],
    server: ["blue", "0.0.0.0", 80],
    trace: ["red", "blue:80"],
    sentence:
      "packets die at red: its policy rule `pref 7 ipproto tcp dport 80-90 prohibit` blocks packets for 10.2.0.2; remove the rule, or add an earlier rule that looks up main, which has the route 10.2.0.0/24",
  },
  {
    name: "a policy rule for a port, at the router",
    base: ROUTED,
    broken: ["h1: ip rule add pref 7 ipproto udp dport 5353 blackhole"],
    server: ["blue", "0.0.0.0", 5353, "udp"],
    trace: ["red", "blue:5353/udp"],
    sentence:
      "packets die at h1: its policy rule `pref 7 ipproto udp dport 5353 blackhole` blocks packets for 10.2.0.2; remove the rule, or add an earlier rule that looks up main, which has the route 10.2.0.0/24",
  },
  {
    name: "a policy rule for the port of the answers",
    base: ROUTED,
    broken: ["blue: ip rule add pref 7 ipproto tcp sport 80 unreachable"],
    server: ["blue", "0.0.0.0", 80],
    trace: ["red", "blue:80"],
    sentence:
      "answers die at blue: its policy rule `pref 7 ipproto tcp sport 80 unreachable` blocks packets for 10.1.0.2; remove the rule, or add an earlier rule that looks up main, which has the route 10.1.0.0/24",
  },
  {
    name: "a policy rule for pings",
    base: ROUTED,
    broken: ["h1: ip rule add pref 7 ipproto icmp prohibit"],
    sentence:
      "packets die at h1: its policy rule `pref 7 ipproto icmp prohibit` blocks packets for 10.2.0.2; remove the rule, or add an earlier rule that looks up main, which has the route 10.2.0.0/24",
  },
  {
    name: "a policy rule for pings of IPv6",
    base: ROUTED6,
    broken: ["h1: ip -6 rule add pref 7 not ipproto tcp prohibit"],
    trace: ["red", "fd00:2::2"],
    sentence:
      "packets die at h1: its policy rule `pref 7 not ipproto tcp prohibit` blocks packets for fd00:2::2; remove the rule, or add an earlier rule that looks up main, which has the route fd00:2::/64",
  },
  {
    name: "no policy rule for the main table",
    base: ROUTED,
    broken: ["h1: ip rule del pref 32766"],
    sentence:
      "packets die at h1: none of its policy rules sends packets for 10.2.0.2 to the table main, which has the route 10.2.0.0/24; add a PolicyRule that looks up main",
  },
  {
    name: "a policy rule that skips the others",
    base: ROUTED,
    broken: ["h1: ip rule add pref 40000 unreachable", "h1: ip rule add pref 7 goto 40000"],
    repair: [{ lines: ["h1: ip rule del pref 7"] }],
    sentence:
      'packets die at h1: the kernel refuses packets for 10.2.0.2 ("Network is unreachable"), although it has the route 10.2.0.0/24: a policy rule may send them to another table than main; check `ip -n h1 rule`',
  },
  {
    name: "no route, and a policy rule for what has none",
    base: ROUTED,
    broken: [
      "red: ip route del 10.2.0.0/24",
      "red: ip rule add pref 7 lookup main",
      "red: ip rule add pref 8 prohibit",
    ],
    sentence:
      "packets die at red: it has no route to 10.2.0.0/24; add a Route there to 10.2.0.0/24 via 10.1.0.1",
  },
  {
    name: "a route over a link without a carrier, which is not to be used",
    base: ROUTED,
    broken: [
      "h1: sysctl -q -w net.ipv4.conf.blue0.ignore_routes_with_linkdown=1",
      "blue: ip link set dev eth0 down",
    ],
    repair: [
      {
        lines: [
          "blue: ip link set dev eth0 up",
          "h1: sysctl -q -w net.ipv4.conf.blue0.ignore_routes_with_linkdown=0",
        ],
      },
      PRINTED,
    ],
    sentence:
      'packets die at h1: the kernel refuses packets for 10.2.0.2 ("Network is unreachable"), although it has the route 10.2.0.0/24; check `ip -n h1 rule`, the tables it names, rp_filter and the carriers of links',
  },
  {
    name: "a policy rule for answers that the reverse path filter meets first",
    base: ROUTED,
    broken: [
      "h1: sysctl -q -w net.ipv4.conf.all.rp_filter=1",
      "h1: ip rule add pref 7 iif blue0 from 10.2.0.2 blackhole",
    ],
    repair: [{ lines: ["h1: ip rule del pref 7"] }],
    sentence:
      'packets die at h1: the kernel refuses packets for 10.2.0.2 ("Invalid argument"), although it has the route 10.2.0.0/24; check `ip -n h1 rule`, the tables it names, rp_filter and the carriers of links',
  },
  {
    name: "no address at all",
    base: ROUTED,
    broken: ["red: ip address flush dev eth0"],
    repair: [PRINTED, PRINTED],
    sentence: "packets die at red: it has no IPv4 address; add an Address to eth0, such as 10.1.0.2/24",
  },
  {
    name: "loopback down",
    base: ROUTED,
    broken: ["red: ip link set dev lo down"],
    trace: ["red", "10.1.0.2"],
    sentence:
      "packets die at red: lo is down, so it cannot reach its own addresses; set it up, as a Namespace does unless `loopback` is false",
  },
  {
    name: "spanning tree that waits",
    base: SWITCHED,
    broken: [
      "h1: ip link set dev veth-red-br down",
      "h1: ip link set dev v-net-0 type bridge forward_delay 600 stp_state 1",
      "h1: ip link set dev veth-red-br up",
    ],
    repair: [{ isSettled: true }],
    sentence:
      "packets die at h1: veth-red-br is a port of v-net-0 in state listening; wait for spanning tree, switch it off, or shorten `forwardDelay` of the Bridge",
  },
  {
    name: "pings are ignored",
    base: SWITCHED,
    broken: ["blue: sysctl -q -w net.ipv4.icmp_echo_ignore_all=1"],
    sentence:
      "packets die at blue: it does not answer pings, because net.ipv4.icmp_echo_ignore_all is 1; add a Sysctl to set it to 0",
  },
  {
    name: "a rule that nobody can judge beforehand",
    base: SWITCHED,
    broken: [
      "blue: nft add table ip lab",
      "blue: nft add chain ip lab input { type filter hook input priority 0 ; }",
      "blue: nft add rule ip lab input meta length > 20 drop",
    ],
    repair: [{ lines: ["blue: nft delete table ip lab"] }],
    sentence:
      "packets die at blue: ping 192.168.15.2: no answer, although no finding stops them; check the rules that trace cannot judge, such as blue: chain ip lab input: meta length > 20 drop",
  },
  {
    name: "an accept that nobody can judge beforehand, before a drop",
    base: ROUTED,
    broken: [
      "h1: iptables -A FORWARD -m length --length 1000:2000 -j ACCEPT",
      "h1: iptables -A FORWARD -m length --length 2001:3000 -j DROP",
      "h1: iptables -A FORWARD -d 10.2.0.0/24 -j DROP",
    ],
    sentence:
      "packets may die at h1: chain FORWARD of iptables (table filter) drops ICMP from 10.1.0.2 to 10.2.0.2 by the rule `-A FORWARD -d 10.2.0.0/24 -j DROP`, 1 packet so far, unless the rule `-A FORWARD -m length --length 1000:2000 -j ACCEPT` accepts it first, which trace cannot tell; remove the rule, or let a FilterRule with backend iptables accept the packet before it: an accept in another table does not overrule it",
  },
  {
    name: "an accept that nobody can judge beforehand, and a policy on a bridge",
    base: SWITCHED,
    broken: [
      "h1: nft add table ip lab",
      "h1: nft add chain ip lab forward { type filter hook forward priority 0 ; policy drop ; }",
      "h1: nft add rule ip lab forward meta length > 1000 accept",
    ],
    repair: [PRINTED, PRINTED],
    sentence:
      "packets may die at h1: the policy of chain ip lab forward drops ICMP from 192.168.15.1 to 192.168.15.2, because no rule there accepts it, unless the rule `meta length > 1000 accept` accepts it first, which trace cannot tell (it also applies to packets that cross the bridge v-net-0, because br_netfilter is on); accept the packet there: an accept in another table does not overrule it",
  },
  {
    name: "what is sure, behind what is not",
    base: ROUTED,
    broken: [
      "h1: iptables -P FORWARD DROP",
      "h1: iptables -A FORWARD -m length --length 1:1000 -j ACCEPT",
      "blue: ip route del 10.1.0.0/24",
    ],
    repair: [PRINTED, PRINTED, PRINTED],
    sentence:
      "answers die at blue: it has no route back to 10.1.0.0/24; add a Route there to 10.1.0.0/24 via 10.2.0.1, or a NatRule of kind masquerade on h1",
  },
  {
    name: "a rule for new packets, which are not tracked",
    base: ROUTED,
    broken: [
      "h1: nft add table ip lab",
      "h1: nft add chain ip lab pre { type filter hook prerouting priority -300 ; }",
      "h1: nft add rule ip lab pre ip saddr 10.1.0.0/24 counter notrack",
      "h1: iptables -P FORWARD DROP",
      "h1: iptables -A FORWARD -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT",
    ],
    repair: [PRINTED, PRINTED],
    sentence:
      "packets die at h1: the policy of chain FORWARD of iptables (table filter) drops ICMP from 10.1.0.2 to 10.2.0.2, because no rule there accepts it, 1 packet so far; let a FilterRule with backend iptables accept the packet there: an accept in another table does not overrule it",
  },
  {
    name: "dnat of what is not tracked",
    base: ROUTED,
    broken: [
      "h1: iptables -t raw -A PREROUTING -p tcp --dport 80 -j CT --notrack",
      "h1: iptables -t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 10.2.0.2:8080",
    ],
    trace: ["red", "10.1.0.1:80"],
    repair: [{ servers: [["h1", "0.0.0.0", 80]] }],
    sentence: "packets die at h1: nothing listens on TCP port 80; start the server, or use another port",
  },
  ...["ICMP", "TCP"].map((protocol) => ({
    name: `an answer by ${protocol} to what was not tracked`,
    base: ROUTED,
    broken: [
      "red: iptables -t raw -A OUTPUT -j NOTRACK",
      "red: iptables -A INPUT -m conntrack --ctstate INVALID -j DROP",
    ],
    server: ["blue", "0.0.0.0", 80] as const,
    trace: ["red", protocol === "TCP" ? "blue:80" : "blue"] as const,
    sentence: `answers die at red: chain INPUT of iptables (table filter) drops ${protocol} from 10.2.0.2 to 10.1.0.2 by the rule \`-A INPUT -m conntrack --ctstate INVALID -j DROP\`, 1 packet so far; remove the rule, or let a FilterRule with backend iptables accept the packet before it: an accept in another table does not overrule it`,
  })),
  {
    name: "an IPv6 router that does not forward",
    base: ROUTED6,
    broken: ["h1: sysctl -q -w net.ipv6.conf.all.forwarding=0"],
    trace: ["red", "fd00:2::2"],
    sentence:
      "packets die at h1: it does not forward, because net.ipv6.conf.all.forwarding is 0; add a Sysctl to set it to 1",
  },
  {
    name: "no IPv6 route back",
    base: ROUTED6,
    broken: ["blue: ip -6 route del fd00:1::/64"],
    trace: ["red", "[fd00:2::2]"],
    sentence:
      "answers die at blue: it has no route back to fd00:1::/64; add a Route there to fd00:1::/64 via fd00:2::1, or a NatRule of kind masquerade on h1",
  },
  {
    name: "no route from the host",
    base: ROUTED,
    broken: [],
    trace: ["host", "10.2.0.2"],
    repair: [
      {
        lines: [
          "host: ip link add it-out type veth peer name up0 netns h1",
          ...up("host", "it-out"),
          ...up("h1", "up0"),
          "host: ip address add 10.4.0.2/24 dev it-out",
          "h1: ip address add 10.4.0.1/24 dev up0",
        ],
      },
      PRINTED,
      PRINTED,
    ],
    sentence: "packets die at the host: it has no link except loopback; add a VethPair towards 10.2.0.2",
  },
];

/** The lab twice: by ping, with a real answer, and by UDP, where no answer can disprove a wrong verdict. */
const byPingAndUdp = (lab: Pick<Lab, "name" | "base" | "broken">): Omit<Lab, "sentence">[] =>
  ["blue", "blue:5353/udp"].map((target) => ({
    ...lab,
    name: `${lab.name}: ${target}`,
    trace: ["red", target],
    server: ["blue", "0.0.0.0", 5353, "udp"],
  }));

const nftDnat = (to: string, table = "lab") => [
  `h1: nft add table ip ${table}`,
  `h1: nft add chain ip ${table} pre { type nat hook prerouting priority -100 ; }`,
  `h1: nft add rule ip ${table} pre udp dport 5353 dnat to ${to}`,
];
const iptablesDnat = (to: string) => [
  `h1: iptables -t nat -A PREROUTING -p udp --dport 5353 -j DNAT --to-destination ${to}`,
];

export const healthy: readonly Omit<Lab, "sentence">[] = [
  { name: "a router between two", base: ROUTED, broken: [] },
  { name: "a switch", base: SWITCHED, broken: [] },
  {
    name: "masquerade in place of a route back",
    base: ROUTED,
    broken: [
      "blue: ip route del 10.1.0.0/24",
      "h1: iptables -t nat -A POSTROUTING -s 10.1.0.0/24 -o blue0 -j MASQUERADE",
    ],
  },
  {
    name: "dnat to a server",
    base: ROUTED,
    broken: [
      "h1: nft add table ip lab",
      "h1: nft add chain ip lab pre { type nat hook prerouting priority -100 ; }",
      "h1: nft add rule ip lab pre fib daddr type local tcp dport 80 counter dnat to 10.2.0.2:8080",
      "h1: iptables -P FORWARD DROP",
      "h1: iptables -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
      "h1: iptables -A FORWARD -p tcp -d 10.2.0.2 --dport 8080 -i red0 -j ACCEPT",
    ],
    server: ["blue", "0.0.0.0", 8080],
    trace: ["red", "10.1.0.1:80"],
  },
  // The machine that is asked last would mislead them.
  ...[
    [nftDnat("10.2.0.99"), "iptables, made after nftables", iptablesDnat("10.2.0.2")],
    [iptablesDnat("10.2.0.99"), "nftables, made after iptables", nftDnat("10.2.0.2")],
    [nftDnat("10.2.0.99", "early"), "nftables, made after another table", nftDnat("10.2.0.2")],
  ].map(
    ([before = [], name = [], after = []]): Omit<Lab, "sentence"> => ({
      name: `of two dnats with one priority that by ${name}`,
      base: ROUTED,
      broken: [...before, ...after],
      server: ["blue", "0.0.0.0", 5353, "udp"],
      trace: ["red", "10.1.0.1:5353/udp"],
    }),
  ),
  {
    // UDP, where no answer can disprove a wrong verdict.
    name: "tables that are dormant",
    base: ROUTED,
    broken: [
      ...["inet lab", "ip filter"].flatMap((table) => [
        `h1: nft add table ${table} { flags dormant ; }`,
        `h1: nft add chain ${table} FORWARD { type filter hook forward priority 0 ; policy drop ; }`,
      ]),
    ],
    server: ["blue", "0.0.0.0", 5353, "udp"],
    trace: ["red", "blue:5353/udp"],
  },
  ...byPingAndUdp({
    name: "what is not tracked, where that is let through",
    base: ROUTED,
    broken: [
      "h1: nft add table inet lab",
      "h1: nft add chain inet lab pre { type filter hook prerouting priority -300 ; }",
      "h1: nft add rule inet lab pre ip daddr 10.2.0.2 notrack accept",
      "h1: nft add rule inet lab pre ip saddr 10.2.0.2 notrack",
      "h1: nft add chain inet lab forward { type filter hook forward priority 0 ; policy drop ; }",
      "h1: nft add rule inet lab forward ct direction original drop",
      "h1: nft add rule inet lab forward ct state untracked accept",
      "h1: iptables -t nat -A POSTROUTING -j SNAT --to-source 10.9.9.9",
    ],
  }),
  ...byPingAndUdp({
    name: "a bridge rule that names the bridge",
    base: SWITCHED,
    broken: [
      "h1: nft add table bridge lab",
      "h1: nft add chain bridge lab forward { type filter hook forward priority 0 ; }",
      "h1: nft add rule bridge lab forward iifname v-net-0 drop",
      "h1: nft add rule bridge lab forward oifname v-net-0 drop",
    ],
  }),
  ...byPingAndUdp({
    name: "a bridge that tracks what its sender does not",
    base: SWITCHED,
    broken: [
      "red: iptables -t raw -A OUTPUT -j NOTRACK",
      "h1: iptables -P FORWARD DROP",
      "h1: iptables -A FORWARD -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT",
    ],
  }),
  ...byPingAndUdp({
    name: "policy rules for other packets",
    base: ROUTED,
    broken: [
      ...["red", "h1", "blue"].flatMap((name) => [
        `${name}: ip rule add pref 7 ipproto tcp prohibit`,
        `${name}: ip rule add pref 8 ipproto udp dport 5354 prohibit`,
        `${name}: ip rule add pref 9 fwmark 0x1 blackhole`,
        `${name}: ip rule add pref 10 iif lan0 unreachable`,
      ]),
      "h1: ip rule add pref 11 iif lo prohibit",
      "red: ip rule add pref 12 lookup 77",
      "red: ip route add 10.2.0.2 via 10.1.0.1 table 77",
      "red: ip route add blackhole default table 77",
    ],
  }),
  {
    name: "a loose reverse path filter",
    base: ROUTED,
    broken: ["h1: sysctl -q -w net.ipv4.conf.all.rp_filter=2"],
  },
  {
    name: "firewalls that let neighbours be found",
    base: ROUTED6,
    broken: [
      ...["h1", "blue"].flatMap((name) => [
        `${name}: ip6tables -P INPUT DROP`,
        `${name}: ip6tables -A INPUT -p icmpv6 --icmpv6-type neighbour-solicitation -j ACCEPT`,
        `${name}: ip6tables -A INPUT -p icmpv6 --icmpv6-type neighbour-advertisement -j ACCEPT`,
        `${name}: ip6tables -A INPUT -p icmpv6 --icmpv6-type echo-request -j ACCEPT`,
      ]),
      "red: nft add table inet lab",
      "red: nft add chain inet lab input { type filter hook input priority 0 ; policy drop ; }",
      "red: nft add rule inet lab input icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, echo-reply } accept",
    ],
    trace: ["red", "fd00:2::2"],
  },
  {
    name: "a firewall that drops what nobody asks neighbours by",
    base: SWITCHED,
    broken: [
      "red: nft add table arp lab",
      "red: nft add chain arp lab input { type filter hook input priority 0 ; policy drop ; }",
      "red: nft add rule arp lab input arp operation { request, reply } accept",
    ],
  },
  { name: "an IPv6 router", base: ROUTED6, broken: [], trace: ["red", "fd00:2::2"] },
  {
    name: "a UDP port, which need not answer",
    base: ROUTED,
    broken: [],
    server: ["blue", "0.0.0.0", 5353, "udp"],
    trace: ["red", "blue:5353/udp"],
  },
  {
    // UDP, where no answer can disprove a wrong verdict.
    name: "rules that drop other protocols than they name",
    base: ROUTED,
    broken: [
      "h1: nft add table inet lab",
      "h1: nft add chain inet lab forward { type filter hook forward priority 0 ; }",
      "h1: nft add rule inet lab forward tcp dport != 22 drop",
      "h1: nft add rule inet lab forward ip6 saddr != fd00::/8 drop",
      "h1: nft add rule inet lab forward icmp type != echo-request drop",
    ],
    server: ["blue", "0.0.0.0", 5353, "udp"],
    trace: ["red", "blue:5353/udp"],
  },
];
