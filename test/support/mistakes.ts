import type * as pulumi from "@pulumi/pulumi";
import * as sdk from "../../sdk";
import {
  Address,
  Bridge,
  FilterRule,
  Namespace,
  NatRule,
  Neighbor,
  PolicyRule,
  Reachability,
  Route,
  Sysctl,
  VethPair,
} from "../../sdk";
import { testedLinks } from "./kindsOfLink";

/**
 * Ten mistakes per kind, each in a resource called `bad`, with the property that the error must name and words of the fix or the reason.
 */
export type Mistake = readonly [declare: () => pulumi.Resource, property: string, words: string];

const address = (address: string, more: object = {}) =>
  new Address("bad", { interface: "lo", address, ...more });
const bridge = (args: object) => new Bridge("bad", args);
const cable = (end: object, peer: object = {}) =>
  new VethPair("bad", { end, peer: { name: "bad-peer", ...peer } });
const route = (destination: string, more: object) => new Route("bad", { destination, ...more });
const neighbor = (args: object) =>
  new Neighbor("bad", { interface: "eth0", address: "10.0.0.9", lladdr: "02:00:00:00:00:09", ...args });
const rule = (args: object) => new PolicyRule("bad", { priority: 100, table: 7, ...args });
const dnat = (args: object) =>
  new NatRule("bad", { kind: "dnat", protocol: "tcp", port: 80, to: "10.0.0.2", ...args });
const filter = (args: object) => new FilterRule("bad", { chain: "forward", verdict: "accept", ...args });
const sysctl = (key: string, value: string, more: object = {}) => new Sysctl("bad", { key, value, ...more });

const reach = (args: object) => new Reachability("bad", { target: "10.0.0.2", ...args });

/** Mistakes with any kind of link. */
const ofLinks: readonly (readonly [args: object, property: string, words: string])[] = [
  [{ name: "a-very-long-link-name" }, "name", "15"],
  [{ name: "-a" }, "name", "may not start with `-`"],
  [{ name: "bad/link" }, "name", "not allowed"],
  [{ name: "all" }, "name", "the kernel keeps that name"],
  [{ name: "" }, "name", "is empty"],
  [{ namespace: "red blue" }, "namespace", "white space"],
  [{ namespace: ".." }, "namespace", "may not be"],
  [{ up: "yes" }, "up", "not of type boolean"],
  [{ adopt: "yes" }, "adopt", "not of type boolean"],
  [{ deleteForeign: 1 }, "deleteForeign", "not of type boolean"],
];

/** A mistake whose title shows the arguments. */
const mistaken = (kind: string, [args, property, words]: (typeof ofLinks)[number]): Mistake => {
  const declare = (): pulumi.Resource => Reflect.construct(Reflect.get(sdk, kind), ["bad", args]);
  const title = `new ${kind}("bad", ${JSON.stringify(args)})`;
  return [Object.assign(declare, { toString: () => title }), property, words];
};

export const mistakes: Readonly<Record<string, readonly Mistake[]>> = {
  Namespace: [
    [() => new Namespace("bad", { name: "" }), "name", "is empty"],
    [() => new Namespace("bad", { name: ".." }), "name", "may not be"],
    [() => new Namespace("bad", { name: "-red" }), "name", "may not start with `-`"],
    [() => new Namespace("bad", { name: "red/blue" }), "name", "not allowed"],
    [() => new Namespace("bad", { name: "red blue" }), "name", "white space"],
    [() => new Namespace("bad", { name: "red\nblue" }), "name", "control characters"],
    [() => new Namespace("bad", { name: "r".repeat(256) }), "name", "255 bytes"],
    [() => new Namespace("bad", { sysctls: { "kernel.panic": 1 } }), "sysctls", "belongs to the whole host"],
    [() => new Namespace("bad", { sysctls: { "net.ipv4.ip_forward": "" } }), "sysctls", "is empty"],
    [() => new Namespace("bad", { sysctls: { "--all": 1 } }), "sysctls", "not a key"],
  ],
  VethPair: [
    [() => cable({ name: "a-very-long-cable-name" }), "end.name", "15"],
    [() => cable({ name: "-a" }), "end.name", "may not start with `-`"],
    [() => cable({}, { name: "bad/peer" }), "peer.name", "not allowed"],
    [() => cable({}, { name: "bad" }), "peer.name", "as is the other end"],
    [() => cable({ mtu: 67 }), "end.mtu", "from 68 to 65535"],
    [() => cable({}, { mtu: 1500.5 }), "peer.mtu", "not a whole number"],
    [() => cable({ mac: "01:00:5e:00:00:01" }), "end.mac", "not a unicast address"],
    [() => cable({ mac: "2:0:0:0:0:1" }), "end.mac", "not a MAC address"],
    [() => cable({ namespace: "red blue" }), "end.namespace", "white space"],
    [() => cable({}, { bridge: "a-very-long-bridge-name" }), "peer.bridge", "15"],
  ],
  ...Object.fromEntries(testedLinks.map(({ kind }) => [kind, ofLinks.map((row) => mistaken(kind, row))])),
  Bridge: [
    [() => bridge({ name: "a-very-long-switch-name" }), "name", "15"],
    [() => bridge({ name: "a:b" }), "name", "may not hold"],
    [() => bridge({ namespace: "" }), "namespace", "is empty"],
    [() => bridge({ mac: "ff:ff:ff:ff:ff:ff" }), "mac", "not a unicast address"],
    [() => bridge({ mtu: 70000 }), "mtu", "from 68 to 65535"],
    [() => bridge({ stp: true, forwardDelay: 1 }), "forwardDelay", "2 to 30"],
    [() => bridge({ forwardDelay: 31 }), "forwardDelay", "from 0 to 30"],
    [() => bridge({ ageingTime: -1 }), "ageingTime", "from 0"],
    [() => bridge({ groupFwdMask: 7 }), "groupFwdMask", "never forwards"],
    [() => bridge({ portts: 4 }), "portts", "is not a property"],
  ],
  Address: [
    [() => address("192.168.15.1"), "address", "did you mean 192.168.15.1/24"],
    [() => address("fd00::1"), "address", "did you mean fd00::1/64"],
    [() => address("192.168.15.256/24"), "address", "not an address"],
    [() => address("192.168.15.1/33"), "address", "not an address"],
    [() => address("192.168.015.1/24"), "address", "not an address"],
    [() => address("fe80::1%eth0/64"), "address", "not an address"],
    [() => address("10.0.0.1/24", { interface: "not a link" }), "interface", "white space"],
    [() => address("10.0.0.1/24", { peer: "10.0.0.2" }), "address", "belongs to the peer"],
    [() => address("10.0.0.1/32", { peer: "fd00::2" }), "peer", "another family"],
    [() => address("10.0.0.1/24", { nodad: true }), "nodad", "no meaning for an IPv4 address"],
    // The kernel ignores some of these, and reports success for others.
    [() => address("224.0.0.1/24"), "address", "not the address of one machine, but a multicast one"],
    [() => address("0.0.0.0/0"), "address", "the unspecified one"],
    [() => address("255.255.255.255/32"), "address", "the broadcast address of every link"],
    [() => address("10.0.0.255/24"), "address", "choose one from 10.0.0.1 to 10.0.0.254"],
  ],
  Route: [
    [() => route("192.168.1.1/24", { via: "10.0.0.1" }), "destination", "192.168.1.0/24"],
    [() => route("elsewhere", { via: "10.0.0.1" }), "destination", "is"],
    [() => route("default", {}), "via", ""],
    [() => route("default", { via: "10.0.0.1/24" }), "via", "not an IPv4 or IPv6 address"],
    [() => route("fd00::/64", { via: "10.0.0.1" }), "via", ""],
    [() => route("default", { via: "10.0.0.1", metric: -1 }), "metric", "whole number"],
    [() => route("default", { via: "10.0.0.1", table: 0 }), "table", ""],
    [() => route("10.1.0.0/16", { via: "10.0.0.1", type: "blackhole" }), "via", ""],
    [() => route("default", { via: "10.0.0.1", mtu: 20 }), "mtu", "from 68"],
    [() => route("default", { nexthops: [{ via: "10.0.0.1" }] }), "nexthops", ""],
  ],
  Neighbor: [
    [() => neighbor({ interface: "not a link" }), "interface", "white space"],
    [() => neighbor({ interface: "if3" }), "interface", "index"],
    [() => neighbor({ namespace: "red/blue" }), "namespace", "not allowed"],
    [() => neighbor({ address: "10.0.0.9/24" }), "address", "not an IPv4 or IPv6 address"],
    [() => neighbor({ address: "ff02::1" }), "address", "not the address of one machine"],
    [() => neighbor({ lladdr: "2:0:0:0:0:9" }), "lladdr", "not a MAC address"],
    [() => neighbor({ lladdr: undefined }), "lladdr", "is required"],
    [() => neighbor({ state: "reachable" }), "state", "permanent, noarp"],
    [() => neighbor({ router: true }), "router", "no meaning for an IPv4 address"],
    [() => neighbor({ proxy: true }), "lladdr", "no meaning for a proxy entry"],
  ],
  PolicyRule: [
    [() => rule({ priority: 0 }), "priority", "from 1 to 4294967295"],
    [() => rule({ namespace: "red blue" }), "namespace", "white space"],
    [() => rule({ from: "10.0.0.1/24" }), "from", "10.0.0.0/24"],
    [() => rule({ from: "10.0.0.0/8", to: "fd00::/8" }), "to", "one for each"],
    [() => rule({ iif: "-eth0" }), "iif", "may not start with `-`"],
    [() => rule({ fwmark: "0x110/0xff" }), "fwmark", "outside of its mask"],
    [() => rule({ ipproto: "icmp", dport: 80 }), "dport", "has no ports"],
    [() => rule({ uidrange: "root" }), "uidrange", "not the id of a user"],
    [() => rule({ tos: 17 }), "tos", "ECN"],
    [() => rule({ invert: true }), "invert", "for none"],
    [() => rule({ table: "nowhere" }), "table", "/etc/iproute2/rt_tables"],
    [() => rule({ action: "prohibit" }), "table", "no meaning"],
  ],
  NatRule: [
    [() => dnat({ protocol: undefined }), "port", "protocol"],
    [() => dnat({ to: undefined }), "to", ""],
    [() => dnat({ to: "elsewhere" }), "to", "is"],
    [() => dnat({ to: "224.0.0.1" }), "to", "a multicast one"],
    [() => dnat({ port: 0 }), "port", ""],
    [() => dnat({ port: 65536 }), "port", ""],
    [() => dnat({ source: "10.0.0.1/24" }), "source", "10.0.0.0/24"],
    [() => dnat({ to: "fd00::2", destination: "10.0.0.1" }), "to", ""],
    [() => dnat({ outInterface: "eth0" }), "outInterface", ""],
    [() => new NatRule("bad", { kind: "masquerade", to: "10.0.0.2" }), "to", ""],
    [() => new NatRule("bad", { kind: "masquerade", inInterface: "eth0" }), "inInterface", ""],
  ],
  Reachability: [
    [() => reach({ target: "blue" }), "target", "not an IPv4 or IPv6 address"],
    [() => reach({ target: "10.0.0.2/24" }), "target", "not an IPv4 or IPv6 address"],
    [() => reach({ namespace: "-red" }), "namespace", "may not start with `-`"],
    [() => reach({ protocol: "icmp" }), "protocol", "ping, tcp, udp, http"],
    [() => reach({ protocol: "tcp" }), "port", "is required for `tcp`"],
    [() => reach({ port: 80 }), "port", "set `protocol` to tcp or udp or http"],
    [() => reach({ protocol: "udp", port: 65536 }), "port", "from 1 to 65535"],
    [() => reach({ protocol: "http", path: "health" }), "path", "not a path such as /health"],
    [() => reach({ protocol: "tcp", port: 80, status: 200 }), "status", "set `protocol` to http"],
    [() => reach({ timeout: 0 }), "timeout", "from 0.1 to 25 seconds"],
    [() => reach({ retries: -1 }), "retries", "from 0 to 100"],
    [() => reach({ expect: "up" }), "expect", "reachable, blocked"],
  ],
  FilterRule: [
    [() => filter({ verdict: "deny" }), "verdict", "accept, drop, reject, log"],
    [() => filter({ chain: "prerouting" }), "chain", "input, output, forward"],
    [() => filter({ chain: "input", outInterface: "eth0" }), "outInterface", "no meaning"],
    [() => filter({ source: "10.0.0.1/24" }), "source", "10.0.0.0/24"],
    [() => filter({ source: ["10.0.0.0/8", "!10.1.0.0/16"] }), "source", "a rule for each kind"],
    [() => filter({ source: "10.0.0.0/8", destination: "fd00::/8" }), "destination", "one for each"],
    [() => filter({ port: 80 }), "port", "protocol"],
    [() => filter({ protocol: "tcp", icmpType: "echo-request" }), "icmpType", "set it to icmp"],
    [() => filter({ state: "open" }), "state", "new, established"],
    [() => filter({ rejectWith: "tcp-reset" }), "rejectWith", "set verdict `reject`"],
    [() => filter({ verdict: "log", logPrefix: "x".repeat(30) }), "logPrefix", "29 letters"],
    [() => filter({ dockerUser: true }), "dockerUser", "backend `iptables`"],
  ],
  Sysctl: [
    [() => sysctl("", "1"), "key", "not a key"],
    [() => sysctl("ip_forward", "1"), "key", "not a key"],
    [() => sysctl("-w", "1"), "key", "not a key"],
    [() => sysctl("net..ipv4", "1"), "key", "not a key"],
    [() => sysctl("net/../kernel/panic", "1"), "key", "not a key"],
    [() => sysctl("net.ipv4.ip_forward=1", "1"), "key", "not a key"],
    [() => sysctl("net.ipv4.ip_forward", ""), "value", "is empty"],
    [() => sysctl("net.ipv4.ip_forward", "1\n2"), "value", "line breaks"],
    [() => sysctl("kernel.panic", "1", { namespace: "red" }), "key", "belongs to the whole host"],
    [() => sysctl("net.ipv4.ip_forward", "1", { namespace: "-red" }), "namespace", "may not start with `-`"],
  ],
};
