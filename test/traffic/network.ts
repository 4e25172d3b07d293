import { existsSync } from "node:fs";
import { Address, Bridge, Namespace, NatRule, type NatRuleArgs, Route, Sysctl, VethPair } from "../../sdk";
import type { Serve } from "./tasks";

/*
 *   red, blue ---- lan ---- host ---- wan ---- out, rogue
 *     .2  .3      10.9.1.1     10.9.2.1        .2    .66       fd09:1::, fd09:2:: with the same last numbers
 *
 * `out` knows no way to the lan, but to 10.9.3.0/24, which stands for it. `rogue` is on both and takes the host for a way
 * to 127.0.0.1 and 127.0.0.2.
 */

export const FAMILIES = ["ipv4", "ipv6"] as const;
export const BACKENDS = ["nftables", "iptables"] as const;
export type Family = (typeof FAMILIES)[number];
export type Backend = (typeof BACKENDS)[number];

const NETS = { lan: 1, wan: 2, map: 3 };

const network = (family: Family, net: keyof typeof NETS): string =>
  family === "ipv4" ? `10.9.${NETS[net]}.0/24` : `fd09:${NETS[net]}::/64`;

const address = (family: Family, net: keyof typeof NETS, host: number): string =>
  family === "ipv4" ? `10.9.${NETS[net]}.${host}` : `fd09:${NETS[net]}::${host}`;

/** All addresses of a family, by their names in the table of cells. */
export const addresses = (family: Family) => ({
  "host.lan": address(family, "lan", 1),
  red: address(family, "lan", 2),
  blue: address(family, "lan", 3),
  "host.wan": address(family, "wan", 1),
  out: address(family, "wan", 2),
  rogue: address(family, "wan", 66),
  /** Addresses of the host that stand for blue, and for packets from blue. */
  alias: address(family, "wan", 20),
  blueOutside: address(family, "wan", 21),
  /** The network that `out` sees in place of the lan. */
  mappedRed: address(family, "map", 2),
  mappedBlue: address(family, "map", 3),
  localhost: "127.0.0.1",
  localhost2: "127.0.0.2",
  group: family === "ipv4" ? "239.9.9.9" : "ff05::9",
});

export type Place = keyof ReturnType<typeof addresses>;

/** Ports by their purpose; `rules` has their targets. */
export const PORTS = {
  ...{ web: 80, dns: 53, forward: 8080, range: 8000, rangeInside: 9000, redirect: 8081, ofHost: 8082 },
  ...{ order: 8090, snat: 7000, fromLocalhost: 8070, toLocalhost: 8071, onLocalhost: 8072, group: 5999 },
};

const RANGE = 4;
const range = (first: number): string => `${first}-${first + RANGE - 1}`;
export const inRange = Array.from({ length: RANGE }, (_, at) => at);

const both = (port: number): Serve[] => [
  { protocol: "tcp", port },
  { protocol: "udp", port },
];

const inside: readonly Serve[] = [
  { protocol: "sctp", port: PORTS.web },
  { protocol: "tcp", port: PORTS.web },
  { protocol: "udp", port: PORTS.dns },
];

/** The agents with their namespaces and services. */
export const AGENTS: Readonly<Record<string, { namespace: string | undefined; servers: readonly Serve[] }>> =
  {
    host: {
      namespace: undefined,
      servers: [
        ...both(PORTS.ofHost),
        { protocol: "tcp", port: PORTS.onLocalhost, address: "127.0.0.1" },
        { protocol: "udp", port: PORTS.onLocalhost, address: "127.0.0.1" },
      ],
    },
    red: { namespace: "red", servers: inside },
    blue: {
      namespace: "blue",
      servers: [...inside, ...inRange.flatMap((at) => both(PORTS.rangeInside + at))],
    },
    out: {
      namespace: "out",
      servers: [
        ...inside,
        { protocol: "tcp", port: PORTS.snat },
        ...FAMILIES.map((family) => {
          const link = family === "ipv4" ? addresses(family).out : "::%out";
          const group = { address: addresses(family).group, link };
          return { protocol: "udp" as const, port: PORTS.group, address: group.address, group };
        }),
      ],
    },
    rogue: { namespace: "rogue", servers: [] },
  };

/** The program: the network, and the rules by one backend. */
export function program(backend: Backend): void {
  const lan = new Bridge("lan");
  const wan = new Bridge("wan");
  for (const [key, value] of Object.entries(PARAMETERS)) new Sysctl(key, { key, value });
  const ends = Object.fromEntries(
    ["red", "blue", "out", "rogue"].map((name) => {
      const namespace = new Namespace(name, { loopback: name !== "rogue" });
      const bridge = name === "red" || name === "blue" ? lan : wan;
      const cable = new VethPair(name, { end: { namespace }, peer: { name: `${name}-br`, bridge } });
      return [name, { namespace, link: cable.end }];
    }),
  );
  const { out, rogue, red, blue } = ends;
  if (!out || !rogue || !red || !blue) throw new Error("a namespace is missing");
  const second = new VethPair("rogue-lan", {
    end: { namespace: rogue.namespace },
    peer: { name: "rogue-lan-br", bridge: lan },
  });
  for (const family of FAMILIES) {
    const length = family === "ipv4" ? 24 : 64;
    const at = addresses(family);
    const give = (name: string, link: Bridge | typeof second.end, ip: string) =>
      new Address(`${name} ${family}`, { interface: link, address: `${ip}/${length}` });
    give("host lan", lan, at["host.lan"]);
    let last: Address | undefined;
    for (const name of onWan(family)) {
      const args = { interface: wan, address: `${at[name]}/${length}` };
      last = new Address(`${name} ${family}`, args, last ? { dependsOn: last } : {});
    }
    give("red", red.link, at.red);
    give("blue", blue.link, at.blue);
    give("out", out.link, at.out);
    give("rogue wan", rogue.link, at.rogue);
    give("rogue lan", second.end, address(family, "lan", 66));
    for (const [name, via] of [
      ["red", "host.lan"],
      ["blue", "host.lan"],
    ] as const) {
      const destination = family === "ipv4" ? "0.0.0.0/0" : "::/0";
      new Route(`${name} ${family}`, { namespace: ends[name]?.namespace ?? name, destination, via: at[via] });
    }
    new Route(`map ${family}`, {
      ...{ namespace: out.namespace, destination: network(family, "map"), via: at["host.wan"] },
    });
    for (const [name, args] of Object.entries(rules(family)))
      new NatRule(`${name} ${family}`, { ...args, family, backend });
  }
  // A neighbour's route to reach services on localhost.
  for (const [link, localhost, via] of [
    ["rogue", "127.0.0.1", "host.wan"],
    ["rogue-lan", "127.0.0.2", "host.lan"],
  ] as const) {
    const namespace = rogue.namespace;
    new Sysctl(`${link} localnet`, { namespace, key: `net/ipv4/conf/${link}/route_localnet`, value: 1 });
    new Route(`${link} localhost`, { namespace, destination: localhost, via: addresses("ipv4")[via] });
  }
}

/** Of several addresses of a network the host sends from the first, and with IPv6 from the last. */
const onWan = (family: Family) =>
  family === "ipv4"
    ? (["host.wan", "alias", "blueOutside"] as const)
    : (["alias", "blueOutside", "host.wan"] as const);

const PARAMETERS = {
  ...{ "net.ipv4.ip_forward": 1, "net.ipv6.conf.all.forwarding": 1 },
  // If loaded, it would redirect answers that bypass the host on its bridge.
  ...(existsSync("/proc/sys/net/bridge") && {
    ...{ "net.bridge.bridge-nf-call-iptables": 0, "net.bridge.bridge-nf-call-ip6tables": 0 },
  }),
};

type Rules = Readonly<Record<string, Omit<NatRuleArgs, "namespace" | "family" | "backend">>>;

function rules(family: Family): Rules {
  const at = addresses(family);
  const target = (ip: string, port: number | string) =>
    family === "ipv4" ? `${ip}:${port}` : `[${ip}]:${port}`;
  const dnat = (protocol: "tcp" | "udp" | "sctp", port: number | string, to: string) =>
    ({ kind: "dnat", protocol, port, to }) as const;
  return {
    out: { kind: "masquerade", source: network(family, "lan") },
    web: { ...dnat("tcp", PORTS.forward, target(at.red, PORTS.web)), hairpin: true },
    dns: { ...dnat("udp", PORTS.forward, target(at.red, PORTS.dns)), hairpin: network(family, "lan") },
    sctp: { ...dnat("sctp", PORTS.forward, target(at.red, PORTS.web)), hairpin: true },
    range: dnat("tcp", range(PORTS.range), target(at.blue, range(PORTS.rangeInside))),
    "udp range": dnat("udp", range(PORTS.range), target(at.blue, range(PORTS.rangeInside))),
    alias: { kind: "dnat", destination: at.alias, to: at.blue },
    map: { kind: "dnat", destination: network(family, "map"), to: network(family, "lan") },
    redirect: { kind: "redirect", protocol: "tcp", port: PORTS.redirect, to: PORTS.ofHost },
    "udp redirect": { kind: "redirect", protocol: "udp", port: PORTS.redirect, to: PORTS.ofHost },
    later: { ...dnat("tcp", PORTS.order, target(at.blue, PORTS.web)), priority: 5 },
    earlier: { ...dnat("tcp", PORTS.order, target(at.red, PORTS.web)), priority: -5 },
    snat: {
      ...{ kind: "snat", source: at.blue, protocol: "tcp", port: PORTS.snat },
      ...{ to: at.blueOutside, priority: -1 },
    },
    ...(family === "ipv4" ? localhostRules(target(at.red, PORTS.web), target(at.red, PORTS.dns)) : {}),
  };
}

const localhostRules = (web: string, dns: string): Rules => ({
  "from localhost": {
    ...{ kind: "dnat", protocol: "tcp", port: PORTS.fromLocalhost, to: web, routeLocalnet: "lan" },
  },
  "udp from localhost": {
    ...{ kind: "dnat", protocol: "udp", port: PORTS.fromLocalhost, to: dns, routeLocalnet: "lan" },
  },
  "to localhost": {
    ...{ kind: "dnat", protocol: "tcp", port: PORTS.toLocalhost, to: `127.0.0.1:${PORTS.onLocalhost}` },
    routeLocalnet: "wan",
  },
  "udp to localhost": {
    ...{ kind: "dnat", protocol: "udp", port: PORTS.toLocalhost, to: `127.0.0.1:${PORTS.onLocalhost}` },
    routeLocalnet: "wan",
  },
});
