import type { Args } from "../../provider/definition";

const end = (name: string, namespace: string) => ({
  ...{ name, namespace, bridge: "v-net-0", mac: "02:00:00:00:00:01", mtu: 1400, up: true },
});

const dnat = {
  ...{ kind: "dnat", namespace: "red", family: "ipv4", source: "10.1.0.0/16", destination: "10.0.0.1/32" },
  ...{ inInterface: "veth-red", protocol: "tcp", port: 80, sourcePort: "1024-2047", to: "192.168.15.2:8080" },
  ...{ priority: -5, hairpin: "192.168.15.0/24", routeLocalnet: "veth-blue" },
};

/** Arguments by kind that `check` accepts: together they set every field, where some exclude others in variants. */
export const goodArgs: Readonly<Record<string, readonly Args[]>> = {
  Namespace: [
    {
      ...{ name: "red", sysctls: { "net.ipv4.ip_forward": "1" }, loopback: true },
      ...{ killProcesses: true, adopt: false },
    },
  ],
  VethPair: [{ end: end("veth-red", "red"), peer: end("veth-red-br", "blue"), adopt: false }],
  Bridge: [
    {
      ...{ name: "v-net-0", namespace: "red", mac: "02:00:00:00:00:01", mtu: 1400, stp: true },
      ...{
        forwardDelay: 4,
        ageingTime: 60,
        vlanFiltering: false,
        groupFwdMask: 16384,
        up: true,
        adopt: false,
      },
    },
  ],
  Address: [
    {
      ...{ interface: "veth-red", namespace: "red", address: "10.0.0.1/32", peer: "10.0.0.2/24" },
      ...{ scope: "global", adopt: false },
    },
    { interface: "veth-red", address: "fd00::1/64", scope: "global", nodad: true },
  ],
  Route: [
    {
      ...{ destination: "10.1.0.0/16", namespace: "red", via: "10.0.0.1", interface: "veth-red", metric: 7 },
      ...{ table: 100, source: "10.0.0.2", mtu: 1400, onlink: true, type: "unicast", adopt: false },
    },
    {
      destination: "fd01::/64",
      nexthops: [
        { via: "fd00::2", interface: "veth-red", weight: 2, onlink: true },
        { via: "fd00::3", interface: "veth-blue" },
      ],
    },
  ],
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
  FilterRule: [
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
      chain: "output",
      protocol: "icmp",
      icmpType: "echo-request",
      verdict: "log",
      logPrefix: "ping: ",
      logLevel: "info",
    },
    { chain: "output", protocol: "udp", port: 53, sourcePort: [1024], verdict: "drop" },
  ],
  Sysctl: [
    { key: "net/ipv4/conf/veth-red/forwarding", value: "1", namespace: "red" },
    { key: "kernel.panic", value: 10 },
  ],
};
