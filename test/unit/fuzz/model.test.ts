import { expect } from "chai";
import { keptSysctls, model } from "../../fuzz/model/model";
import { printProgram } from "../../fuzz/print";
import type { FilterItem, Item, NatItem, Program } from "../../fuzz/program";
import { settle } from "../../fuzz/settle";
import { testedLinks } from "../../support/kindsOfLink";
import {
  address,
  bridge,
  cable,
  filter,
  home,
  namespace,
  neighbor,
  policy,
  route,
  rule,
  single,
  sysctl,
  within,
} from "./programs";

/** The lines about one kind of thing. */
const linesOf = (program: Program, kind: string): string[] =>
  model(program, new Map()).filter((line) => line.startsWith(`${kind} `));

const mark = (kind: string, name: string): string => `pulumi-netns:${kind}:fuzz/test/${name}`;

//   blue ── veth-blue ═══ far ── net ── HOST
const blue = namespace("blue", { name: "b" });
const net = bridge("net");
const wire = cable("veth-blue", { namespace: "blue", mtu: 1400 }, { name: "far", bridge: "net", mtu: 1300 });
const ip = address("ip", { interface: "veth-blue.end", address: "10.1.0.2/24" });
const ip6 = address("ip6", { interface: "veth-blue.end", address: "fd00:1::2/64" });
const world: Program = [blue, net, wire, ip, ip6];

describe("the model of the kernel", () => {
  it("has a namespace with its loopback", () => {
    expect(linesOf([blue, namespace("red", { loopback: false })], "namespace")).to.deep.equal([
      `namespace b, lo up, ${mark("Namespace", "blue")}`,
      `namespace red, lo down, ${mark("Namespace", "red")}`,
    ]);
  });

  it("has links in their places, and a bridge that follows its smallest port", () => {
    expect(linesOf(world, "link")).to.deep.equal([
      `link HOST far: veth up, mtu 1300, mac of the mark, port of net, leads to b veth-blue, ${mark("VethPair", "veth-blue")}`,
      `link HOST net: bridge up, mtu 1300, mac of the mark, stp false, delay 15, ageing 300, forwards 0, ${mark("Bridge", "net")}`,
      `link b veth-blue: veth up, mtu 1400, mac of the mark, leads to HOST far, ${mark("VethPair", "veth-blue")}`,
    ]);
  });

  it("has links of every other kind, whose ports lower the MTU of their bridge", () => {
    const [kind, type] = [testedLinks[0]?.kind ?? "", testedLinks[0]?.links.type];
    const port = single("port0", kind, { bridge: "net", mtu: 1280 });
    const lone = single("lone", kind, { name: "lone0", namespace: "blue", up: false });
    expect(settle([blue, net, port, lone, single("nowhere", kind, { namespace: "red" })])).to.deep.equal([
      ...[blue, net, port, lone],
    ]);
    expect(linesOf([blue, net, port, lone], "link")).to.deep.equal([
      `link HOST net: bridge up, mtu 1280, mac of the mark, stp false, delay 15, ageing 300, forwards 0, ${mark("Bridge", "net")}`,
      `link HOST port0: ${type} up, mtu 1280, mac of the mark, port of net, ${mark(kind, "port0")}`,
      `link b lone0: ${type} down, mtu 1500, mac of the mark, ${mark(kind, "lone")}`,
    ]);
    expect(printProgram([blue, net, port, lone]).slice(2)).to.deep.equal([
      `const port0 = new ${kind}("port0", { bridge: net, mtu: 1280 });`,
      `const lone = new ${kind}("lone", { name: "lone0", namespace: blue, up: false });`,
    ]);
  });

  it("has parts of composites by their places there", () => {
    const lab = (item: Item) => within("lab", item);
    const parts = [
      lab(namespace("blue", { name: "b" })),
      lab(net),
      lab(wire),
      rule("nat", { kind: "masquerade" }),
    ];
    const marks = model([home("Topology", "lab"), ...parts.slice(0, 3), lab(parts[3] ?? net)], new Map()).map(
      (line) => /pulumi-netns:[^"]*/.exec(line)?.[0],
    );
    expect(marks).to.deep.equal([
      "pulumi-netns:VethPair:fuzz/test/lab/b/veth-blue",
      "pulumi-netns:Bridge:fuzz/test/lab/net",
      "pulumi-netns:VethPair:fuzz/test/lab/b/veth-blue",
      "pulumi-netns:Namespace:fuzz/test/lab/b",
      "pulumi-netns:NatRule:fuzz/test/lab/nat",
    ]);
  });

  it("has addresses on their links", () => {
    const peer = address("p2p", {
      interface: "net",
      address: "10.2.0.1/32",
      peer: "10.2.0.51/24",
      scope: "link",
    });
    const local = address("ll", { interface: "net", address: "fe80::3/64", nodad: false });
    expect(linesOf([...world, peer, local], "address")).to.deep.equal([
      "address HOST net: 10.2.0.1 peer 10.2.0.51/24 link",
      "address HOST net: fe80::3/64 link",
      "address b veth-blue: 10.1.0.2/24 global",
      "address b veth-blue: fd00:1::2/64 global nodad",
    ]);
  });

  it("has routes, by the link on which an address covers the gateway", () => {
    const routes = [
      route("out", {
        namespace: "blue",
        destination: "default",
        via: "10.1.0.101",
        source: "10.1.0.2",
        mtu: 1280,
      }),
      route("out6", { namespace: "blue", destination: "default", via: "fd00:1::101", table: "local" }),
      route("nowhere", { destination: "172.16.2.0/24", type: "blackhole", metric: 7 }),
      route("both", {
        ...{ namespace: "blue", destination: "172.16.3.0/24" },
        nexthops: [
          { via: "10.1.0.102", interface: undefined, weight: 2, onlink: undefined },
          { via: "10.99.0.101", interface: "veth-blue.end", weight: undefined, onlink: true },
        ],
      }),
    ];
    expect(linesOf([...world, ...routes], "route")).to.deep.equal([
      "route HOST blackhole 172.16.2.0/24, table 254, metric 7, ipv4, proto 110",
      "route b unicast 0.0.0.0/0, table 254, metric 0, src 10.1.0.2, mtu 1280, via 10.1.0.101 dev veth-blue, ipv4, proto 110",
      "route b unicast 172.16.3.0/24, table 254, metric 0, via 10.1.0.102 dev veth-blue weight 2, via 10.99.0.101 dev veth-blue weight 1 onlink, ipv4, proto 110",
      "route b unicast ::/0, table 255, metric 1024, via fd00:1::101 dev veth-blue, ipv6, proto 110",
    ]);
  });

  it("has neighbours on their links, and proxy entries", () => {
    const on = { interface: "veth-blue.end" };
    const neighbors = [
      neighbor("near", { ...on, address: "10.1.0.101", lladdr: "06:00:00:00:00:01", state: "noarp" }),
      neighbor("near6", { ...on, address: "fd00:1::101", lladdr: "06:00:00:00:00:02", router: true }),
      neighbor("behind", { interface: "net", address: "10.2.0.101", proxy: true }),
    ];
    expect(linesOf([...world, ...neighbors], "neighbor")).to.deep.equal([
      "neighbor HOST net: 10.2.0.101, proxy, proto 110",
      "neighbor b veth-blue: 10.1.0.101, at 06:00:00:00:00:01, noarp, proto 110",
      "neighbor b veth-blue: fd00:1::101, at 06:00:00:00:00:02, permanent, router, proto 110",
    ]);
  });

  it("has policy rules", () => {
    const packets = { ipproto: "tcp", dport: 80, sport: "1-9", tos: 8, uidrange: 0 } as const;
    const policies = [
      policy("way", {
        priority: 1,
        namespace: "blue",
        iif: "veth-blue.end",
        fwmark: "0x10/0xff",
        table: 100,
      }),
      policy("not", { priority: 2, from: "fd00:1::/64", invert: true, ...packets, action: "prohibit" }),
      policy("near", { priority: 3, oif: "lo", fwmark: 0, table: "main", suppressPrefixlength: 0 }),
    ];
    expect(linesOf([...world, ...policies], "policy")).to.deep.equal([
      "policy HOST ipv4 3: oif lo fwmark 0/4294967295 lookup 254 suppress 0 proto 110",
      "policy HOST ipv6 2: not from fd00:1::/64 ipproto 6 sport 1-9 dport 80-80 uid 0-0 tos 8 prohibit proto 110",
      "policy b ipv4 1: iif veth-blue fwmark 16/255 lookup 100 proto 110",
    ]);
  });

  it("has the parameters that differ from their defaults", () => {
    const usual = new Map([
      ["net/ipv4/ip_forward", "0"],
      ["net/ipv4/conf/LINK/rp_filter", "2"],
    ]);
    const program = [
      namespace("red", { sysctls: { "net.ipv4.ip_forward": 1 } }),
      ...world,
      sysctl("same", { key: "net.ipv4.ip_forward", value: false }),
      sysctl("loose", {
        key: "net/ipv4/conf/LINK/rp_filter",
        value: 1,
        link: "veth-blue.end",
        namespace: "blue",
      }),
    ];
    expect(model(program, usual).filter((line) => line.startsWith("sysctl"))).to.deep.equal([
      "sysctl b net/ipv4/conf/veth-blue/rp_filter = 1",
      "sysctl red net/ipv4/ip_forward = 1",
    ]);
  });

  it("has parameters that a namespace keeps, unless it is recreated", () => {
    const before = [namespace("red", { sysctls: { "net.ipv4.tcp_fin_timeout": 20 } })];
    const key = "red net/ipv4/tcp_fin_timeout";
    expect([...keptSysctls(before, [namespace("red")])]).to.deep.equal([[key, "20"]]);
    expect([...keptSysctls(before, [namespace("red", { name: "other" })])]).to.deep.equal([]);
  });

  const rules: readonly (readonly [
    args: Partial<NatItem["args"]> & Pick<NatItem["args"], "kind">,
    ...lines: string[],
  ])[] = [
    [
      { kind: "masquerade", source: "10.1.0.0/24", outInterface: "veth*" },
      'nat HOST nftables ipv4 postrouting: oifname "veth*" ip saddr 10.1.0.0/24 ip daddr != 10.1.0.0/24 fib daddr type != multicast masquerade comment "MARK"',
    ],
    [
      { kind: "dnat", protocol: "tcp", port: [443, 80], to: "10.1.0.2:80" },
      'nat HOST nftables ipv4 output: ip daddr != 127.0.0.0/8 fib daddr type local tcp dport { 80, 443 } dnat to 10.1.0.2:80 comment "MARK"',
      'nat HOST nftables ipv4 prerouting: ip daddr != 127.0.0.0/8 fib daddr type local tcp dport { 80, 443 } dnat to 10.1.0.2:80 comment "MARK"',
    ],
    [
      {
        kind: "dnat",
        inInterface: "!eth0",
        destination: "fd00:1::7/128",
        protocol: "icmpv6",
        to: "fd00:1::2-fd00:1::9",
      },
      'nat HOST nftables ipv6 prerouting: iifname != "eth0" ip6 daddr fd00:1::7 meta l4proto ipv6-icmp dnat to fd00:1::2-fd00:1::9 comment "MARK"',
    ],
    [
      { kind: "snat", protocol: "udp", sourcePort: "5-9", to: "[fd00:1::2-fd00:1::9]:80" },
      'nat HOST nftables ipv6 postrouting: udp sport 5-9 snat to [fd00:1::2]-[fd00:1::9]:80 comment "MARK"',
    ],
    [
      {
        kind: "redirect",
        backend: "iptables",
        source: "!10.1.0.0/24",
        protocol: "tcp",
        port: "80-90",
        to: 8080,
      },
      "nat HOST iptables ipv4 prerouting: ! -s 10.1.0.0/24 --comment MARK --dport 80:90 --to-ports 8080 -j REDIRECT -p tcp",
    ],
    [
      {
        ...{ kind: "dnat", backend: "iptables", inInterface: "eth0", destination: "10.1.0.7/32" },
        ...{ protocol: "udp", to: "10.30.0.2:80-90", hairpin: "10.30.0.0/24", priority: -2 },
      },
      "nat HOST iptables ipv4 postrouting: --comment MARK,priority=-2 --ctstate DNAT -d 10.30.0.2/32 -j MASQUERADE -p udp -s 10.30.0.0/24",
      "nat HOST iptables ipv4 prerouting: --comment MARK,priority=-2 --to-destination 10.30.0.2:80-90 -d 10.1.0.7/32 -i eth0 -j DNAT -p udp",
    ],
    [
      {
        ...{ kind: "dnat", inInterface: "eth0", destination: "fd00:1::7/128", protocol: "tcp" },
        ...{ to: "[fd00:30::2-fd00:30::9]:80", hairpin: "fd00:30::/64", priority: 1 },
      },
      'nat HOST nftables ipv6 postrouting/1: ct status dnat ip6 saddr fd00:30::/64 ip6 daddr fd00:30::/64 meta l4proto tcp masquerade comment "MARK"',
      'nat HOST nftables ipv6 prerouting/1: iifname "eth0" ip6 daddr fd00:1::7 meta l4proto tcp dnat to [fd00:30::2]-[fd00:30::9]:80 comment "MARK"',
    ],
  ];
  for (const [args, ...lines] of rules) {
    it(`has the rule ${JSON.stringify(args)}`, () => {
      const found = linesOf([rule("it", args)], "nat").map((line) =>
        line.replace(mark("NatRule", "it"), "MARK"),
      );
      expect(found).to.deep.equal(lines);
    });
  }

  const filters: readonly (readonly [
    args: Partial<FilterItem["args"]> & Pick<FilterItem["args"], "chain" | "verdict">,
    line: string,
  ])[] = [
    [
      {
        ...{ chain: "forward", verdict: "accept", inInterface: "veth*", outInterface: "!eth0", priority: -2 },
        ...{ source: ["10.20.0.0/24", "10.3.0.7/32"], destination: "!10.1.0.7/32" },
        ...{ protocol: "tcp", port: [443, 80], state: ["new", "established"] },
      },
      'filter HOST ipv4 forward: iifname "veth*" oifname != "eth0" ip saddr { 10.3.0.7, 10.20.0.0/24 } ip daddr != 10.1.0.7 tcp dport { 80, 443 } ct state established,new accept comment "MARK,-2"',
    ],
    [
      { chain: "input", verdict: "reject", protocol: "tcp", rejectWith: "tcp-reset" },
      'filter HOST ipv4 input: reject with tcp reset comment "MARK"',
    ],
    [
      { chain: "input", verdict: "reject", source: ["!fd00:1::/64", "!fd00:9::/64"], protocol: "icmpv6" },
      'filter HOST ipv6 input: ip6 saddr != { fd00:1::/64, fd00:9::/64 } meta l4proto ipv6-icmp reject comment "MARK"',
    ],
    [
      {
        ...{ chain: "input", verdict: "reject", family: "ipv6", rejectWith: "net-unreachable" },
        ...{ protocol: "icmpv6", icmpType: ["nd-neighbor-solicit", "echo-request"] },
      },
      'filter HOST ipv6 input: icmpv6 type { echo-request, nd-neighbor-solicit } reject with icmpv6 no-route comment "MARK"',
    ],
    [
      { chain: "output", verdict: "log", logPrefix: "seen: ", logLevel: "info" },
      'filter HOST ipv4 output: log prefix "seen: " level info comment "MARK"',
    ],
  ];
  for (const [args, line] of filters) {
    it(`has the filter rule ${JSON.stringify(args)}`, () => {
      const [found] = linesOf([filter("it", args)], "filter");
      expect(found?.replace(mark("FilterRule", "it"), "MARK")).to.equal(line);
    });
  }
});
