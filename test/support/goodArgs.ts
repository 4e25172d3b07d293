import { inNode as tableOfNode } from "../../provider/composites/tables";
import type { Args } from "../../provider/engine/definition";
import { allOf, testedLinks } from "./kindsOfLink";

const end = (name: string, namespace: string) => ({
  ...{ name, namespace, bridge: "v-net-0", mac: "02:00:00:00:00:01", mtu: 1400, up: true },
});

const dnat = {
  ...{ kind: "dnat", namespace: "red", family: "ipv4", source: "10.1.0.0/16", destination: "10.0.0.1/32" },
  ...{ inInterface: "veth-red", protocol: "tcp", port: 80, sourcePort: "1024-2047", to: "192.168.15.2:8080" },
  ...{ priority: -5, hairpin: "192.168.15.0/24", routeLocalnet: "veth-blue" },
};

const cable = {
  ...{ mac: "02:00:00:00:00:01", mtu: 1400, up: true, deleteForeign: true },
  peer: {
    ...{ name: "veth-red-br", namespace: "blue", bridge: "v-net-0" },
    ...{ mac: "02:00:00:00:00:02", mtu: 1300, up: false },
  },
};

const paired = { address: "10.0.0.1/32", peer: "10.0.0.2/24", scope: "global" };
const late = { address: "fd00::1/64", nodad: true };

const way = {
  ...{ destination: "10.1.0.0/16", via: "10.0.0.1", interface: "veth-red", metric: 7, table: 100 },
  ...{ source: "10.0.0.2", mtu: 1400, onlink: true, type: "unicast" },
};
const spread = {
  destination: "fd01::/64",
  nexthops: [
    { via: "fd00::2", interface: "veth-red", weight: 2, onlink: true },
    { via: "fd00::3", interface: "veth-blue" },
  ],
};

const room = {
  sysctls: { "net.ipv4.ip_forward": "1" },
  loopback: true,
  killProcesses: true,
  deleteForeign: true,
};

const switched = {
  ...{ namespace: "red", mac: "02:00:00:00:00:01", mtu: 1400, stp: true, forwardDelay: 4, ageingTime: 60 },
  ...{ vlanFiltering: false, groupFwdMask: 16384, up: true, deleteForeign: true },
};

const filters = [
  {
    ...{ chain: "forward", namespace: "red", backend: "iptables", family: "ipv4", priority: -5 },
    ...{ inInterface: "veth-red", outInterface: "!veth-blue", source: ["10.1.0.0/16", "10.3.0.0/16"] },
    ...{ destination: "!10.0.0.1/32", protocol: "tcp", port: [80, 443], sourcePort: "1024-2047" },
    ...{ state: ["established", "new"], verdict: "reject", rejectWith: "tcp-reset", dockerUser: true },
  },
  {
    ...{
      chain: "input",
      inInterface: "veth*",
      source: "!fd00::/64",
      destination: ["fd01::/64", "fd03::/64"],
    },
    ...{ protocol: "icmpv6", icmpType: ["echo-request", "nd-redirect"], state: "new", verdict: "accept" },
  },
  {
    ...{ chain: "forward", backend: "firewalld", source: "10.1.0.0/16", destination: "!10.0.0.1/32" },
    ...{ protocol: "udp", port: "8000-8010", verdict: "log", logPrefix: "udp: " },
  },
  {
    chain: "output",
    protocol: "icmp",
    icmpType: "echo-request",
    verdict: "log",
    logPrefix: "ping: ",
    logLevel: "info",
  },
  { chain: "output", protocol: "udp", port: 53, sourcePort: [1024], verdict: "drop" },
];

const singles = {
  Namespace: [{ name: "red", ...room, adopt: false }],
  VethPair: [
    { end: end("veth-red", "red"), peer: end("veth-red-br", "blue"), deleteForeign: true, adopt: false },
  ],
  Bridge: [{ name: "v-net-0", ...switched, adopt: false }],
  OvsBridge: [
    {
      ...{ name: "v-net-0", datapathType: "netdev", mac: "02:00:00:00:00:01", mtu: 1400 },
      ...{ failMode: "secure", stp: true, rstp: false, up: false, deleteForeign: true },
    },
  ],
  OvsPort: [
    { bridge: "v-net-0", interface: "veth-red", tag: 10, trunks: [30, 20], vlanMode: "native-tagged" },
  ],
  Address: [
    { ...paired, interface: "veth-red", namespace: "red", adopt: false },
    { ...late, interface: "veth-red", scope: "global" },
  ],
  Route: [{ ...way, namespace: "red", adopt: false }, spread],
  Neighbor: [
    {
      ...{ interface: "veth-red", namespace: "red", address: "fd00::2", lladdr: "02:00:00:00:00:02" },
      ...{ state: "permanent", router: true, proxy: false, adopt: false },
    },
    { interface: "veth-red", address: "10.0.0.2", proxy: true },
  ],
  PolicyRule: [
    {
      ...{ priority: 100, namespace: "red", family: "ipv4", from: "10.1.0.0/16", to: "10.2.0.0/16" },
      ...{
        iif: "veth-red",
        oif: "v-net-0",
        fwmark: "0x10/0xff",
        ipproto: "tcp",
        sport: "1024-2047",
        dport: 80,
      },
      ...{
        uidrange: "1000-1999",
        tos: 16,
        invert: true,
        action: "lookup",
        table: 100,
        suppressPrefixlength: 0,
      },
    },
    { priority: 32000, from: "fd00::/64", fwmark: 16, uidrange: 0, action: "prohibit" },
  ],
  NatRule: [
    { ...dnat, backend: "nftables" },
    { ...dnat, backend: "iptables", port: [80, 443] },
    { kind: "masquerade", source: "10.1.0.0/16", outInterface: "!veth-red" },
    { kind: "masquerade", source: "fd00::/64", outInterface: "veth-red", backend: "iptables" },
    { kind: "redirect", protocol: "udp", port: 53, sourcePort: [1024], to: 5353 },
    { kind: "dnat", protocol: "udp", port: "5000-5009", to: "[fd00::2]:6000-6009", hairpin: true },
    { kind: "dnat", protocol: "tcp", port: 80, to: "127.0.0.1:8080", routeLocalnet: "veth-red" },
  ],
  Reachability: [
    {
      ...{ namespace: "red", target: "10.0.0.2", protocol: "http", port: 8080, path: "/health", status: 204 },
      ...{ expect: "reachable", timeout: 2, retries: 1, triggers: ["v2"] },
    },
    {
      target: "fd00::2",
      protocol: "udp",
      port: 53,
      payload: "hello",
      expect: "blocked",
      triggers: [2, true],
    },
    { target: "10.0.0.2", timeout: 0.5 },
  ],
  FilterRule: filters,
  Sysctl: [
    { key: "net/ipv4/conf/veth-red/forwarding", value: "1", namespace: "red" },
    { key: "kernel.panic", value: 10 },
  ],
} satisfies Readonly<Record<string, readonly Args[]>>;

const linksByRows: Readonly<Record<string, readonly Args[]>> = Object.fromEntries(
  testedLinks.map((link) => [link.kind, [{ ...allOf(link), adopt: false }]]),
);

/** The arguments of a part: those that its place gives are omitted. */
const entries = (kind: keyof typeof singles, ...given: readonly string[]): Args[] =>
  singles[kind].map((args) =>
    Object.fromEntries(Object.entries(args).filter(([field]) => ![...given, "adopt"].includes(field))),
  );

/** Links of each kind with rows, under their argument of a composite. */
const linkEntries: readonly Args[] = testedLinks.flatMap((link) => {
  const { name: _, namespace: _namespace, adopt: _adopt, ...given } = allOf(link);
  const rows = Object.entries(tableOfNode).filter(([, { definition }]) => definition.kind === link.kind);
  return rows.map(([argument]) => ({ [argument]: { "link-0": given } }));
});

/** The arguments of a link, a few at a time, as only the first element of a list is tested. */
const onLink: readonly Args[] = [
  ...[paired, late, "10.0.0.1/24"].map((first) => ({ addresses: [first] })),
  ...entries("Neighbor", "interface", "namespace").map((first) => ({ neighbors: [first] })),
];

/** The arguments of a node, and of the host of a Topology. */
const insides: readonly Args[] = [
  { interfaces: { "veth-red": { ...cable, bridge: "v-net-0" } } },
  ...onLink.flatMap((on) => [
    { interfaces: { "veth-red": { ...on, peer: { name: "far" } } } },
    { interfaces: { "veth-red": { peer: { name: "far", ...on } } } },
    { bridges: { "v-net-0": on } },
    { dummies: { "link-0": on } },
    { ovsBridges: { "v-net-0": on } },
  ]),
  ...entries("Bridge", "name", "namespace").map((given) => ({ bridges: { "v-net-0": given } })),
  ...linkEntries,
  ...entries("OvsBridge", "name").map((given) => ({ ovsBridges: { "v-net-0": given } })),
  ...entries("OvsPort", "interface").map((given) => ({ ovsPorts: { "veth-red": given } })),
  ...entries("Route", "namespace").map((first) => ({ routes: [first] })),
  ...entries("PolicyRule", "namespace").map((first) => ({ policyRules: [first] })),
  ...entries("NatRule", "namespace").map((given) => ({ nat: { web: given } })),
  ...entries("FilterRule", "namespace").map((given) => ({ filter: { guard: given } })),
];

const isOfHostAlone = ({ filter }: Args): boolean => Object(filter)["guard"]?.backend === "firewalld";

const inNode: readonly Args[] = [
  room,
  ...insides.filter((inside) => !isOfHostAlone(inside)),
  { linkSysctls: { "net/ipv4/conf/veth-red/forwarding": "1" } },
];

/** Arguments by kind that `check` accepts. Together they set every field; variants hold fields that exclude others. */
export const goodArgs: Readonly<Record<string, readonly Args[]>> = {
  ...singles,
  ...linksByRows,
  Node: inNode.map((inside) => ({ name: "red", ...inside, adopt: false })),
  Topology: [
    ...inNode.map((inside) => ({ nodes: { red: inside }, adopt: false })),
    ...insides,
    { sysctls: { "kernel.panic": 10 } },
    { bridges: { "v-net-0": { namespace: "red" } } },
    { nat: { web: { kind: "masquerade", namespace: "red" } } },
    { filter: { guard: { chain: "forward", namespace: "red", verdict: "drop" } } },
  ],
};
