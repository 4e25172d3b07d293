import { interpolate } from "@pulumi/pulumi";
import {
  Address,
  Bridge,
  FilterRule,
  Namespace,
  NatRule,
  Neighbor,
  PolicyRule,
  Route,
  Sysctl,
  type VethEnd,
  VethPair,
} from "../../../sdk";

/*
 *   near                                        far
 *   bridge br0 ──── port: p0 ════════════ p1    bridge br1
 *   10.1.0.1/24                  10.1.0.2/24    10.9.0.1/24
 *
 *   cable: eth0 ═════════════════════════ eth1  (eth0 may be in `third` instead)
 *   10.0.0.1/24                  10.0.0.2/24
 *
 * Each kind has an object for each possible owner. Those named `far-…` depend on the other end. Those named `own-…` do not
 * depend on any replaced object, and must be left alone.
 */

/** The editable parts. */
export interface Names {
  readonly near: string;
  readonly far: string;
  readonly third: string;
  readonly bridge: string;
  readonly end: string;
  /** The namespace of the cable's end. */
  readonly home: "near" | "third";
  readonly ip: string;
}

export const PARTS = [
  ...["near", "far", "third", "bridge", "port", "cable"],
  ...["bridge-ip", "end-ip", "far-ip", "far-port-ip", "own-bridge", "own-ip"],
  ...["via", "on-link", "drop", "far-via", "own-drop"],
  ...["bridge-neighbor", "end-neighbor", "far-neighbor", "own-neighbor"],
  ...["policy", "own-policy"],
  ...["ttl", "bridge-sysctl", "end-sysctl", "far-sysctl", "own-ttl"],
  ...["nftables", "iptables", "own-nftables", "localnet", "filter", "own-filter"],
] as const;

export type Part = (typeof PARTS)[number];

/** How one resource refers to another: by resource, or by name in the kernel. */
export type Style = "reference" | "name";

/** Declares the network without the omitted parts. Resources are named `PREFIX.PART`. */
export function network(prefix: string, names: Names, style: Style, omitted: readonly Part[] = []): void {
  const make = <T>(part: Part, create: (name: string) => T): T | undefined =>
    omitted.includes(part) ? undefined : create(`${prefix}.${part}`);
  const refer = <T>(resource: T | undefined, name: string): T | string =>
    style === "reference" && resource ? resource : name;
  const on = (link: Bridge | VethEnd | undefined, name: string, namespace: string) =>
    style === "reference" && link ? { interface: link } : { interface: name, namespace };
  const parameter = (link: Bridge | VethEnd | undefined, name: string) =>
    style === "reference" && link
      ? interpolate`net.ipv4.conf.${link.name}.rp_filter`
      : `net.ipv4.conf.${name}.rp_filter`;

  const near = make("near", (name) => new Namespace(name, { name: names.near }));
  const far = make("far", (name) => new Namespace(name, { name: names.far }));
  const third = make("third", (name) => new Namespace(name, { name: names.third }));
  const inNear = { namespace: refer(near, names.near) };
  const inFar = { namespace: refer(far, names.far) };
  const inHome = names.home === "near" ? inNear : { namespace: refer(third, names.third) };
  const home = names[names.home];

  const bridge = make("bridge", (name) => new Bridge(name, { name: names.bridge, ...inNear }));
  make("port", (name) => {
    const end = { name: "p0", ...(style === "name" && inNear), bridge: refer(bridge, names.bridge) };
    const { peer } = new VethPair(name, { end, peer: { name: "p1", ...inFar } });
    return make(
      "far-port-ip",
      (ip) => new Address(ip, { ...on(peer, "p1", names.far), address: "10.1.0.2/24" }),
    );
  });
  const cable = make(
    "cable",
    (name) => new VethPair(name, { end: { name: names.end, ...inHome }, peer: { name: "eth1", ...inFar } }),
  );
  const own = make("own-bridge", (name) => new Bridge(name, { name: "br1", ...inFar }));

  const onBridge = on(bridge, names.bridge, names.near);
  make("bridge-ip", (name) => new Address(name, { ...onBridge, address: "10.1.0.1/24" }));
  const endIp = make(
    "end-ip",
    (name) => new Address(name, { ...on(cable?.end, names.end, home), address: `${names.ip}/24` }),
  );
  const farIp = make(
    "far-ip",
    (name) => new Address(name, { ...on(cable?.peer, "eth1", names.far), address: "10.0.0.2/24" }),
  );
  make("own-ip", (name) => new Address(name, { ...on(own, "br1", names.far), address: "10.9.0.1/24" }));

  const destination = "10.2.0.0/24";
  make("via", (name) => new Route(name, { ...inHome, destination, via: refer(farIp?.ip, "10.0.0.2") }));
  make("on-link", (name) => new Route(name, { ...onBridge, destination: "10.3.0.0/24" }));
  make("drop", (name) => new Route(name, { ...inNear, destination: "10.4.0.0/24", type: "blackhole" }));
  make("far-via", (name) => new Route(name, { ...inFar, destination, via: refer(endIp?.ip, names.ip) }));
  make("own-drop", (name) => new Route(name, { ...inFar, destination: "10.4.0.0/24", type: "blackhole" }));

  const known = { address: "10.99.0.9", lladdr: "02:00:00:00:00:09" };
  make("bridge-neighbor", (name) => new Neighbor(name, { ...onBridge, ...known }));
  make("end-neighbor", (name) => new Neighbor(name, { ...on(cable?.end, names.end, home), ...known }));
  make("far-neighbor", (name) => new Neighbor(name, { ...on(cable?.peer, "eth1", names.far), ...known }));
  make("own-neighbor", (name) => new Neighbor(name, { ...on(own, "br1", names.far), ...known }));

  const rule = { priority: 100, table: 7 };
  make("policy", (name) => new PolicyRule(name, { ...rule, ...inNear, iif: "lo" }));
  make("own-policy", (name) => new PolicyRule(name, { ...rule, ...inFar, family: "ipv6" }));

  const ttl = { key: "net.ipv4.ip_default_ttl", value: 70 };
  make("ttl", (name) => new Sysctl(name, { ...inNear, ...ttl }));
  make("own-ttl", (name) => new Sysctl(name, { ...inFar, ...ttl }));
  const value = 2;
  make(
    "bridge-sysctl",
    (name) => new Sysctl(name, { ...inNear, key: parameter(bridge, names.bridge), value }),
  );
  make("end-sysctl", (name) => new Sysctl(name, { ...inHome, key: parameter(cable?.end, names.end), value }));
  make("far-sysctl", (name) => new Sysctl(name, { ...inFar, key: parameter(cable?.peer, "eth1"), value }));

  const masquerade = { kind: "masquerade", source: "10.0.0.0/8" } as const;
  make("nftables", (name) => new NatRule(name, { ...inNear, ...masquerade }));
  make("iptables", (name) => new NatRule(name, { ...inNear, ...masquerade, backend: "iptables" }));
  const forward = { kind: "dnat", protocol: "tcp", port: 80, to: "10.1.0.2:80" } as const;
  const routeLocalnet = refer(bridge, names.bridge);
  make("localnet", (name) => new NatRule(name, { ...inNear, ...forward, routeLocalnet }));
  make("own-nftables", (name) => new NatRule(name, { ...inFar, ...masquerade }));
  const drop = { chain: "forward", source: "10.66.0.0/16", verdict: "drop" } as const;
  make("filter", (name) => new FilterRule(name, { ...inNear, ...drop }));
  make("own-filter", (name) => new FilterRule(name, { ...inFar, ...drop, backend: "iptables" }));
}
