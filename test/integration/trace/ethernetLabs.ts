import { type Lab, PRINTED, ROUTED, ROUTED6, SWITCHED, up } from "./labs";

/** Labs of one Ethernet: proxies, blocked ports, and MAC addresses. */

/** red and blue share a subnet. h1 between them answers for each by proxy entries. */
export const DIVIDED = [
  "h1: ip link add red0 type veth peer name eth0 netns red",
  "h1: ip link add blue0 type veth peer name eth0 netns blue",
  ...up("red", "lo", "eth0"),
  ...up("blue", "lo", "eth0"),
  ...up("h1", "lo", "red0", "blue0"),
  "red: ip address add 10.0.0.2/24 dev eth0",
  "blue: ip address add 10.0.0.130/24 dev eth0",
  "h1: ip address add 10.0.0.1/25 dev red0",
  "h1: ip address add 10.0.0.129/25 dev blue0",
  "h1: sysctl -q -w net.ipv4.ip_forward=1",
];
const ENTRIES = ["h1: ip neigh add proxy 10.0.0.130 dev red0", "h1: ip neigh add proxy 10.0.0.2 dev blue0"];

/** Removes the delay of proxies, which is up to a second. */
const PROMPT = ["red0", "blue0"].map((link) => `h1: sysctl -q -w net.ipv4.neigh.${link}.proxy_delay=0`);

/** As in Calico: single addresses, and a gateway that nobody has, for which the host answers by proxy_arp. */
const UNNUMBERED = [
  "h1: ip link add red0 type veth peer name eth0 netns red",
  "h1: ip link add blue0 type veth peer name eth0 netns blue",
  "h1: ip link add out0 type veth peer name eth0 netns lan",
  ...up("red", "lo", "eth0"),
  ...up("blue", "lo", "eth0"),
  ...up("lan", "lo", "eth0"),
  ...up("h1", "lo", "red0", "blue0", "out0"),
  "h1: sysctl -q -w net.ipv4.ip_forward=1",
  ...["red", "blue"].flatMap((name, at) => [
    `${name}: ip address add 10.65.0.${at + 2}/32 dev eth0`,
    `${name}: ip route add 169.254.1.1 dev eth0`,
    `${name}: ip route add default via 169.254.1.1`,
    `h1: ip route add 10.65.0.${at + 2} dev ${name}0`,
    `h1: sysctl -q -w net.ipv4.conf.${name}0.proxy_arp=1`,
  ]),
  ...PROMPT,
  "h1: ip address add 192.0.2.2/24 dev out0",
  "lan: ip address add 192.0.2.1/24 dev eth0",
  "h1: ip route add default via 192.0.2.1",
];

/** red and blue in one IPv6 subnet, with h1 between them. */
const DIVIDED6 = [
  ...["red", "blue", "h1"].flatMap((name) =>
    ["all", "default"].map((links) => `${name}: sysctl -q -w net.ipv6.conf.${links}.accept_dad=0`),
  ),
  ...DIVIDED,
  "red: ip address add fd00::2/64 dev eth0 nodad",
  "blue: ip address add fd00::130/64 dev eth0 nodad",
  "h1: ip address add fd00::1/128 dev red0 nodad",
  "h1: ip route add fd00::2 dev red0",
  "h1: ip route add fd00::130 dev blue0",
  "h1: sysctl -q -w net.ipv6.conf.all.forwarding=1",
  ...["red0", "blue0"].map((link) => `h1: sysctl -q -w net.ipv6.neigh.${link}.proxy_delay=0`),
];
const ENTRIES6 = ["h1: ip neigh add proxy fd00::130 dev red0", "h1: ip neigh add proxy fd00::2 dev blue0"];
const NDP = ["red0", "blue0"].map((link) => `h1: sysctl -q -w net.ipv6.conf.${link}.proxy_ndp=1`);

/** red, h1 and blue on a bridge of h1, each with a recognisable MAC address. */
const NUMBERED = [
  ...SWITCHED,
  "red: ip link set dev veth-red address 02:00:00:00:00:01",
  "blue: ip link set dev veth-blue address 02:00:00:00:00:02",
  "h1: ip link set dev v-net-0 address 02:00:00:00:00:05",
];

/** The same with lan on the bridge as well. */
const THREE = [
  ...NUMBERED,
  "h1: ip link add veth-lan-br type veth peer name veth-lan netns lan",
  "h1: ip link set veth-lan-br master v-net-0",
  ...up("lan", "lo", "veth-lan"),
  ...up("h1", "veth-lan-br"),
  "lan: ip link set dev veth-lan address 02:00:00:00:00:03",
  "lan: ip address add 192.168.15.3/24 dev veth-lan",
];

/** red on br1 and blue on br2. Spanning tree blocks the cable between them in favour of the longer path over br3. */
const RING = [
  ...["br1", "br2", "br3"].flatMap((bridge, at) => [
    `h1: ip link add ${bridge} type bridge`,
    `h1: ip link set ${bridge} type bridge priority ${at + 1} forward_delay 200 stp_state 1`,
  ]),
  "h1: ip link add short1 type veth peer name short2",
  "h1: ip link add long1 type veth peer name long3",
  "h1: ip link add other3 type veth peer name other2",
  "h1: ip link add red0 type veth peer name eth0 netns red",
  "h1: ip link add blue0 type veth peer name eth0 netns blue",
  ...["red0", "short1", "long1"].map((link) => `h1: ip link set ${link} master br1`),
  ...["long3", "other3"].map((link) => `h1: ip link set ${link} master br3`),
  ...["blue0", "short2", "other2"].map((link) => `h1: ip link set ${link} master br2`),
  "h1: ip link set short2 type bridge_slave cost 100",
  ...up("h1", "lo", "br1", "br2", "br3"),
  ...up("h1", "short1", "short2", "long1", "long3", "other3", "other2", "red0", "blue0"),
  ...up("red", "lo", "eth0"),
  ...up("blue", "lo", "eth0"),
  "red: ip address add 10.0.0.2/24 dev eth0",
  "blue: ip address add 10.0.0.3/24 dev eth0",
];

/** An entry of red for blue with the MAC address of lan. */
const VIA_LAN = "red: ip neigh replace 192.168.15.2 lladdr 02:00:00:00:00:03 dev veth-red nud permanent";

export const ethernetLabs: readonly Lab[] = [
  {
    name: "a gateway for which somebody answers, and a firewall there",
    base: UNNUMBERED,
    broken: [
      "h1: nft add table ip lab",
      "h1: nft add chain ip lab forward { type filter hook forward priority 0 ; policy drop ; }",
    ],
    repair: [PRINTED, PRINTED],
    sentence:
      "packets die at h1: the policy of chain ip lab forward drops ICMP from 10.65.0.2 to 10.65.0.3, because no rule there accepts it; accept the packet there: an accept in another table does not overrule it",
  },
  {
    name: "a gateway for which somebody would answer if it had a route by another link",
    base: UNNUMBERED,
    broken: ["h1: ip route del default"],
    repair: [{ lines: ["h1: ip route add default via 192.0.2.1"] }],
    sentence:
      "packets die at h1: it does not answer ARP for 169.254.1.1 on red0 although net.ipv4.conf.red0.proxy_arp is 1, because it has no route to 169.254.1.1 over another link; add a Route there to 169.254.1.1 over a link other than red0",
  },
  {
    name: "somebody who answers for a neighbour, and does not forward",
    base: [...DIVIDED, ...ENTRIES],
    broken: ["h1: sysctl -q -w net.ipv4.ip_forward=0"],
    sentence:
      "packets die at h1: it does not forward, because net.ipv4.ip_forward is 0; add a Sysctl to set it to 1",
  },
  {
    name: "an answer for a neighbour that only one side has",
    base: [...DIVIDED, ...PROMPT, ...ENTRIES],
    broken: ["h1: ip neigh del proxy 10.0.0.2 dev blue0"],
    sentence:
      "answers die at blue: it treats 10.0.0.2 as a neighbour on eth0, because its address 10.0.0.130/24 covers it, but that is eth0 in red, on another Ethernet; change it to 10.0.0.130/25, and reach 10.0.0.0/25 by a Route via 10.0.0.129",
  },
  {
    name: "a proxy entry on the link that the address is on",
    base: [...DIVIDED, ...ENTRIES],
    broken: ["h1: ip neigh add proxy 10.0.0.77 dev red0"],
    trace: ["red", "10.0.0.77"],
    repair: [
      {
        lines: ["h1: ip route add 10.0.0.77 dev blue0", "blue: ip address add 10.0.0.77/32 dev eth0"],
      },
    ],
    sentence:
      "packets die at h1: it does not answer ARP for 10.0.0.77 on red0 although it has a proxy entry, because it has no route to 10.0.0.77 over another link; add a Route there to 10.0.0.77 over a link other than red0",
  },
  {
    name: "a proxy entry of IPv6, and proxy_ndp off",
    base: [...DIVIDED6, ...NDP, ...ENTRIES6],
    broken: ["h1: sysctl -q -w net.ipv6.conf.red0.proxy_ndp=0"],
    trace: ["red", "fd00::130"],
    sentence:
      "packets die at h1: it does not answer NDP for fd00::130 on red0 although it has a proxy entry, because net.ipv6.conf.red0.proxy_ndp is 0; add a Sysctl to set it to 1",
  },
  {
    name: "proxy_ndp, and no proxy entry of IPv6",
    base: [...DIVIDED6, ...NDP, ...ENTRIES6],
    broken: ["h1: ip neigh del proxy fd00::130 dev red0"],
    trace: ["red", "fd00::130"],
    sentence:
      "packets die at h1: it does not answer NDP for fd00::130 on red0 although net.ipv6.conf.red0.proxy_ndp is 1, because it has no proxy entry for that address; add a Neighbor with `proxy` to red0 there",
  },
  {
    name: "somebody who answers for a neighbour of IPv6, and does not forward",
    base: [...DIVIDED6, ...NDP, ...ENTRIES6],
    broken: ["h1: sysctl -q -w net.ipv6.conf.all.forwarding=0"],
    trace: ["red", "fd00::130"],
    sentence:
      "packets die at h1: it does not forward, because net.ipv6.conf.all.forwarding is 0; add a Sysctl to set it to 1",
  },
  {
    name: "an address on another link, for which no ARP is answered",
    base: ROUTED,
    broken: ["h1: sysctl -q -w net.ipv4.conf.all.arp_ignore=1", "red: ip route add 10.2.0.1 dev eth0"],
    trace: ["red", "10.2.0.1"],
    sentence:
      "packets die at h1: it does not answer ARP for 10.2.0.1 on red0 although blue0 has that address, because net.ipv4.conf.all.arp_ignore is 1; add a Sysctl to set it to 0",
  },
  {
    name: "an address of IPv6 on another link, for which nobody answers",
    base: ROUTED6,
    broken: ["red: ip route add fd00:2::1 dev eth0"],
    trace: ["red", "fd00:2::1"],
    repair: [{ lines: ["h1: ip address add fd00:2::1/128 dev red0 nodad"] }],
    sentence:
      "packets die at red: nobody on the Ethernet of eth0 has fd00:2::1; give a link that Address, or use another one",
  },
  {
    name: "a neighbour entry that leads to somebody who does not forward",
    base: THREE,
    broken: [VIA_LAN],
    sentence:
      "packets die at red: its neighbour entry for 192.168.15.2 on veth-red says 02:00:00:00:00:03 (PERMANENT), the MAC address of veth-lan in lan, but veth-blue in blue has 02:00:00:00:00:02; change or delete the entry",
  },
  {
    name: "a neighbour entry for what nobody has, which leads to somebody who does not forward",
    base: THREE,
    broken: ["red: ip neigh add 192.168.15.77 lladdr 02:00:00:00:00:03 dev veth-red nud noarp"],
    trace: ["red", "192.168.15.77"],
    repair: [PRINTED, { lines: ["blue: ip address add 192.168.15.77/24 dev veth-blue"] }],
    sentence:
      "packets die at lan: it does not forward, because net.ipv4.ip_forward is 0; add a Sysctl to set it to 1",
  },
  {
    name: "a neighbour entry that leads to nobody",
    base: THREE,
    broken: ["red: ip neigh add 192.168.15.77 lladdr 02:00:00:00:00:99 dev veth-red nud permanent"],
    trace: ["red", "192.168.15.77"],
    repair: [PRINTED, { lines: ["blue: ip address add 192.168.15.77/24 dev veth-blue"] }],
    sentence:
      "packets die at red: its neighbour entry for 192.168.15.77 on veth-red says 02:00:00:00:00:99 (PERMANENT), but no link on that Ethernet has that MAC address; change or delete the entry",
  },
  {
    name: "two with one MAC address that talk to each other",
    base: THREE,
    broken: ["blue: ip link set dev veth-blue address 02:00:00:00:00:01"],
    repair: [{ lines: ["blue: ip link set dev veth-blue address 02:00:00:00:00:02"] }],
    sentence:
      "packets die at red: both veth-red in red and veth-blue in blue have the MAC address 02:00:00:00:00:01; change one of them",
  },
  {
    name: "a receiver whose MAC address a third one has",
    base: THREE,
    broken: ["lan: ip link set dev veth-lan address 02:00:00:00:00:02"],
    repair: [{ lines: ["lan: ip link set dev veth-lan address 02:00:00:00:00:03"] }],
    sentence:
      "packets may get lost at red: both veth-blue in blue and veth-lan in lan have the MAC address 02:00:00:00:00:02; change one of them",
  },
  {
    name: "a sender whose MAC address a third one has",
    base: THREE,
    broken: ["lan: ip link set dev veth-lan address 02:00:00:00:00:01"],
    repair: [{ lines: ["lan: ip link set dev veth-lan address 02:00:00:00:00:03"] }],
    sentence:
      "packets may get lost at red: both veth-red in red and veth-lan in lan have the MAC address 02:00:00:00:00:01; change one of them",
  },
  {
    name: "a receiver with the MAC address of the other end of its cable",
    base: NUMBERED,
    broken: ["h1: ip link set dev veth-blue-br address 02:00:00:00:00:02"],
    repair: [{ lines: ["h1: ip link set dev veth-blue-br address 02:00:00:00:00:0b"] }],
    sentence:
      "packets die at red: both veth-blue in blue and veth-blue-br in h1 have the MAC address 02:00:00:00:00:02, so v-net-0 does not forward frames to it; change one of them",
  },
  {
    name: "a receiver with the MAC address of the bridge on the way",
    base: NUMBERED,
    broken: ["blue: ip link set dev veth-blue address 02:00:00:00:00:05"],
    repair: [{ lines: ["blue: ip link set dev veth-blue address 02:00:00:00:00:02"] }, PRINTED],
    sentence:
      "packets die at red: both veth-blue in blue and v-net-0 in h1 have the MAC address 02:00:00:00:00:05, so v-net-0 does not forward frames to it; change one of them",
  },
];

const six = { trace: ["red", "fd00::130"] } as const;

export const healthyEthernets: readonly Omit<Lab, "sentence">[] = [
  { name: "a gateway for which somebody answers", base: UNNUMBERED, broken: [] },
  {
    name: "a gateway for which somebody answers on all links",
    base: UNNUMBERED,
    broken: [
      "h1: sysctl -q -w net.ipv4.conf.red0.proxy_arp=0",
      "h1: sysctl -q -w net.ipv4.conf.blue0.proxy_arp=0",
      "h1: sysctl -q -w net.ipv4.conf.all.proxy_arp=1",
    ],
  },
  { name: "proxy entries", base: [...DIVIDED, ...PROMPT], broken: ENTRIES },
  {
    name: "proxy entries, one of which takes its time",
    base: DIVIDED,
    broken: [...ENTRIES, "h1: sysctl -q -w net.ipv4.neigh.blue0.proxy_delay=0"],
  },
  { name: "proxy entries of IPv6", base: [...DIVIDED6, ...NDP], broken: ENTRIES6, ...six },
  {
    name: "an address on another link, for which ARP is answered",
    base: ROUTED,
    broken: ["red: ip route add 10.2.0.1 dev eth0"],
    trace: ["red", "10.2.0.1"],
  },
  {
    name: "neighbour entries that nobody has to answer for",
    base: [
      ...DIVIDED,
      "h1: ip link set dev red0 address 02:00:00:00:00:0a",
      "h1: ip link set dev blue0 address 02:00:00:00:00:0b",
    ],
    broken: [
      "red: ip neigh add 10.0.0.130 lladdr 02:00:00:00:00:0a dev eth0 nud permanent",
      "blue: ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:0b dev eth0 nud noarp",
    ],
  },
  {
    name: "a neighbour entry that leads by somebody who forwards",
    base: THREE,
    broken: [VIA_LAN, "lan: sysctl -q -w net.ipv4.ip_forward=1"],
  },
  { name: "a ring of bridges that spanning tree opens", base: RING, broken: [], isSettled: true },
  {
    name: "one MAC address at both ends of a cable",
    base: ROUTED,
    broken: [
      "red: ip link set dev eth0 address 02:00:00:00:00:01",
      "h1: ip link set dev red0 address 02:00:00:00:00:01",
    ],
  },
  {
    name: "one MAC address on two Ethernets",
    base: ROUTED,
    broken: [
      "h1: ip link set dev red0 address 02:00:00:00:00:01",
      "h1: ip link set dev blue0 address 02:00:00:00:00:01",
    ],
  },
  {
    name: "a bridge with the MAC address of a port, and another's of a link that is down",
    base: THREE,
    broken: [
      "h1: ip link set dev veth-red-br address 02:00:00:00:00:05",
      "lan: ip link set dev veth-lan down",
      "lan: ip link set dev veth-lan address 02:00:00:00:00:02",
    ],
  },
];
